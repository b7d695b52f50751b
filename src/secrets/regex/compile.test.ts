import { describe, expect, it } from 'vitest';
import { compileRegex } from './compile.ts';
import type { CompiledRegex } from './compile.ts';

function compiled(source: string): CompiledRegex {
  const result = compileRegex(source);
  if (!result.ok) throw new Error(result.stop.text);
  return result.value;
}

describe('the engine', () => {
  it.each([
    ['a prefix and a counted tail', 'tok_[0-9a-z]{36}', 'native'],
    ['a domain name', '(?:[a-z0-9]+\\.)+example', 'native'],
    ['an open run that only its end can follow', 'x[^;]*;[^;]*;z', 'native'],
    ['a group that every turn has', '(?:(a|b)c)*d', 'native'],
    ['an optional part that may be empty', '(?:a*)?b', 'native'],
    ['an exact count of what may be empty', '(?:a?){3}b', 'native'],
    ['a loop in a loop', '(?:a+)+b', 'linear'],
    ['branches that overlap in a loop', '(?:\\w|\\d)*x', 'linear'],
    ['open runs of any byte', 'x.*y.*z', 'linear'],
    ['a loop that may turn empty', '(?:|a)*b', 'linear'],
    ['a group that a turn may leave out', '(?:(a)|b)*c', 'linear'],
    ['a row too long for the compiler of V8', 'a?'.repeat(1500), 'linear'],
  ])('%s', (_, source, engine) => {
    expect(compiled(source).engine).toBe(engine);
  });
});

describe('the anchor', () => {
  it.each([
    ['a prefix', 'tok_[a-z]{9}', ['tok_'], [0, 0]],
    ['a folded prefix, lower-cased', '(?i)TOK_[a-z]{9}', ['tok_'], [0, 0]],
    ['a prefix that a group holds with what follows', '\\b(tok_[a-z]{9})\\b', ['tok_'], [0, 0]],
    ['branches as a prefix', '(?:sk|rk)_live', ['sk_live', 'rk_live'], [0, 0]],
    ['a small class within a prefix', 'xox[os]-\\d', ['xoxo-', 'xoxs-'], [0, 0]],
    ['an optional part in front', '(?:https://)?hooks', ['hooks', 'https://hooks'], [0, 0]],
    ['branches with tails of their own', 'aaa[x-z]+|bbb\\d', ['aaa', 'bbb'], [0, 0]],
    ['a literal behind a count', '[a-z]{8}\\.apps\\.', ['.apps.'], [8, 8]],
    ['a literal behind a range of counts', '[a-z]{4,9}-key', ['-key'], [4, 9]],
    ['a repeated literal', 'a{22}b', [`${'a'.repeat(22)}b`], [0, 0]],
    ['a repeated group', '(?:key)+\\d', ['key'], [0, 0]],
    ['a long literal, cut', `${'a'.repeat(40)}\\d`, ['a'.repeat(24)], [0, 0]],
    ['a fixed literal over a longer one in a window', 'lob[a-z]{0,20}test_', ['lob'], [0, 0]],
    ['bytes above ASCII', 'clé=\\d', ['cl\xc3\xa9='], [0, 0]],
  ] as const)('%s', (_, source, literals, [lo, hi]) => {
    const { anchor } = compiled(source);
    expect(anchor && { ...anchor, literals: anchor.literals.toSorted() }).toEqual({
      literals: literals.toSorted(),
      lo,
      hi,
    });
  });

  it.each([
    ['one letter', 'a\\d+'],
    ['classes only', '[a-z]{32}'],
    ['a literal behind an open run', '[a-z]+\\.example'],
    ['a literal that is optional', '(?:key)?\\d'],
    ['a branch without a literal', 'key|\\d+'],
  ])('%s, none', (_, source) => {
    expect(compiled(source).anchor).toBeUndefined();
  });
});

describe('the lead', () => {
  const WORD = '[\\w.-]{0,50}?';
  it.each([
    ['a lazy run', `${WORD}key`, 50, 'key'],
    ['two lazy runs of one set', `${WORD}(?i:${WORD}key)`, 100, '[Kk][Ee][Yy]'],
    ['a run of another set behind', `${WORD}[a-c]??key`, 50, '[a-c]??key'],
    ['flags in front', `(?i)${WORD}key`, 50, '[Kk][Ee][Yy]'],
  ])('%s, dropped', (_, source, max, body) => {
    const { lead, ...rest } = compiled(source);
    expect({ max: lead?.max, body: rest.body }).toEqual({ max, body });
    expect([...'aZ_.-', ' ', '\xe9'].map((byte) => lead?.set[byte.charCodeAt(0)])).toEqual([
      ...[1, 1, 1, 1, 1, 0, 0],
    ]);
  });

  it.each([
    ['a greedy run', '[\\w.-]{0,50}key'],
    ['an open run', '.*?key'],
    ['a run that must be there', '\\w{1,5}?key'],
    ['a run that a group captures', '(\\w{0,5}?)key'],
    ['a run in a branch', '\\w{0,5}?key|b'],
    ['a run before what may be empty', '\\w{0,5}?k?'],
  ])('%s, kept', (_, source) => {
    const { lead, body, js } = compiled(source);
    expect({ lead, body }).toEqual({ lead: undefined, body: js });
  });
});

describe('what else is known', () => {
  it.each([
    ['counts', 'a{2,3}(?:bc|d)', { minLength: 3, maxLength: 5, groups: 0, hasEdges: false }],
    ['an open run', '(a)+', { minLength: 1, maxLength: Infinity, groups: 1, hasEdges: false }],
    ['edges', '^(a)(?P<b>c)?$', { minLength: 1, maxLength: 2, groups: 2, hasEdges: true }],
    ['an edge within', 'a(?:b|\\b)', { minLength: 1, maxLength: 2, groups: 0, hasEdges: true }],
    ['a character of three bytes', '€', { minLength: 3, maxLength: 3, groups: 0, hasEdges: false }],
  ])('%s', (_, source, outcome) => {
    expect(compiled(source)).toMatchObject(outcome);
  });
});
