import { expect, it } from 'vitest';
import { systemClock } from '../../wire/clock.ts';
import { Deadline } from './deadline.ts';

it('a deadline, over when its time is up and only then', () => {
  let now = 0;
  const deadline = new Deadline({ ...systemClock, monotonic: () => now }, 2);
  const looks = [1_999, 2_000, 2_001, 2_002].map((at) => {
    now = at;
    return deadline.check();
  });
  expect([looks, deadline.isOver]).toEqual([[false, false, true, true], true]);
});

it('no deadline, never over', () => {
  const deadline = new Deadline({ ...systemClock, monotonic: () => Number.MAX_VALUE }, undefined);
  expect(deadline.check()).toBe(false);
});
