import { describe, expect, it } from 'vitest';
import type { Hit } from './hit.ts';
import { rule } from './rules/define.ts';
import type { LeakRule } from './rule.ts';
import { settle } from './settle.ts';
import type { QuietRange } from './structure/structure.ts';

const base = { description: '', severity: 'high', fix: '', reference: '' } as const;

const RULES: ReadonlyMap<string, LeakRule> = new Map(
  [
    rule({ ...base, id: 'provider', regex: 'a' }),
    rule({ ...base, id: 'other-provider', regex: 'a' }),
    rule({ ...base, id: 'path', path: 'a' }),
    rule({ ...base, id: 'place' }),
    rule({ ...base, id: 'other-place' }),
    rule({ ...base, id: 'guess', regex: 'a', isGeneric: true }),
  ].map((one) => [one.id, one]),
);

type Given = Readonly<{
  rule: string;
  secret: string;
  start?: number;
  end?: number;
  line?: number;
  match?: string;
}>;

function hit({
  rule: id,
  secret,
  start = 10,
  line = 1,
  match = secret,
  end = start + match.length,
}: Given): Hit {
  return { rule: id, secret, start, end, line, endLine: line, match };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The rules that speak, in order. */
function told(
  text: readonly Given[],
  structure: readonly Given[],
  quiet: readonly QuietRange[] = [],
): string[] {
  const scan = { hits: structure.map(hit), gaps: [], quiet };
  return settle(text.map(hit), scan, RULES).map((one) => one.rule);
}

const long = 'line one of many\nline two of many\nline three of many';

describe('settle', () => {
  it.each([
    [
      'a provider and a guess of one secret, the provider',
      [
        { rule: 'guess', secret: 'abcdef' },
        { rule: 'provider', secret: 'abcdef' },
      ],
      [],
      ['provider'],
    ],
    [
      'a guess that holds a provider, the provider',
      [
        { rule: 'guess', secret: 'xabcdefx', start: 9 },
        { rule: 'provider', secret: 'abcdef' },
      ],
      [],
      ['provider'],
    ],
    [
      'one key with the indentation of its block and without, once',
      [{ rule: 'provider', secret: long.replaceAll('\n', '\n    '), start: 14 }],
      [{ rule: 'other-provider', secret: long, start: 10, end: 90 }],
      ['other-provider'],
    ],
    [
      'a key and the beginning of its base64, the key',
      [{ rule: 'other-provider', secret: base64(long).slice(0, 60) }],
      [{ rule: 'provider', secret: long, start: 10, end: 90 }],
      ['provider'],
    ],
    [
      'a guess of another secret on the line, both',
      [
        { rule: 'guess', secret: 'ghijkl', start: 30 },
        { rule: 'provider', secret: 'abcdef' },
      ],
      [],
      ['provider', 'guess'],
    ],
    [
      'the same secret twice on a line, once for a guess',
      [
        { rule: 'guess', secret: 'abcdef', start: 30 },
        { rule: 'provider', secret: 'abcdef' },
      ],
      [],
      ['provider'],
    ],
    [
      'two providers of one secret, the first',
      [
        { rule: 'provider', secret: 'abcdef' },
        { rule: 'other-provider', secret: 'abcdef' },
      ],
      [],
      ['provider'],
    ],
    [
      'two providers of two secrets, both',
      [
        { rule: 'provider', secret: 'abcdef' },
        { rule: 'other-provider', secret: 'ghijkl', start: 20 },
      ],
      [],
      ['provider', 'other-provider'],
    ],
    [
      'a place and a guess, the place',
      [{ rule: 'guess', secret: 'abcdef' }],
      [{ rule: 'place', secret: 'abcdef' }],
      ['place'],
    ],
    [
      'a place and a guess of its base64, the place',
      [{ rule: 'guess', secret: base64('abcdef') }],
      [{ rule: 'place', secret: 'abcdef', end: 18 }],
      ['place'],
    ],
    [
      'a place and a provider, the provider',
      [{ rule: 'provider', secret: 'abcdef' }],
      [{ rule: 'place', secret: 'abcdef' }],
      ['provider'],
    ],
    [
      'a place, what is decoded from it, and a guess of the base64',
      [{ rule: 'guess', secret: base64('abcdef') }],
      [
        { rule: 'place', secret: 'abcdef', end: 18 },
        { rule: 'provider', secret: 'abcdef', end: 18 },
      ],
      ['provider'],
    ],
    [
      'two secrets decoded from one place, both',
      [],
      [
        { rule: 'place', secret: 'ab cd', end: 18 },
        { rule: 'provider', secret: 'ab', end: 18 },
        { rule: 'provider', secret: 'cd', end: 18 },
      ],
      ['provider', 'provider'],
    ],
    [
      'a place of many lines with one token in it, both',
      [{ rule: 'provider', secret: 'one', start: 15 }],
      [{ rule: 'place', secret: long }],
      ['place', 'provider'],
    ],
    [
      'a place of many lines that is one key, the key',
      [{ rule: 'provider', secret: long }],
      [{ rule: 'place', secret: long }],
      ['provider'],
    ],
    [
      'two places of one value, the first',
      [],
      [
        { rule: 'place', secret: 'abcdef' },
        { rule: 'other-place', secret: 'abcdef' },
      ],
      ['place'],
    ],
    [
      'the same rule and secret on two lines, both',
      [
        { rule: 'provider', secret: 'abcdef' },
        { rule: 'provider', secret: 'abcdef', start: 40, line: 2 },
      ],
      [],
      ['provider', 'provider'],
    ],
    [
      'a path and a place without one, beside all else',
      [
        { rule: 'path', secret: '', match: '' },
        { rule: 'guess', secret: 'abcdef' },
      ],
      [{ rule: 'place', secret: 'abc', start: 0, end: 0 }],
      ['place', 'path', 'guess'],
    ],
  ] as const)('%s', (_name, text, structure, rules) => {
    expect(told(text, structure)).toEqual(rules);
  });

  it.each([
    ['a guess in ciphertext, nothing', 'guess', 'abcdef', []],
    ['a guess in ciphertext with its key, nothing', 'guess', 'password: abcdef', []],
    ['a provider in ciphertext, told', 'provider', 'abcdef', ['provider']],
  ] as const)('%s', (_name, id, match, rules) => {
    const start = 20 - (match.length - 6);
    expect(
      told([{ rule: id, secret: 'abcdef', match, start }], [], [{ start: 20, end: 26 }]),
    ).toEqual(rules);
  });

  it('a guess that begins before ciphertext and ends in it, told', () => {
    const guess = { rule: 'guess', secret: 'abcdef', start: 18 };
    expect(told([guess], [], [{ start: 20, end: 30 }])).toEqual(['guess']);
  });
});
