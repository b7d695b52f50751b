import type { Range } from './charset.ts';
import { foldCase, invert, MAX_CODE_POINT } from './codepoints.ts';
import { refuse } from './fault.ts';
import { take, takePoint } from './reader.ts';
import type { Reader } from './reader.ts';

const DIGIT: readonly Range[] = [[0x30, 0x39]];
const UPPER: readonly Range[] = [[0x41, 0x5a]];
const LOWER: readonly Range[] = [[0x61, 0x7a]];
const ALPHA = [...UPPER, ...LOWER];
const ALNUM = [...DIGIT, ...ALPHA];
const WORD: readonly Range[] = [...ALNUM, [0x5f, 0x5f]];

const SPACE: readonly Range[] = [
  [9, 10],
  [12, 13],
  [32, 32],
];

/** Perl's classes as RE2 has them: ASCII only, and `\s` without the vertical tab. */
const PERL: ReadonlyMap<string, readonly Range[]> = new Map<string, readonly Range[]>([
  ['d', DIGIT],
  ['D', invert(DIGIT)],
  ['w', WORD],
  ['W', invert(WORD)],
  ['s', SPACE],
  ['S', invert(SPACE)],
]);

const POSIX: ReadonlyMap<string, readonly Range[]> = new Map<string, readonly Range[]>([
  ['alnum', ALNUM],
  ['alpha', ALPHA],
  ['ascii', [[0, 0x7f]]],
  [
    'blank',
    [
      [9, 9],
      [32, 32],
    ],
  ],
  [
    'cntrl',
    [
      [0, 0x1f],
      [0x7f, 0x7f],
    ],
  ],
  ['digit', DIGIT],
  ['graph', [[0x21, 0x7e]]],
  ['lower', LOWER],
  ['print', [[0x20, 0x7e]]],
  [
    'punct',
    [
      [0x21, 0x2f],
      [0x3a, 0x40],
      [0x5b, 0x60],
      [0x7b, 0x7e],
    ],
  ],
  [
    'space',
    [
      [9, 13],
      [32, 32],
    ],
  ],
  ['upper', UPPER],
  ['word', WORD],
  ['xdigit', [...DIGIT, [0x41, 0x46], [0x61, 0x66]]],
]);

const SIMPLE: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
]);

/** `\d` and its like, taken; undefined where none stands. */
export function perlClass(reader: Reader): readonly Range[] | undefined {
  const { source, at } = reader;
  const ranges = source[at] === '\\' ? PERL.get(source[at + 1] ?? '') : undefined;
  if (ranges !== undefined) reader.at += 2;
  return ranges;
}

/** `[:alpha:]` and its like inside a class, taken; undefined where none stands. */
export function posixClass(reader: Reader): readonly Range[] | undefined {
  const { at, source } = reader;
  if (!source.startsWith('[:', at)) return undefined;
  const found = take(reader, /\[:(\^?)([^\]\\]*?):\]/y);
  if (found === undefined) return undefined;
  const ranges = POSIX.get(found[2] ?? '');
  if (ranges === undefined) return refuse(at, 'no such class', found[0]);
  const folded = reader.flags.fold ? foldCase(ranges) : ranges;
  return found[1] === '^' ? invert(folded) : folded;
}

/** The code point that an escape stands for; the reader is at its backslash. */
export function escapedPoint(reader: Reader): number {
  const start = reader.at;
  const octal = take(reader, /\\(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/y);
  if (octal !== undefined) return Number.parseInt(octal[0].slice(1), 8);
  const hex = take(reader, /\\x(?:\{([0-9A-Fa-f]{1,8})\}|([0-9A-Fa-f]{2}))/y);
  if (hex !== undefined) {
    const point = Number.parseInt(hex[1] ?? hex[2] ?? '', 16);
    if (point > MAX_CODE_POINT || (point >= 0xd800 && point <= 0xdfff))
      return refuse(start, 'not a character', hex[0]);
    return point;
  }
  reader.at += 1;
  const point = takePoint(reader);
  const name = String.fromCodePoint(point);
  const simple = SIMPLE.get(name);
  if (simple !== undefined) return simple;
  if (point > 0x7f || /[0-9A-Za-z]/.test(name))
    return refuse(start, 'an escape that is not supported', `\\${name}`);
  return point;
}
