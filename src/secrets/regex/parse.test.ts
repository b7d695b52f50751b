import { describe, expect, it } from 'vitest';
import { compileRegex } from './compile.ts';
import { linearRegex } from './linear.ts';
import { parseRegex } from './parse.ts';

const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** What both engines match first, and where; a disagreement is told. */
function firstMatch(source: string, text: string): unknown {
  const compiled = compileRegex(source);
  const linear = linearRegex(source);
  if (!compiled.ok || !linear.ok) return compiled.ok ? undefined : compiled.stop;
  const byV8 = new RegExp(compiled.value.js).exec(text);
  const byRe2 = linear.value.exec(text, 0);
  const [native, slow] = [byV8?.[0], byRe2 && text.slice(byRe2.start, byRe2.end)];
  return native === slow ? native : { native, slow };
}

describe('syntax', () => {
  it.each([
    ['a dot takes a carriage return', 'a.', 'a\r', 'a\r'],
    ['a dot takes any byte', '.', '\xff', '\xff'],
    ['a dot stops at a line end', 'a.', 'a\n', undefined],
    ['(?s) dot takes a line end', '(?s)a.', 'a\n', 'a\n'],
    ['(?s:) ends with its group', '(?s:.).', '\n\n', undefined],
    ['$ is the end of text only', 'a$', 'a\n', undefined],
    ['(?m) $ stands before a line end', '(?m)a$', 'a\nb', 'a'],
    ['(?m) ^ stands behind a line end', '(?m)^b', 'a\nb', 'b'],
    ['(?m) ^ does not stand behind a carriage return', '(?m)^b', 'a\rb', undefined],
    ['\\A and \\z hold the whole text', '\\Aab\\z', 'ab', 'ab'],
    ['\\A under (?m) is the text still', '(?m)\\Ab', 'a\nb', undefined],
    ['\\b knows ASCII only', '\\bb', '\xe9b', 'b'],
    ['\\B within a word', 'a\\Bb', 'ab', 'ab'],
    ['\\s has no vertical tab', '\\s', '\v', undefined],
    ['\\s has no no-break space', '\\s', '\xa0', undefined],
    ['\\S has both', '\\S+', '\v\xa0', '\v\xa0'],
    ['\\w is ASCII', '\\w+', 'a_9\xe9', 'a_9'],
    ['\\W takes high bytes', '\\W', 'a\xe9', '\xe9'],
    ['\\D in a class', '[\\D]', '1a', 'a'],
    ['(?i) folds both ways', '(?i)aBc', 'AbC', 'AbC'],
    ['(?i) in the middle folds the rest', 'a(?i)b', 'aB', 'aB'],
    ['(?i) in the middle leaves the start', 'a(?i)b', 'AB', undefined],
    ['(?i) ends with its group', '(?:(?i)a)b', 'AB', undefined],
    ['(?i) goes over a bar', '(?:(?i)a|b)', 'B', 'B'],
    ['(?-i:) within (?i)', '(?i)a(?-i:b)', 'Ab', 'Ab'],
    ['(?i) folds classes before they are negated', '(?i)[^a]', 'Ab', 'b'],
    ['(?i) folds a negated name before', '(?i)[[:^upper:]]', 'a1', '1'],
    ['(?U) turns greed around', '(?U)a+', 'aaa', 'a'],
    ['(?U) and a question mark', '(?U)a+?', 'aaa', 'aaa'],
    ['(?i-s) sets and clears', '(?s)(?i-s)A.', 'a\n', undefined],
    ['a named group', '(?P<x>a)b', 'ab', 'ab'],
    ['a named group of the newer form', '(?<x>a)b', 'ab', 'ab'],
    ['a POSIX name', '[[:xdigit:]]+', 'xfF0g', 'fF0'],
    ['a negated POSIX name takes high bytes', '[[:^alpha:]]', 'a\xe9', '\xe9'],
    ['[:space:] has the vertical tab', '[[:space:]]', '\v', '\v'],
    ['[:word:]', '[[:word:]]+', '-a_', 'a_'],
    ['a bracket that is first in its class', '[]a]+', ']a', ']a'],
    ['a dash that is last in its class', '[a-]+', '-a', '-a'],
    ['a dash behind a named class', '[\\d-z]+', '1-z', '1-z'],
    ['an open bracket in a class', '[[a]+', '[a', '[a'],
    ['a caret that is not first', '[a^]+', '^a', '^a'],
    ['\\x of two digits', '\\x60', '`', '`'],
    ['\\x in braces', '\\x{61}', 'a', 'a'],
    ['an octal escape', '\\141\\0', 'a\0', 'a\0'],
    ['the bell', '\\a\\f\\v', '\x07\f\v', '\x07\f\v'],
    ['escaped punctuation', '\\-\\_\\"\\/', '-_"/', '-_"/'],
    ['\\Q to \\E is literal', '\\Qa.b\\E+', 'a.bb', 'a.bb'],
    ['\\Q without its end', '\\Q(', '(', '('],
    ['a brace that counts nothing', 'a{,2}{x}', 'a{,2}{x}', 'a{,2}{x}'],
    ['a count with a leading zero', 'a{01}', 'a{01}', 'a{01}'],
    ['a closing brace', '}{', '}{', '}{'],
    ['a count', 'a{2,3}', 'aaaa', 'aaa'],
    ['a lazy count', 'a{2,3}?', 'aaaa', 'aa'],
    ['a count of nothing', 'a{0}b', 'ab', 'b'],
    ['an empty branch', 'a(?:b|)c', 'ac', 'ac'],
    ['an empty branch that is preferred', '(?:|b)?b', 'bb', 'b'],
    ['an optional part that is empty', '(b*)?c', 'c', 'c'],
    ['the first branch, not the longest', 'a|ab', 'ab', 'a'],
    ['an edge that is repeated', '(?:\\b)+a', 'a', 'a'],
    ['an empty class', 'a|[^\\x00-\\x{10FFFF}]', 'ba', 'a'],
    ['flags of nothing', '(?)a', 'a', 'a'],
  ])('%s', (_, source, text, outcome) => {
    expect(firstMatch(source, text)).toEqual(outcome);
  });

  it.each([
    ['a character is its bytes', 'é+', 'éé', 'éé'],
    ['a character of four bytes', '\u{1f511}', 'a\u{1f511}', '\u{1f511}'],
    ['an escape above ASCII is a character', '\\xe9', 'é', 'é'],
    ['a class of characters', '[aé€]+', 'b€éab', '€éa'],
    ['a range of characters', '[а-я]+', 'ab где', 'где'],
    ['a range over all lengths', '[\\x{70}-\\x{10FFFF}]+', 'az€\u{1f511}é', 'z€\u{1f511}é'],
    ['a character that is left out', '[^é]', 'éa', 'a'],
    ['(?i) folds characters', '(?i)É[à]', 'éÀ', 'éÀ'],
    ['the Kelvin sign is no k', '(?i)k', '\u212a', ''],
  ])('%s', (_, source, text, outcome) => {
    expect(firstMatch(source, bytes(text)) ?? '').toEqual(bytes(outcome));
  });
});

