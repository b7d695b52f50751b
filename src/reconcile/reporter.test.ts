import { describe, expect, it } from 'vitest';
import { manualClock } from '../../test/support/clock.ts';
import type { GuardedRepo, GuardedRepoStatus } from '../api/guardedrepo.ts';
import { parseOid } from '../domain/oid.ts';
import { repoKey } from '../domain/repo-key.ts';
import { ok, stopped } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import { Reporter } from './reporter.ts';

const KEY = repoKey('payments', 'shop');
const NOWHERE = { apiVersion: 'gitward.dev/v1alpha1', kind: 'GuardedRepo' } as const;
// The reporter hands the repo on and reads nothing of it.
const REPO = { ...NOWHERE, metadata: { name: 'shop', namespace: 'payments' } } as GuardedRepo;

function build() {
  const clock = manualClock();
  const state = { driftCount: 0, failing: false };
  const written: number[] = [];
  const events: string[] = [];
  const silent = () => undefined;
  const reporter = new Reporter({
    clock,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    summary: () => {
      const { driftCount } = state;
      const status: GuardedRepoStatus = {
        ...{ observedGeneration: 1, conditions: [], targets: [], driftCount },
      };
      return [REPO, status];
    },
    report: {
      status: async (_repo, status) => {
        if (state.failing) return stopped(stop('APIUnavailable', 'away'));
        written.push(status.driftCount);
        return ok(undefined);
      },
      event: async (_repo, note) => void events.push(note.reason),
    },
  });
  return { clock, state, written, events, reporter };
}

describe('Reporter', () => {
  it('many changes at once, one write', async () => {
    const { clock, reporter, state, written } = build();
    for (let count = 1; count <= 50; count++) {
      state.driftCount = count;
      reporter.schedule(KEY);
    }
    await clock.advance(1_000);
    expect(written).toEqual([50]);
  });

  it('a change every 10 ms for ten seconds, a write a second', async () => {
    const { clock, reporter, state, written } = build();
    for (let count = 1; count <= 1_000; count++) {
      state.driftCount = count;
      reporter.schedule(KEY);
      await clock.advance(10);
    }
    await clock.advance(2_000);
    expect(written.length).toBeLessThanOrEqual(12);
    expect(written.at(-1)).toBe(1_000);
  });

  it('nothing new, no write', async () => {
    const { reporter, written } = build();
    await reporter.flush(KEY);
    await reporter.flush(KEY);
    expect(written).toEqual([0]);
  });

  it('server away, written once it is back', async () => {
    const { clock, reporter, state, written } = build();
    state.failing = true;
    await reporter.flush(KEY);
    state.failing = false;
    await clock.advance(5_000);
    expect(written).toEqual([0]);
  });

  it('status changed by somebody else, written again', async () => {
    const { clock, reporter, written } = build();
    await reporter.flush(KEY);
    reporter.repair(KEY);
    await clock.advance(2_000);
    expect(written).toEqual([0, 0]);
  });

  it('same stop at every pass, one event; a good pass in between, told again', async () => {
    const { events, reporter } = build();
    const oid = parseOid('a'.repeat(40));
    const refused = stop('SignatureMissing', 'x', oid === undefined ? {} : { oid });
    const away = stop('GitUnreachable', 'y');
    for (const why of [refused, away, refused, away]) await reporter.tell(REPO, KEY, [], why);
    expect(events).toEqual(['SignatureMissing', 'GitUnreachable']);
    await reporter.tell(REPO, KEY, []);
    await reporter.tell(REPO, KEY, [], refused);
    expect(events).toEqual(['SignatureMissing', 'GitUnreachable', 'SignatureMissing']);
  });

  it('stopped, what was planned is dropped', async () => {
    const { clock, reporter, written } = build();
    reporter.schedule(KEY);
    await reporter.stop();
    await clock.advance(1_000);
    expect(written).toEqual([]);
  });
});
