import type { Node } from './ast.ts';
import { bytesOf } from './charset.ts';
import { maxLength, minLength } from './lengths.ts';

/**
 * Every match holds one of these lower-cased literals (ASCII case folded) beginning `lo` to `hi` bytes
 * after its start.
 */
export type Anchor = Readonly<{ literals: readonly string[]; lo: number; hi: number }>;

/** Most literals of one anchor. */
const MAX_LITERALS = 64;
/** Longer literals are cut; what they find does not change. */
const MAX_LITERAL = 24;
/** A set of more bytes than this is no literal. */
const MAX_CHOICES = 8;
/** Shorter literals are in every text. */
const MIN_LITERAL = 2;
/** An anchor further from the start is no use: a window of it must be read again. */
const MAX_OFFSET = 2000;

/** The anchor that is the most telling and the nearest to the start; undefined if none is any good. */
export function anchorOf(root: Node): Anchor | undefined {
  return best(anchorsOf(root));
}

function best(anchors: readonly Anchor[]): Anchor | undefined {
  let found: Anchor | undefined;
  let highest = -Infinity;
  for (const anchor of anchors) {
    if (shortest(anchor) < MIN_LITERAL || anchor.hi > MAX_OFFSET) continue;
    const score = scoreOf(anchor);
    if (score > highest) [found, highest] = [anchor, score];
  }
  return found;
}

/** Weighs a rare literal against the price of a window and of many literals. */
function scoreOf(anchor: Anchor): number {
  const width = anchor.hi - anchor.lo;
  const window = width === 0 ? 0 : 20 + Math.min(width, 100) / 4;
  const far = anchor.hi > 0 ? 1 : 0;
  return Math.min(shortest(anchor), 6) * 10 - window - anchor.literals.length / 4 - far;
}

function shortest({ literals }: Anchor): number {
  return Math.min(...literals.map(({ length }) => length));
}

function anchorsOf(node: Node): readonly Anchor[] {
  switch (node.kind) {
    case 'edge':
      return [];
    case 'set':
      return runsIn([node]);
    case 'group':
      return anchorsOf(node.body);
    case 'repeat':
      return [...runsIn([node]), ...(node.min > 0 ? anchorsOf(node.body) : [])];
    case 'alt':
      return [...runsIn([node]), ...anchorsOfAlt(node.branches)];
    case 'cat':
      return runsIn(flatten(node));
  }
}

function anchorsOfAlt(branches: readonly Node[]): readonly Anchor[] {
  const each = branches.flatMap((branch) => best(anchorsOf(branch)) ?? []);
  const literals = [...new Set(each.flatMap((anchor) => anchor.literals))];
  if (each.length < branches.length || literals.length > MAX_LITERALS) return [];
  const lo = Math.min(...each.map((anchor) => anchor.lo));
  return [{ literals, lo, hi: Math.max(...each.map((anchor) => anchor.hi)) }];
}

/** Rows within rows as one row; groups are no matter here. */
function flatten(node: Node): readonly Node[] {
  if (node.kind === 'group') return flatten(node.body);
  return node.kind === 'cat' ? node.parts.flatMap(flatten) : [node];
}

/** The anchors of a row: every longest run of literals, and what stands within its parts. */
function runsIn(parts: readonly Node[]): readonly Anchor[] {
  const anchors: Anchor[] = [];
  let [lo, hi] = [0, 0];
  let isInRun = false;
  parts.forEach((part, at) => {
    const isLiteral = part.kind !== 'edge' && literalsOf(part) !== undefined;
    if (isLiteral && !isInRun)
      anchors.push({ literals: runFrom(parts.slice(at, at + MAX_LITERAL)), lo, hi });
    // A run that broke at its limit begins anew here; where it began is the better anchor.
    isInRun = isLiteral;
    if (parts.length > 1 && part.kind !== 'set')
      for (const inner of anchorsOf(part))
        anchors.push({ literals: inner.literals, lo: lo + inner.lo, hi: hi + inner.hi });
    lo += minLength(part);
    hi += maxLength(part);
  });
  return anchors.filter((anchor) => anchor.hi <= MAX_OFFSET);
}

function runFrom(parts: readonly Node[]): readonly string[] {
  let run: readonly string[] = [''];
  for (const part of parts) {
    const literals = literalsOf(part);
    const longer = literals === undefined ? undefined : product(run, literals);
    if (longer === undefined || run.some(({ length }) => length >= MAX_LITERAL)) break;
    run = longer;
  }
  return [...new Set(run.map((literal) => literal.slice(0, MAX_LITERAL)))];
}

function product(
  heads: readonly string[],
  tails: readonly string[],
): readonly string[] | undefined {
  if (heads.length * tails.length > MAX_LITERALS) return undefined;
  return [...new Set(heads.flatMap((head) => tails.map((tail) => head + tail)))];
}

/** A node is asked for its literals by every run that it is in. */
const known = new WeakMap<Node, readonly string[] | 'tooMany'>();

/** Everything the node matches, lower-cased; undefined where that is too much. */
function literalsOf(node: Node): readonly string[] | undefined {
  let literals = known.get(node);
  if (literals === undefined) {
    literals = findLiterals(node) ?? 'tooMany';
    known.set(node, literals);
  }
  return literals === 'tooMany' ? undefined : literals;
}

function findLiterals(node: Node): readonly string[] | undefined {
  switch (node.kind) {
    case 'edge':
      return [''];
    case 'set': {
      const bytes = bytesOf(node.set, MAX_CHOICES);
      return bytes === undefined ? undefined : [...new Set(bytes.map(lowerCased))];
    }
    case 'group':
      return literalsOf(node.body);
    case 'cat':
      return literalsOfRow(node.parts);
    case 'alt': {
      if (node.branches.length > MAX_LITERALS) return undefined;
      const all = node.branches.map(literalsOf);
      if (all.some((literals) => literals === undefined)) return undefined;
      const literals = new Set(all.flatMap((some) => some ?? []));
      return literals.size > MAX_LITERALS ? undefined : [...literals];
    }
    case 'repeat':
      return literalsOfRepeat(node.body, node.min, node.max);
  }
}

function literalsOfRow(parts: readonly Node[]): readonly string[] | undefined {
  let row: readonly string[] | undefined = [''];
  for (const part of parts) {
    const literals = row === undefined ? undefined : literalsOf(part);
    if (row === undefined || literals === undefined) return undefined;
    row = product(row, literals);
    if (row?.some(({ length }) => length > MAX_LITERAL) === true) return undefined;
  }
  return row;
}

function literalsOfRepeat(body: Node, min: number, max: number): readonly string[] | undefined {
  if (max > MAX_LITERAL) return undefined;
  const once = literalsOf(body);
  if (once === undefined) return undefined;
  const found = new Set<string>();
  let turn: readonly string[] | undefined = [''];
  for (let turns = 0; turns <= max; turns++) {
    if (turns >= min) for (const literal of turn) found.add(literal);
    turn = product(turn, once);
    if (turn === undefined || found.size > MAX_LITERALS) return undefined;
    if (turns < max && turn.some(({ length }) => length > MAX_LITERAL)) return undefined;
  }
  return found.size > MAX_LITERALS ? undefined : [...found];
}

function lowerCased(byte: number): string {
  const isUpper = byte >= 0x41 && byte <= 0x5a;
  return String.fromCharCode(isUpper ? byte + 0x20 : byte);
}
