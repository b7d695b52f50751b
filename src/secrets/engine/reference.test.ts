import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rule } from '../rules/define.ts';
import type { LeakRule } from '../rule.ts';
import { entropyOfRunes } from './entropy.ts';
import { textScanner } from './scanner.ts';

const made = (id: string, regex: string, more: Partial<LeakRule> = {}): LeakRule =>
  rule({ id, description: '', severity: 'low', fix: '', reference: '', regex, ...more });

/** Valid for RE2 and V8 alike, one rule for each way the engine has of looking for a regex. */
const RULES: readonly LeakRule[] = [
  made('fixed', 'tok_[0-9a-f]{4,8}'),
  made('lead', '[a-z.-]{0,6}?(?:key|secret)[ ]{0,3}[:=]{1,2}[ "]{0,2}([a-f0-9]{6,9})["\\n]', {
    keywords: ['key', 'secret'],
  }),
  made('adjacent', '[a-z]{0,5}?(?:key|pass)[:=]([a-f0-9]{6})', { keywords: ['key', 'pass'] }),
  made('lengths', '(?:ab|b|xabc)=([0-9]+)'),
  made('nested', '(?:abcd|bc)[0-9d]*'),
  made('alone', '(?:\\b(mid)|(mi)d)'),
  made('offset', '[0-9]{2}mid[a-f]'),
  made('window', '[a-f]{1,4}-id[0-9]?', { keywords: ['-id'] }),
  made('far', '[0-9a-f]{3}', { keywords: ['far'] }),
  made('foreign', 'mid[a-f]+', { keywords: ['needle'] }),
  made('block', 'BEGIN[a-f\\n =]{4,}?END', { keywords: ['begin'] }),
  made('edges', '\\bpw=([a-z]*)\\b', { keywords: ['pw'] }),
  made('end', 'last=([a-z]+)(?:[ \\n]|$)'),
  made('second', 'two=([a-f]+)?,([0-9]+)', { secretGroup: 2 }),
  made('entropy', 'rnd:([a-z]{4})', { entropy: 1.5 }),
  made('generic-any', '[=:]([0-9a-f]{4,9})', { isGeneric: true }),
];

type Told = Readonly<{ rule: string; line: number; secret: string; match: string }>;

/** What gitleaks does, written down as plainly as possible: every rule's regex over the whole text. */
function reference(text: string): readonly Told[] {
  const lower = text.toLowerCase();
  const all = RULES.flatMap((one) => {
    const hasKeyword = one.keywords.some((word) => lower.includes(word));
    if (one.keywords.length > 0 && !hasKeyword) return [];
    const found = [...text.matchAll(new RegExp(one.regex ?? '', 'g'))];
    return found.flatMap((match) => {
      const trimmed = match[0].replace(/^\n+|\n+$/g, '');
      const groups = new RegExp(one.regex ?? '').exec(trimmed) ?? [trimmed];
      const first = groups.slice(1).find((group) => group !== undefined && group !== '');
      const secret = one.secretGroup === undefined ? first : groups[one.secretGroup];
      const told = { rule: one.id, secret: secret ?? trimmed, match: trimmed };
      if (one.entropy !== undefined && entropyOfRunes(told.secret) <= one.entropy) return [];
      return [{ ...told, line: text.slice(0, match.index + 1).split('\n').length }];
    });
  });
  const isGeneric = ({ rule: id }: Told): boolean => id.includes('generic');
  const isEcho = (one: Told): boolean =>
    all.some((o) => !isGeneric(o) && o.line === one.line && o.secret.includes(one.secret));
  return all.filter((one) => !isGeneric(one) || !isEcho(one));
}

const scanner = textScanner(
  { rules: RULES, allowlists: [] },
  { dialect: 'gitleaks', inlineAllow: false, monotonic: () => 0 },
);

function scanned(text: string): readonly Told[] {
  const { hits, gaps } = scanner.scan(Buffer.from(text, 'latin1'), { path: 'a.txt' });
  expect(gaps).toEqual([]);
  return hits.map(({ rule: id, line, secret, match }) => ({ rule: id, line, secret, match }));
}

const ordered = (all: readonly Told[]): readonly string[] =>
  all.map((one) => JSON.stringify([one.line, one.rule, one.match, one.secret])).toSorted();

const PIECES = [
  ...['tok_', 'key', 'secret', 'KEY', '=', ':', ' ', '"', '\n', '\n\n', 'a.b-', 'xabc', 'ab', 'b'],
  ...[
    'mid',
    '-id',
    'far',
    'needle',
    'BEGIN',
    'END',
    'pw=',
    'last=',
    'two=',
    ',',
    'rnd:',
    '_',
    '\xe9',
  ],
  ...[
    '0',
    '12',
    'deadbeef',
    'cafe',
    'f',
    'abcd',
    'aaaa',
    '00ff00',
    'pass',
    ' "',
    '::',
    '\r',
    '\t',
    '00ff00ff0',
  ],
];

describe('textScanner, beside a naive reference', () => {
  it.each([
    ['a lead that would reach into the match before it', 'key=deadbeefkey=00ff00'],
    ['a value as far from its name as it may be', 'key   ==  00ff00"'],
    ['a name as long as it may be', 'secret   :00ff00\n'],
    ['a value one byte too short', 'key=00ff0"'],
    ['a match at the very end', 'last=abc'],
    ['a match of two that overlap', '12mid-id3'],
    ['a block that never ends, and one that does', 'BEGIN abc BEGIN = fEND'],
    ['nothing', ''],
  ])('%s, the same hits', (_name, text) => {
    expect(ordered(scanned(text))).toEqual(ordered(reference(text)));
  });

  it('texts of likely pieces, the same hits', () => {
    const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 });
    fc.assert(
      fc.property(text, (pieces) => {
        const given = pieces.join('');
        expect(ordered(scanned(given))).toEqual(ordered(reference(given)));
      }),
      { numRuns: 1500 },
    );
  });

  it('one piece over and over among others, the same hits', () => {
    const piece = fc.constantFrom(...PIECES);
    fc.assert(
      fc.property(piece, piece, piece, fc.integer({ min: 1, max: 300 }), (a, b, c, times) => {
        const given = `${b}${(a + b).repeat(times)}${c}${a.repeat(times)}${c}`;
        expect(ordered(scanned(given))).toEqual(ordered(reference(given)));
      }),
      { numRuns: 200 },
    );
  });

  it('parts of lines of what is not touched, without hits', () => {
    const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 });
    fc.assert(
      fc.property(text, fc.nat(20), fc.nat(20), (pieces, from, to) => {
        const given = `${pieces.join('')}\n`;
        if (scanner.touches(Buffer.from(given, 'latin1'), { path: 'a.txt' })) return;
        const lines = given.split('\n').slice(0, -1);
        const part = lines.slice(from, Math.max(from, to)).map((line) => `${line}\n`);
        expect(scanned(part.join(''))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
