import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Automaton } from './automaton.ts';

type Found = readonly [literal: string, end: number];

function found(literals: readonly string[], text: string, cuts: readonly number[] = []): Found[] {
  const automaton = new Automaton(literals);
  const bytes = Buffer.from(text, 'latin1');
  const all: [string, number][] = [];
  const sink = {
    onEnding(set: number, end: number): void {
      for (const index of automaton.endings[set] ?? []) all.push([literals[index] ?? '', end]);
    },
  };
  let [from, state] = [0, 0];
  for (const to of [...cuts, bytes.length]) {
    state = automaton.read(bytes, { from, to, state }, sink);
    from = to;
  }
  return all;
}

function naive(literals: readonly string[], text: string): Found[] {
  const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return literals.flatMap((literal) => {
    const ends: [string, number][] = [];
    for (let at = lower.indexOf(literal); at >= 0; at = lower.indexOf(literal, at + 1)) {
      ends.push([literal, at + literal.length]);
    }
    return ends;
  });
}

const sorted = (all: readonly Found[]): readonly string[] =>
  all.map(([literal, end]) => `${end} ${literal}`).toSorted();

describe('Automaton', () => {
  it.each<[string, readonly string[], string, readonly Found[]]>([
    ['nothing to look for, nothing', [], 'abc', []],
    ['no bytes, nothing', ['a'], '', []],
    ['either case of a letter, both', ['key'], 'KEY key', [['key', 3], ['key', 7]]], // prettier-ignore
    ['upper case of a sign, not another sign', ['{'], '[{', [['{', 2]]],
    ['a literal within another, both', ['she', 'he'], 'she', [['she', 3], ['he', 3]]], // prettier-ignore
    ['literals that overlap, all', ['aa'], 'aaa', [['aa', 2], ['aa', 3]]], // prettier-ignore
    ['bytes beyond ASCII, as they are', ['\xe9'], '\xc9\xe9', [['\xe9', 2]]],
    ['NUL, a byte like any other', ['\0'], 'a\0', [['\0', 2]]],
  ])('%s', (_name, literals, text, expected) => {
    expect(sorted(found(literals, text))).toEqual(sorted(expected));
  });

  it('any literals and text, what a naive search finds, however the text is cut', () => {
    const word = fc.string({
      unit: fc.constantFrom('a', 'b', 'c', '_'),
      minLength: 1,
      maxLength: 4,
    });
    const text = fc.string({ unit: fc.constantFrom('a', 'B', 'b', 'C', '_', '\n'), maxLength: 60 });
    fc.assert(
      fc.property(fc.uniqueArray(word, { maxLength: 8 }), text, fc.nat(60), (words, given, cut) => {
        const whole = sorted(found(words, given));
        expect(whole).toEqual(sorted(naive(words, given)));
        expect(sorted(found(words, given, [Math.min(cut, given.length)]))).toEqual(whole);
        expect(new Automaton(words).isIn(given)).toBe(whole.length > 0);
      }),
    );
  });
});
