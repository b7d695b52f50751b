import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/clock.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { at } from '../../domain/json.ts';
import { ok, stopped } from '../../domain/result.ts';
import { parseStatus } from './api-error.ts';
import { createElection } from './lease.ts';
import type { Election } from './lease.ts';
import { toMicroTime } from './lease-record.ts';
import type { ApiClient, ApiRequest, ApiResult } from './request.ts';

/** The Lease of one API server: optimistic lock and all. */
class LeaseServer {
  lease: JsonObject | undefined;
  #version = 0;

  answer(request: ApiRequest): ApiResult {
    if (request.method === 'GET') return this.lease ? ok(this.lease) : refusal(404);
    const sent = request.body?.json ?? null;
    const isCreate = request.method === 'POST';
    const seen = at(sent, 'metadata', 'resourceVersion');
    const held = at(this.lease, 'metadata', 'resourceVersion');
    if (isCreate ? this.lease !== undefined : seen !== held) return refusal(409);
    this.#version += 1;
    const metadata = { resourceVersion: String(this.#version) };
    this.lease = { spec: at(sent, 'spec') ?? null, metadata };
    return ok(this.lease);
  }

  get holder(): Json | undefined {
    return at(this.lease, 'spec', 'holderIdentity');
  }
}

const refusal = (code: number): ApiResult => stopped(parseStatus(code, ''));

function bench() {
  const clock = manualClock();
  const server = new LeaseServer();
  const said: string[] = [];
  const cut = new Set<string>();
  const replica = (identity: string): Election => {
    const client: ApiClient = {
      call: (request) => Promise.resolve(cut.has(identity) ? refusal(503) : server.answer(request)),
      stream: () => Promise.reject(new Error('not used')),
      close: () => Promise.resolve(),
    };
    const election = createElection({
      client,
      clock,
      random: () => 0,
      namespace: 'gitward-system',
      name: 'gitward',
      identity,
      onGained: () => void said.push(`${identity} gained`),
      onLost: () => void said.push(`${identity} lost`),
    });
    election.start();
    return election;
  };
  return { clock, server, said, cut, replica };
}

describe('createElection', () => {
  it('two replicas, one leads and the other waits', async () => {
    const { clock, server, said, replica } = bench();
    const [a, b] = [replica('a'), replica('b')];
    await clock.advance(60_000);
    expect([server.holder, said, a.mayWrite(), b.mayWrite()]).toEqual([
      'a',
      ['a gained'],
      true,
      false,
    ]);
  });

  it('a released Lease, is taken at the next try', async () => {
    const { clock, server, said, replica } = bench();
    const a = replica('a');
    await clock.advance(0);
    replica('b');
    await clock.advance(5_000);
    await a.stop();
    expect([server.holder, a.mayWrite()]).toEqual(['', false]);
    await clock.advance(2_000);
    expect([server.holder, said]).toEqual(['b', ['a gained', 'b gained']]);
  });

  it('a leader that is cut off, stops writing after 10 s, well before the other starts', async () => {
    const { clock, said, cut, replica } = bench();
    const a = replica('a');
    await clock.advance(0);
    const b = replica('b');
    await clock.advance(20_000);
    cut.add('a');
    let both = false;
    for (let ms = 0; ms < 20_000; ms += 100) {
      await clock.advance(100);
      both ||= a.mayWrite() && b.mayWrite();
    }
    expect([both, said, b.mayWrite()]).toEqual([false, ['a gained', 'a lost', 'b gained'], true]);
  });

  it('a leader that was frozen for a minute, may not write in the moment it wakes', async () => {
    const { clock, said, replica } = bench();
    let skipped = 0;
    const a = replica('a');
    await clock.advance(0);
    const monotonic = clock.monotonic.bind(clock);
    clock.monotonic = () => monotonic() + skipped;
    skipped = 60_000;
    expect(a.mayWrite()).toBe(false);
    await clock.advance(2_000);
    expect(said).toEqual(['a gained', 'a lost']);
  });

  it('a leader whose Lease another holds, has lost at once', async () => {
    const { clock, server, said, replica } = bench();
    const a = replica('a');
    await clock.advance(0);
    server.lease = { metadata: { resourceVersion: '99' }, spec: { holderIdentity: 'thief' } };
    await clock.advance(2_000);
    expect([said, a.mayWrite()]).toEqual([['a gained', 'a lost'], false]);
  });

  it('wall clocks that jump by an hour, move nothing', async () => {
    const { clock, said, replica } = bench();
    replica('a');
    replica('b');
    await clock.advance(10_000);
    clock.stepWall(3_600_000);
    await clock.advance(10_000);
    clock.stepWall(-7_200_000);
    await clock.advance(30_000);
    expect(said).toEqual(['a gained']);
  });

  it('a dead leader with a duration of a year, is waited for no longer than 15 s', async () => {
    const { clock, server, said, replica } = bench();
    const spec = { holderIdentity: 'dead', leaseDurationSeconds: 31_536_000, renewTime: 'x' };
    server.lease = { metadata: { resourceVersion: '0' }, spec };
    replica('a');
    await clock.advance(14_000);
    expect(said).toEqual([]);
    await clock.advance(3_000);
    expect(said).toEqual(['a gained']);
  });

  it('a short outage, is survived', async () => {
    const { clock, said, cut, replica } = bench();
    const a = replica('a');
    await clock.advance(0);
    cut.add('a');
    await clock.advance(7_000);
    cut.clear();
    await clock.advance(20_000);
    expect([said, a.mayWrite()]).toEqual([['a gained'], true]);
  });
});

describe('toMicroTime', () => {
  it('an instant, has six digits', () => {
    expect(toMicroTime(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe('2026-01-02T03:04:05.006000Z');
  });
});
