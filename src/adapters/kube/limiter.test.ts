import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/clock.ts';
import type { ManualClock } from '../../../test/support/clock.ts';
import { Limiter, MAX_PAUSE_MS } from './limiter.ts';
import type { RateLimit, Release } from './limiter.ts';

type Bench = Readonly<{
  clock: ManualClock;
  limiter: Limiter;
  admitted: [number, number][];
  releases: Release[];
  enter(count: number): void;
}>;

function bench(limit: RateLimit): Bench {
  const clock = manualClock();
  const limiter = new Limiter(clock, limit);
  const admitted: [number, number][] = [];
  const releases: Release[] = [];
  let next = 0;
  const enter = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const number = next++;
      void limiter.enter().then((release) => {
        if (release === undefined) return undefined;
        admitted.push([number, clock.monotonic()]);
        return releases.push(release);
      });
    }
  };
  return { clock, limiter, admitted, releases, enter };
}

describe('Limiter', () => {
  it('a burst and more, the burst at once and the rest at the rate, in order', async () => {
    const { clock, admitted, enter } = bench({ qps: 10, burst: 3, inFlight: 100 });
    enter(5);
    await clock.advance(1_000);
    expect(admitted).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 100],
      [4, 200],
    ]);
  });

  it('a quiet hour, saves up no more than the burst', async () => {
    const { clock, admitted, enter } = bench({ qps: 10, burst: 2, inFlight: 100 });
    await clock.advance(3_600_000);
    enter(3);
    await clock.advance(0);
    expect(admitted).toHaveLength(2);
  });

  it('more calls than slots, the next starts when one ends, whoever releases twice', async () => {
    const { clock, admitted, releases, enter } = bench({ qps: 1_000, burst: 100, inFlight: 2 });
    enter(4);
    await clock.advance(10);
    expect(admitted).toHaveLength(2);
    releases[0]?.();
    releases[0]?.();
    await clock.advance(10);
    expect(admitted.map(([number]) => number)).toEqual([0, 1, 2]);
  });

  it('Retry-After of 5 s, nobody starts for 5 s', async () => {
    const { clock, limiter, admitted, enter } = bench({ qps: 100, burst: 10, inFlight: 10 });
    limiter.pauseFor(5_000);
    enter(1);
    await clock.advance(4_999);
    expect(admitted).toEqual([]);
    await clock.advance(1);
    expect(admitted).toEqual([[0, 5_000]]);
  });

  it('Retry-After of a day, is cut to the longest pause', async () => {
    const { clock, limiter, admitted, enter } = bench({ qps: 100, burst: 10, inFlight: 10 });
    limiter.pauseFor(86_400_000);
    enter(1);
    await clock.advance(MAX_PAUSE_MS);
    expect(admitted).toEqual([[0, MAX_PAUSE_MS]]);
  });

  it('closed, whoever waits is turned away and no timer is left', async () => {
    const { clock, limiter, enter } = bench({ qps: 1, burst: 1, inFlight: 1 });
    enter(1);
    const waiting = limiter.enter();
    limiter.close();
    expect(await waiting).toBeUndefined();
    expect(await limiter.enter()).toBeUndefined();
    expect(clock.pending()).toBe(0);
  });
});
