import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { alt, cat } from './ast.ts';
import type { Edge, Node } from './ast.ts';
import type { Range } from './charset.ts';
import { bracketClass } from './class.ts';
import { classNode, foldCase, invert } from './codepoints.ts';
import { escapedPoint, perlClass } from './escape.ts';
import { refuse, Refused } from './fault.ts';
import type { RegexFault } from './fault.ts';
import { openGroup } from './group.ts';
import { checkSize } from './limits.ts';
import { take, takePoint } from './reader.ts';
import type { Reader } from './reader.ts';

/** A regex as a tree over bytes. */
export type ParsedRegex = Readonly<{ root: Node; groups: number }>;

/** Longest source, in UTF-16 units. */
export const MAX_SOURCE = 65_536;
/** Deepest nesting of groups; every walk over the tree recurses. */
const MAX_DEPTH = 100;
/** Letters beyond Latin-1 are too many to keep the nodes of. */
const LAST_KEPT = 0xff;
/** RE2's own limit of a counted repeat. */
const MAX_COUNT = 1000;

/**
 * Reads RE2's syntax as Go has it (https://github.com/google/re2/wiki/Syntax): what Go refuses is a
 * fault here as well, and so are Unicode classes and what is over the limits of size.
 */
export function parseRegex(source: string): Result<ParsedRegex, RegexFault> {
  const flags = { fold: false, dotAll: false, multiline: false, ungreedy: false };
  const reader: Reader = {
    ...{ source, at: 0, flags, depth: 0, groups: 0 },
    names: new Set(),
  };
  try {
    if (source.length > MAX_SOURCE) refuse(MAX_SOURCE, 'the regex is too long');
    const root = alternation(reader);
    if (reader.at < source.length) refuse(reader.at, 'a group ends that never began', ')');
    checkSize(root);
    return ok({ root, groups: reader.groups });
  } catch (error) {
    if (error instanceof Refused) return stopped(error.fault);
    throw error;
  }
}

function alternation(reader: Reader): Node {
  const branches = [concatenation(reader)];
  while (reader.source[reader.at] === '|') {
    reader.at += 1;
    branches.push(concatenation(reader));
  }
  return alt(branches);
}

function concatenation(reader: Reader): Node {
  const parts: Node[] = [];
  let isRepeated = false;
  while (reader.at < reader.source.length && !'|)'.includes(reader.source[reader.at] ?? '')) {
    const { at } = reader;
    const quantifier = takeQuantifier(reader);
    if (quantifier === undefined) {
      const atoms = atomsAt(reader);
      for (const atom of atoms) parts.push(atom);
      if (atoms.length > 0) isRepeated = false;
      continue;
    }
    const body = parts.pop();
    if (body === undefined) return refuse(at, 'nothing to repeat', reader.source[at]);
    if (isRepeated) return refuse(at, 'a repeat of a repeat', reader.source.slice(at, reader.at));
    parts.push({ kind: 'repeat', body, ...quantifier });
    isRepeated = true;
  }
  return cat(parts);
}

type Quantifier = Readonly<{ min: number; max: number; greedy: boolean }>;

const SIGNS: Readonly<Record<string, readonly [number, number]>> = {
  '*': [0, Infinity],
  '+': [1, Infinity],
  '?': [0, 1],
};

const ANY = classNode(invert([]));
const ANY_BUT_LINE_END = classNode(invert([[10, 10]]));

/** A brace that begins no count is a literal, as is one with a leading zero. */
function takeQuantifier(reader: Reader): Quantifier | undefined {
  const { at, source } = reader;
  if (!'*+?{'.includes(source[at] ?? ' ')) return undefined;
  const found = take(reader, /([*+?])|\{(0|[1-9]\d*)(?:(,)(0|[1-9]\d*)?)?\}/y);
  if (found === undefined) return undefined;
  const min = Number(found[2]);
  const open = found[3] === undefined ? min : Infinity;
  const counted: readonly [number, number] = [
    min,
    found[4] === undefined ? open : Number(found[4]),
  ];
  const [least, most] = SIGNS[found[1] ?? ''] ?? counted;
  if (least > MAX_COUNT || (most > MAX_COUNT && most !== Infinity) || most < least)
    return refuse(at, 'a repeat count over 1000 or backwards', found[0]);
  const isLazy = take(reader, /\?/y) !== undefined;
  return { min: least, max: most, greedy: isLazy === reader.flags.ungreedy };
}

/** What stands here: usually one node, none for flags alone, several for a quoted run. */
function atomsAt(reader: Reader): readonly Node[] {
  const { source, flags } = reader;
  switch (source[reader.at]) {
    case '(':
      return groupAt(reader);
    case '[':
      return [bracketClass(reader)];
    case '\\':
      return escapeAt(reader);
    case '.':
      reader.at += 1;
      return [flags.dotAll ? ANY : ANY_BUT_LINE_END];
    case '^':
      reader.at += 1;
      return [edge(flags.multiline ? 'lineStart' : 'textStart')];
    case '$':
      reader.at += 1;
      return [edge(flags.multiline ? 'lineEnd' : 'textEnd')];
    default:
      return [literal(reader, takePoint(reader))];
  }
}

function groupAt(reader: Reader): readonly Node[] {
  const start = reader.at;
  const outer = reader.flags;
  const opened = openGroup(reader);
  if (opened === 'flags') return [];
  if (++reader.depth > MAX_DEPTH) refuse(start, 'groups are nested too deeply');
  const body = alternation(reader);
  if (reader.source[reader.at] !== ')') refuse(start, 'a group that never ends', '(');
  reader.at += 1;
  reader.depth -= 1;
  reader.flags = outer;
  return [opened === 'plain' ? body : { kind: 'group', number: opened, body }];
}

const EDGES: Readonly<Record<string, Edge>> = {
  A: 'textStart',
  z: 'textEnd',
  b: 'word',
  B: 'notWord',
};

function escapeAt(reader: Reader): readonly Node[] {
  const found = take(reader, /\\([AzbB])/y);
  const known = EDGES[found?.[1] ?? ''];
  if (known !== undefined) return [edge(known)];
  const ranges = perlClass(reader);
  if (ranges !== undefined) return [classOfRanges(ranges)];
  if (take(reader, /\\Q/y) !== undefined) return quoted(reader);
  return [literal(reader, escapedPoint(reader))];
}

/** `\Q...\E`; without its end it goes to the end of the source. */
function quoted(reader: Reader): readonly Node[] {
  const parts: Node[] = [];
  while (reader.at < reader.source.length && take(reader, /\\E/y) === undefined)
    parts.push(literal(reader, takePoint(reader)));
  return parts;
}

/** Nodes of letters that were met, by `fold` and code point: a set of rules has few of them, ever again. */
const letters = [new Map<number, Node>(), new Map<number, Node>()] as const;

function literal({ flags }: Reader, point: number): Node {
  const known = letters[flags.fold ? 1 : 0];
  let node = known.get(point);
  if (node === undefined) {
    const ranges = [[point, point]] as const;
    node = classNode(flags.fold ? foldCase(ranges) : ranges);
    if (point <= LAST_KEPT) known.set(point, node);
  }
  return node;
}

/** Classes that have a name, by their ranges, which are always the same ones. */
const named = new WeakMap<readonly Range[], Node>();

function classOfRanges(ranges: readonly Range[]): Node {
  const node = named.get(ranges) ?? classNode(ranges);
  named.set(ranges, node);
  return node;
}

function edge(which: Edge): Node {
  return { kind: 'edge', edge: which };
}
