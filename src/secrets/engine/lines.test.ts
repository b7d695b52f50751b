import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineIndex } from './lines.ts';

describe('LineIndex', () => {
  it.each([
    ['an empty text', '', 0, 0, -1, -1],
    ['a text without newline', 'abc', 2, 0, -1, -1],
    ['on a newline', 'a\nb', 1, 0, -1, 1],
    ['behind a newline', 'a\nb', 2, 1, 1, -1],
    ['at the end', 'a\nb\n', 4, 2, 3, -1],
    ['beyond the end', 'a\n', 9, 1, 1, -1],
  ])('%s, told', (...[, text, offset, ...expected]) => {
    const lines = new LineIndex(Buffer.from(text));
    const told = [
      lines.countBefore(offset),
      lines.newlineBefore(offset),
      lines.newlineFrom(offset),
    ];
    expect(told).toEqual(expected);
  });

  it('any offsets of long texts in any order, what a search from the start says', () => {
    const line = fc.nat(6000).map((length) => 'x'.repeat(length));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(30_000)), (all, offsets) => {
        const text = all.join('\n');
        const bytes = Buffer.from(text);
        const lines = new LineIndex(bytes);
        for (const offset of offsets) {
          expect(lines.countBefore(offset)).toBe(text.slice(0, offset).split('\n').length - 1);
          const before = offset === 0 ? -1 : text.lastIndexOf('\n', offset - 1);
          expect(lines.newlineBefore(offset)).toBe(before);
          expect(lines.newlineFrom(offset)).toBe(text.indexOf('\n', offset));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('30 MB of newlines, counted in little memory and once', () => {
    const bytes = new Uint8Array(30 * 1024 * 1024).fill(10);
    const lines = new LineIndex(bytes);
    expect(lines.countBefore(bytes.length)).toBe(bytes.length);
    expect(lines.newlineBefore(bytes.length)).toBe(bytes.length - 1);
  });
});
