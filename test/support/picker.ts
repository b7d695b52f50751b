import { randomInt } from 'node:crypto';
import process from 'node:process';

/** Picks a whole number from 0 to below a bound. */
export type Pick = (below: number) => number;

/** mulberry32: small, seeded, good enough to pick mutations. */
export function picker(seed: number): Pick {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** One of these. */
export function oneOf<T>(all: readonly [T, ...T[]], pick: Pick): T {
  return all[pick(all.length)] ?? all[0];
}

/** The seed of this run: `GITWARD_SEED`, else another one each time. Print it. */
export function seedOfRun(): number {
  const given = process.env['GITWARD_SEED'] ?? '';
  return given === '' ? randomInt(2 ** 31) : Number(given);
}