describe('refusals', () => {
  it.each([
    ['lookahead', 'a(?=b)', 1],
    ['negative lookahead', 'a(?!b)', 1],
    ['lookbehind', '(?<=a)b', 0],
    ['negative lookbehind', '(?<!a)b', 0],
    ['an atomic group', '(?>a)', 0],
    ['a comment', '(?#a)', 0],
    ['a reference to a group', '(a)\\1', 3],
    ['a reference to a name', '(?P<a>b)(?P=a)', 8],
    ['a flag that is not known', '(?x)a', 0],
    ['flags that clear nothing', '(?i-)a', 0],
    ['two groups of one name', '(?P<a>b)(?P<a>c)', 8],
    ['a group that never ends', 'a(b', 1],
    ['a group that never began', 'a)b', 1],
    ['a class that never ends', 'a[b', 1],
    ['a class without anything', '[]', 0],
    ['a range that runs backwards', '[b-a]', 1],
    ['a range up to a class', '[a-\\d]', 3],
    ['a POSIX name that is not known', '[[:foo:]]', 1],
    ['nothing to repeat', 'a|*', 2],
    ['nothing to repeat in a group', '(+a)', 1],
    ['a repeat of a repeat', 'a**', 2],
    ['a possessive repeat', 'a++', 2],
    ['a repeat of a repeat behind flags', 'a*(?i)*', 6],
    ['a count over 1000', 'a{1001}', 1],
    ['an open count over 1000', 'a{1001,}', 1],
    ['a count that runs backwards', 'a{3,2}', 1],
    ['counts that multiply to over 1000', '(?:a{100}){11}', 0],
    ['counts that add up', 'a{1000}'.repeat(6), 0],
    ['a Unicode class', '\\pL', 0],
    ['\\Z of Perl', 'a\\Z', 1],
    ['\\C of RE2', '\\C', 0],
    ['\\E on its own', 'a\\E', 1],
    ['an escape of a letter', '\\y', 0],
    ['an escape above ASCII', '\\é', 0],
    ['\\x without digits', '\\x', 0],
    ['\\x beyond Unicode', '\\x{110000}', 0],
    ['a backslash at the end', 'a\\', 2],
    ['half of a surrogate pair', 'a\ud800', 1],
    ['101 groups within each other', `${'('.repeat(101)}a${')'.repeat(101)}`, 100],
    ['more than 65,536 characters', 'a'.repeat(65_537), 65_536],
    ['characters of too many parts', '(?i)' + 'é'.repeat(12_000), 0],
  ])('%s, refused', (_, source, offset) => {
    const parsed = parseRegex(source);
    expect(parsed.ok ? undefined : parsed.stop.offset).toBe(offset);
    expect(linearRegex(source).ok).toBe(false);
  });

  it('a long source, quoted by 32 characters at most', () => {
    const parsed = parseRegex(`[[:${'x'.repeat(500)}:]]`);
    expect(parsed.ok ? '' : parsed.stop.text).toMatch(/^[^x]*x{0,32}$/);
  });
});
