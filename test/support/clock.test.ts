import { describe, expect, it } from 'vitest';
import { pause } from '../../src/domain/clock.ts';
import { manualClock } from './clock.ts';

describe('manualClock', () => {
  it('timers of mixed delay, run in order of time and then of setting, each at its own time', async () => {
    const clock = manualClock(1_000);
    const ran: [string, number][] = [];
    const note = (name: string) => (): void => void ran.push([name, clock.now()]);
    clock.setTimer(30, note('late'));
    clock.setTimer(10, note('first of two'));
    clock.setTimer(10, note('second of two'));
    clock.setTimer(-5, note('overdue'));
    clock.setTimer(31, note('beyond'));
    await clock.advance(30);
    expect(ran).toEqual([
      ['overdue', 1_000],
      ['first of two', 1_010],
      ['second of two', 1_010],
      ['late', 1_030],
    ]);
    expect(clock.now()).toBe(1_030);
    expect(clock.pending()).toBe(1);
  });

  it('a cancelled timer, never runs', async () => {
    const clock = manualClock();
    let ran = false;
    const cancel = clock.setTimer(5, () => {
      ran = true;
    });
    cancel();
    await clock.advance(10);
    expect([ran, clock.pending()]).toEqual([false, 0]);
  });

  it('a loop that pauses again after each turn, makes every turn within one advance', async () => {
    const clock = manualClock(0);
    const turns: number[] = [];
    const loop = async (): Promise<void> => {
      for (let turn = 0; turn < 3; turn++) {
        await pause(clock, 10);
        await Promise.resolve();
        turns.push(clock.monotonic());
      }
    };
    const done = loop();
    await clock.advance(30);
    await done;
    expect(turns).toEqual([10, 20, 30]);
  });

  it('a wall step back, leaves the monotonic time and the timers alone', async () => {
    const clock = manualClock(50_000);
    let ranAt = -1;
    clock.setTimer(10, () => {
      ranAt = clock.monotonic();
    });
    clock.stepWall(-20_000);
    expect([clock.now(), clock.monotonic()]).toEqual([30_000, 0]);
    await clock.advance(10);
    expect([ranAt, clock.now()]).toEqual([10, 30_010]);
  });
});
