import { describe, expect, it } from 'vitest';
import { manifestOf, story } from '../../test/support/drift-story.ts';
import { objectKey } from '../domain/object-ref.ts';
import {
  coolsInMs,
  FIGHT_PAUSE_MS,
  HEAT_DECAY_MS,
  heatAt,
  heatUp,
  isFight,
  pauseLeftMs,
} from './fight.ts';
import type { Heat } from './fight.ts';
import { decideOperation } from './operation.ts';
import type { Fact, Operation } from './operation.ts';

const manifest = manifestOf(story('configmap').git);
const key = objectKey(manifest.ref);

/** Per fact: Enforce+Revert, Enforce+Report, Audit+Revert, Audit+Report. A star is a plan. */
const TABLE: Readonly<Record<Fact, readonly string[]>> = {
  rollout: ['apply*', 'apply*', 'report', 'report'],
  drifted: ['revert*', 'report', 'report', 'report'],
  missing: ['recreate*', 'report', 'report', 'report'],
  terminating: ['report', 'report', 'report', 'report'],
  unconfirmed: ['report', 'report', 'report', 'report'],
  mutated: ['conflict', 'conflict', 'conflict', 'conflict'],
  fought: ['abandon', 'abandon', 'abandon', 'abandon'],
  same: ['none', 'none', 'none', 'none'],
};

describe('decideOperation', () => {
  // Object.keys of a closed record.
  it.each(Object.keys(TABLE) as Fact[])('%s, by mode and policy', (fact) => {
    const decided = (['Enforce', 'Audit'] as const).flatMap((mode) =>
      (['Revert', 'Report'] as const).map((onDrift) => {
        const { operation, plan } = decideOperation({ fact, key, manifest, mode, onDrift });
        const fits =
          plan?.operation === operation && plan.key === key && plan.manifest === manifest;
        return `${operation satisfies Operation}${plan === undefined ? '' : fits ? '*' : '?'}`;
      }),
    );
    expect(decided).toEqual(TABLE[fact]);
  });
});

describe('fights', () => {
  const reverts = (count: number, everyMs: number): Heat | undefined => {
    let heat: Heat | undefined;
    for (let at = 0; at < count; at++) heat = heatUp(heat, at * everyMs);
    return heat;
  };

  it.each<[string, number, number, boolean]>([
    ['four quick reverts', 4, 100, false],
    ['five quick reverts', 5, 100, true],
    ['one every 12 seconds, for long', 60, 12_000, true],
    ['one every 20 seconds, for long', 60, 20_000, false],
  ])('%s, fight %#', (_, count, everyMs, expected) => {
    expect(isFight(reverts(count, everyMs), (count - 1) * everyMs)).toBe(expected);
  });

  it('no heat, no fight and no pause', () => {
    expect([heatAt(undefined, 0), isFight(undefined, 0), pauseLeftMs(undefined, 0)]).toEqual([
      0,
      false,
      0,
    ]);
  });

  it('a fight, one revert per pause as long as it lasts', () => {
    let heat = reverts(5, 0);
    let now = 0;
    for (let round = 0; round < 20; round++) {
      expect(pauseLeftMs(heat, now)).toBe(FIGHT_PAUSE_MS);
      now += FIGHT_PAUSE_MS;
      expect([isFight(heat, now), pauseLeftMs(heat, now)]).toEqual([true, 0]);
      heat = heatUp(heat, now);
    }
  });

  it('nothing more happens, over when it said it would be', () => {
    const heat = reverts(5, 0);
    const coolsMs = coolsInMs(heat, 0);
    expect([isFight(heat, coolsMs - 2), isFight(heat, coolsMs)]).toEqual([true, false]);
    expect(coolsMs).toBeLessThan(2 * HEAT_DECAY_MS);
    expect(coolsInMs(heat, coolsMs)).toBe(0);
  });

  it('after a fight, quick reverts again', () => {
    const fought = reverts(5, 0);
    const heat = heatUp(fought, coolsInMs(fought, 0));
    expect([heat.fought, pauseLeftMs(heat, heat.at)]).toEqual([false, 0]);
  });
});
