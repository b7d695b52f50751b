import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changedPart } from './changed-part.ts';

const part = (older: string, newer: string): string =>
  changedPart(Buffer.from(older), Buffer.from(newer)).toString();

describe('changedPart', () => {
  it.each<[string, string, string, string]>([
    ['nothing changed, nothing', 'a\nb\n', 'a\nb\n', ''],
    ['all new, all', '', 'a\nb\n', 'a\nb\n'],
    ['a line at the end, it and as much before', 'aa\nbb\n', 'aa\nbb\ncc\n', 'bb\ncc\n'],
    ['a line in the middle, it and its neighbours', 'a\nb\nc\nd\n', 'a\nb\nx\nc\nd\n', 'b\nx\nc\n'],
    ['a part of a line, the whole line', '1\nabc\n2\n', '1\nabd\n2\n', '1\nabd\n2\n'],
    ['a line taken away, nothing', 'a\nb\nc\n', 'a\nc\n', ''],
    ['a newline at the end, its line', 'a\nb', 'a\nb\n', 'a\nb\n'],
    ['no newline at the end any more, its line', 'a\nb\n', 'a\nb', 'a\nb'],
    ['a repeated line, with one that it may stand for', 'a\nb\n', 'a\na\nb\n', 'a\na\nb\n'],
  ])('%s', (...[, older, newer, outcome]) => {
    expect(part(older, newer)).toBe(outcome);
  });

  it('a change far inside of long files, found at once', () => {
    const lines = Array.from({ length: 5_000 }, (_, line) => `line ${line}\n`);
    const changed = lines.with(2_500, 'changed\n');
    expect(part(lines.join(''), changed.join(''))).toBe('line 2499\nchanged\nline 2501\n');
  });

  it('any two texts, a part in whole lines that holds every line of the new one alone', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'cc', '', 'd'), { maxLength: 30 });
    fc.assert(
      fc.property(text, text, fc.boolean(), (one, two, hasEnd) => {
        const [older, newer] = [one, two].map((lines) => lines.join('\n') + (hasEnd ? '\n' : ''));
        const found = part(older ?? '', newer ?? '');
        const lines = found.split('\n');
        const isThere = (line: string): boolean => lines.includes(line);
        expect(two.filter((line) => !one.includes(line)).every(isThere)).toBe(true);
        expect(newer?.includes(found)).toBe(true);
      }),
    );
  });
});
