import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDateTime } from './date-time.ts';

describe('parseDateTime', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2026-01-31T08:00:00Z', Date.UTC(2026, 0, 31, 8)],
    ['2024-02-29T23:59:59Z', Date.UTC(2024, 1, 29, 23, 59, 59)],
    ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
  ])('%s, milliseconds', (text, expected) => {
    expect(parseDateTime(text)).toBe(expected);
  });

  it.each([
    '',
    '2026-01-31',
    '2026-01-31T08:00Z',
    '2026-01-31T08:00:00',
    '2026-01-31T08:00:00+00:00',
    '2026-01-31T08:00:00.5Z',
    '2026-01-31t08:00:00z',
    '2026-01-31 08:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T23:59:60Z',
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    ' 2026-01-31T08:00:00Z',
    '2026-01-31T08:00:00Z\n',
    '+02026-01-31T08:00:0Z',
    'now',
  ])('%j, no moment', (text) => {
    expect(parseDateTime(text)).toBeUndefined();
  });

  it('any second of four-digit years, itself', () => {
    const last = Date.UTC(9999, 11, 31, 23, 59, 59) / 1_000;
    fc.assert(
      fc.property(fc.integer({ min: -62_000_000_000, max: last }), (seconds) => {
        const text = new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z');
        expect(parseDateTime(text)).toBe(seconds * 1_000);
      }),
    );
  });
});
