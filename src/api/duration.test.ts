import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DURATION_LENGTH, parseDuration } from './duration.ts';

describe('parseDuration', () => {
  it.each([
    ['60s', 60_000],
    ['1m', 60_000],
    ['1h30m', 5_400_000],
    ['1h2m3s4ms', 3_723_004],
    ['500ms', 500],
    ['0s', 0],
    ['99999h', 359_996_400_000],
  ])('%s, milliseconds', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each([
    '',
    '60',
    's',
    '-1s',
    '+1s',
    '1.5h',
    '1d',
    '1s1m',
    '1s1s',
    ' 1s',
    '1s\n',
    '1H',
    '1µs',
    'null',
  ])('%j, no duration', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('more characters than any duration, no duration', () => {
    expect(parseDuration('1h'.repeat(1_000_000))).toBeUndefined();
    expect(parseDuration(`${'0'.repeat(MAX_DURATION_LENGTH)}s`)).toBeUndefined();
  });

  it('any whole number of a unit, that number of it', () => {
    const unit = fc.constantFrom(['h', 3_600_000], ['m', 60_000], ['s', 1_000], ['ms', 1] as const);
    fc.assert(
      fc.property(unit, fc.nat(99_999), ([name, factor], count) => {
        expect(parseDuration(`${count}${name}`)).toBe(count * factor);
      }),
    );
  });
});
