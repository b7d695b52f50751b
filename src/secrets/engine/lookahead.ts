import { childrenOf } from '../regex/ast.ts';
import type { Node } from '../regex/ast.ts';
import { byteSet, has, meets, tableOf, union } from '../regex/charset.ts';
import type { ByteSet } from '../regex/charset.ts';
import { maxLength, minLength } from '../regex/lengths.ts';

/**
 * What every match has behind its literals where a regex reads `name … operator … value`; plain data,
 * sets as 256 entries, 1 where a byte is in.
 * Most names in a text are no assignments: a few look-ups tell, where a regex would cost ten times that.
 */
export type Tail = Readonly<{
  /** Nothing else stands in front of the operator, and no more than `max` bytes of it. */
  name: Uint8Array;
  max: number;
  /** What an operator begins with; never in `name`. */
  operator: Uint8Array;
  /** A value has so many of these bytes in a row, and begins `lo` to `hi` behind the operator's begin. */
  value: Uint8Array;
  need: number;
  lo: number;
  hi: number;
}>;

/** May a match begin here, where a literal begins? False is certain. */
export type Lookahead = (bytes: Uint8Array, begin: number) => boolean;

/** Shorter values prove nothing; longer ones are looked at no further. */
const MIN_VALUE = 4;
const MAX_VALUE = 16;
/** Farther values are not worth a look. */
const MAX_DISTANCE = 64;

const NOTHING = byteSet([]);

/** The tail of a regex without its lead whose literals stand at its start; undefined where it has none. */
export function tailOf(body: Node, literals: readonly string[]): Tail | undefined {
  const parts = flatten(body);
  let name = NOTHING;
  let max = 0;
  for (const [at, part] of parts.entries()) {
    const operator = firstOf(part);
    const isApart = minLength(part) > 0 && !meets(operator, name);
    const isBehind = at > 0 && literals.every((literal) => isOf(literal, name));
    if (isApart && isBehind) {
      const value = valueIn(parts.slice(at));
      if (value === undefined) return undefined;
      return { name: tableOf(name), max, operator: tableOf(operator), ...value };
    }
    name = union(name, bytesIn(part));
    max += maxLength(part);
    if (max > MAX_DISTANCE * 2) return undefined;
  }
  return undefined;
}

/** The first part behind the operator that is long enough to tell. */
function valueIn(parts: readonly Node[]): Pick<Tail, 'value' | 'need' | 'lo' | 'hi'> | undefined {
  let [lo, hi] = [0, 0];
  for (const [at, part] of parts.entries()) {
    const least = minLength(part);
    if (at > 0 && least >= MIN_VALUE) {
      return { value: tableOf(bytesIn(part)), need: Math.min(least, MAX_VALUE), lo, hi };
    }
    lo += least;
    hi += maxLength(part);
    if (hi > MAX_DISTANCE) return undefined;
  }
  return undefined;
}

/** The check for a tail. */
export function lookaheadOf(tail: Tail): Lookahead {
  const { name, max, operator, value, need, lo, hi } = tail;
  return (bytes, begin) => {
    const limit = Math.min(bytes.length, begin + max);
    let at = begin;
    // In range below `limit`; at the end of the bytes nothing is in a set.
    while (at < limit && name[bytes[at] as number] === 1) at++;
    if (at >= bytes.length || operator[bytes[at] as number] !== 1) return false;
    const last = Math.min(bytes.length, at + hi + need);
    let run = 0;
    for (let next = at + lo; next < last; next++) {
      run = value[bytes[next] as number] === 1 ? run + 1 : 0;
      if (run === need) return true;
    }
    return false;
  };
}

/** Rows within rows, and within groups, as one row. */
function flatten(node: Node): readonly Node[] {
  if (node.kind === 'group') return flatten(node.body);
  return node.kind === 'cat' ? node.parts.flatMap(flatten) : [node];
}

/** The bytes that what the node takes may begin with. */
function firstOf(node: Node): ByteSet {
  if (node.kind === 'set') return node.set;
  if (node.kind !== 'cat') return childrenOf(node).map(firstOf).reduce(union, NOTHING);
  const takes = node.parts.findIndex((part) => minLength(part) > 0);
  const parts = takes < 0 ? node.parts : node.parts.slice(0, takes + 1);
  return parts.map(firstOf).reduce(union, NOTHING);
}

/** Every byte that the node may take. */
function bytesIn(node: Node): ByteSet {
  if (node.kind === 'set') return node.set;
  return childrenOf(node).map(bytesIn).reduce(union, NOTHING);
}

/** A matter of use only: an operator within the literal would tell what the literal tells already. */
function isOf(literal: string, set: ByteSet): boolean {
  for (let at = 0; at < literal.length; at++) {
    const byte = literal.charCodeAt(at);
    const isLower = byte >= 97 && byte <= 122;
    if (!has(set, byte) && !(isLower && has(set, byte - 32))) return false;
  }
  return true;
}
