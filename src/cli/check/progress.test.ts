import { describe, expect, it } from 'vitest';
import { systemClock } from '../../wire/clock.ts';
import { Progress, progressLine } from './progress.ts';

describe('progress', () => {
  it.each([
    ['while commits are still found', [512, 900, undefined], '900 commits found, 512 judged'],
    ['half of all', [50, 60, 100], '[###############...............] 50 of 100 commits judged'],
    ['all', [3, 3, 3], '[##############################] 3 of 3 commits judged'],
    ['of none', [0, 0, 0], '0 commits found, 0 judged'],
  ] as const)('%s, its line', (_, [judged, found, all], line) => {
    expect(progressLine(judged, found, all)).toBe(line);
  });

  it('short work shows nothing, long work one line at a time that goes away', () => {
    let now = 0;
    const shown: string[] = [];
    const clock = { ...systemClock, monotonic: () => now };
    const progress = new Progress(clock, (text) => void shown.push(text));
    progress.show('a');
    progress.clear();
    expect(shown).toEqual([]);
    for (const [at, text] of [
      [1_000, 'b'],
      [1_050, 'c'],
      [1_200, 'd'],
    ] as const) {
      now = at;
      progress.show(text);
    }
    progress.clear();
    const clear = `\r${String.fromCodePoint(0x1b)}[2K`;
    expect(shown).toEqual([`${clear}b`, `${clear}d`, clear]);
  });
});
