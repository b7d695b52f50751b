import { alt, cat } from './ast.ts';
import type { Node } from './ast.ts';
import { byteSet, single } from './charset.ts';
import type { Range } from './charset.ts';

/** Last code point of Unicode. */
export const MAX_CODE_POINT = 0x10ffff;
const LAST_ASCII = 0x7f;
/** Last code points of 1, 2 and 3 bytes of UTF-8, and what surrounds the surrogates. */
const SPLITS = [LAST_ASCII, 0x7ff, 0xd7ff, 0xdfff, 0xffff];
/** Beyond so many code points a range is taken as it is under `(?i)`. */
const MAX_FOLDED = 1024;

/** Ranges in order, without overlap. */
export function normalize(ranges: readonly Range[]): readonly Range[] {
  const merged: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && range[0] <= last[1] + 1) {
      merged[merged.length - 1] = [last[0], Math.max(last[1], range[1])];
    } else merged.push(range);
  }
  return merged;
}

/** Every code point that is not in the ranges. */
export function invert(ranges: readonly Range[]): readonly Range[] {
  const rest: Range[] = [];
  let next = 0;
  for (const [first, last] of normalize(ranges)) {
    if (first > next) rest.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= MAX_CODE_POINT) rest.push([next, MAX_CODE_POINT]);
  return rest;
}

/** The ranges and the other case of what they hold. */
export function foldCase(ranges: readonly Range[]): readonly Range[] {
  return normalize(ranges.flatMap((range) => [range, ...otherCases(range)]));
}

function otherCases([first, last]: Range): readonly Range[] {
  const shifted = (from: number, to: number, by: number): readonly Range[] => {
    const [low, high] = [Math.max(first, from), Math.min(last, to)];
    return low <= high ? [[low + by, high + by]] : [];
  };
  const ascii = [...shifted(0x41, 0x5a, 0x20), ...shifted(0x61, 0x7a, -0x20)];
  const others: Range[] = [];
  const start = Math.max(first, LAST_ASCII + 1);
  if (last - start > MAX_FOLDED) return ascii;
  for (let point = start; point <= last; point++) {
    const character = String.fromCodePoint(point);
    for (const other of [character.toLowerCase(), character.toUpperCase()]) {
      const folded = other.codePointAt(0) ?? point;
      // ASCII stays ASCII: the Kelvin sign is no k among bytes.
      if (folded > LAST_ASCII && String.fromCodePoint(folded) === other)
        others.push([folded, folded]);
    }
  }
  return [...ascii, ...others];
}

/**
 * A class of characters over bytes. ASCII alone, or ASCII with everything above it, is one byte (so
 * that `[^x]` takes any byte, valid UTF-8 or not); anything else is the UTF-8 of its characters.
 */
export function classNode(ranges: readonly Range[]): Node {
  const normal = normalize(ranges);
  const highest = normal.at(-1);
  const hasAllAbove =
    highest !== undefined && highest[0] <= LAST_ASCII + 1 && highest[1] === MAX_CODE_POINT;
  const high = normal.filter(([, last]) => last > LAST_ASCII);
  const [first, second] = normal;
  if (first?.[0] === first?.[1] && second === undefined && high.length === 0)
    return { kind: 'set', set: single(first?.[0] ?? -1) };
  if (hasAllAbove || high.length === 0) return { kind: 'set', set: byteSet(normal) };
  const ascii = byteSet(
    normal.flatMap(([low, end]): Range[] =>
      low <= LAST_ASCII ? [[low, Math.min(end, LAST_ASCII)]] : [],
    ),
  );
  const sequences = high.flatMap(([low, end]) => sequencesOf(Math.max(low, LAST_ASCII + 1), end));
  return alt(
    ascii.some((word) => word !== 0) ? [{ kind: 'set', set: ascii }, ...sequences] : sequences,
  );
}

/** UTF-8 of a range as rows of byte ranges, each row for code points of one length (RFC 3629 §4). */
function sequencesOf(first: number, last: number): readonly Node[] {
  const split = SPLITS.find((at) => first <= at && at < last) ?? unevenSplit(first, last);
  if (split !== undefined) return [...sequencesOf(first, split), ...sequencesOf(split + 1, last)];
  if (first >= 0xd800 && last <= 0xdfff) return [];
  const ends = utf8Of(last);
  const rows = [...utf8Of(first)].map((low, at): Node => {
    const high = ends[at] ?? low;
    return { kind: 'set', set: low === high ? single(low) : byteSet([[low, high]]) };
  });
  return [cat(rows)];
}

/** Where to cut so that every trailing byte runs over its whole range or is fixed. */
function unevenSplit(first: number, last: number): number | undefined {
  for (const bits of [6, 12, 18]) {
    const mask = (1 << bits) - 1;
    if (first >> bits === last >> bits) continue;
    if ((first & mask) !== 0) return first | mask;
    if ((last & mask) !== mask) return (last & ~mask) - 1;
  }
  return undefined;
}

function utf8Of(point: number): Uint8Array {
  return new TextEncoder().encode(String.fromCodePoint(point));
}
