import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse } from './analysis.ts';
import { Budget } from './budget.ts';
import { Pattern } from './pattern.ts';
import { searchLinear, searchNative } from './search.ts';
import type { Cursor, Match, Search } from './search.ts';
import { View } from './view.ts';

const PIECES = ['key', 'id', '-', '=', 'ab', 'a', '1', '12', '\n', ' ', 'BEGIN', 'END', '\xff'];

function patternOf(source: string): Pattern {
  const made = analyse(source);
  if (!made.ok) throw new Error(made.stop.text);
  return new Pattern(made.value.regex);
}

type Engine = 'native' | 'linear';

/** Every match, the first attempts by V8 and the rest in linear time. */
function found(pattern: Pattern, text: string, native: number): readonly Match[] {
  const view = new View(Buffer.from(text, 'latin1'), 0, text.length);
  const matches: Match[] = [];
  const search: Search = {
    ...{ pattern, view, literals: pattern.literalsIn(view) },
    found: (match) => matches.push(match),
  };
  const cursor: Cursor = { end: 0, next: 0, at: 0 };
  const share = (engine: Engine) => new Budget(() => 0, text.length).share(engine);
  const limited = share('native');
  const take = limited.take.bind(limited);
  let left = native;
  limited.take = (steps) => left-- > 0 && take(steps);
  if (searchNative(search, cursor, limited)) return matches;
  expect(searchLinear(search, cursor, share('linear'))).toBe(true);
  return matches;
}

describe('search', () => {
  it.each([
    ['fixed', 'key=([0-9a-b]+)'],
    ['fixed', '[a-b1-]{0,5}?key(?:=|-)([ab12]{1,4})'],
    ['fixed', '\\bid(?:-(1)|=(a))?'],
    ['fixed', 'BEGIN[\\s\\S]{2,}?END'],
    ['window', '[a-z]{1,3}-id([0-9]?)'],
    ['window', '[a1]{0,3}?[0-9]{1,2}(?:key|id)\\b'],
    ['full', '[a-z][12]{1,3}'],
    ['full', '(?:a|1)(b|2)?$'],
  ])('%s %s, the same whenever V8 gives up', (mode, source) => {
    const pattern = patternOf(source);
    expect([pattern.mode, pattern.bounds.isLinear]).toEqual([mode, false]);
    const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 });
    fc.assert(
      fc.property(text, fc.nat(12), (pieces, native) => {
        const given = pieces.join('');
        const all = found(pattern, given, Infinity);
        expect(found(pattern, given, native)).toEqual(all);
        const naive = [...given.matchAll(new RegExp(source, 'g'))].filter(
          ([whole]) => whole !== '',
        );
        expect(all.map(({ start, end }) => given.slice(start, end))).toEqual(
          naive.map(([whole]) => whole),
        );
        expect(all.map(({ start }) => start)).toEqual(naive.map(({ index }) => index));
      }),
      { numRuns: 150 },
    );
  });
});
