import { describe, expect, it } from 'vitest';
import { fileScanner } from '../secrets/index.ts';
import { workClock } from './work-clock.ts';

/** A clock that goes on by so much at each look. */
function steps(by: number): () => number {
  let now = 0;
  return () => (now += by);
}

describe('workClock', () => {
  it.each([
    ['a thread that waits: what was computed counts', 100, 1, 3],
    ['other threads that compute as well: what went by counts', 1, 100, 3],
    ['a clock set back: nothing', -5, 10, 0],
  ])('%s', (_name, wall, computed, after) => {
    const clock = workClock(steps(wall), steps(computed));
    clock();
    clock();
    expect(clock()).toBe(after);
  });

  it('time that turns out to be waiting, never taken back', () => {
    const walls = [0, 3, 8, 10];
    const clock = workClock(() => walls.shift() ?? 10, steps(0.1));
    expect([clock(), clock(), clock()]).toEqual([3, 3, 3]);
  });

  it('a small file on a busy machine, scanned whole; by the wall clock it is a gap', () => {
    const plan = { dialect: 'gitward', inlineAllow: false, salt: 's', sops: [] } as const;
    const bytes = Buffer.from(
      'run: helm install --set db.token=$TOKEN --api-key=$KEY\n'.repeat(900),
    );
    const file = { path: '.github/workflows/e2e.yaml', bytes };
    const gaps = (clock: () => number): number => fileScanner(plan, clock).scan(file).gaps.length;
    expect(gaps(steps(2_000))).toBeGreaterThan(0);
    expect(gaps(workClock(steps(2_000), steps(0.01)))).toBe(0);
  });
});
