import type { Edge, Node, Repeat } from './ast.ts';
import { bytesOf, has, runsOf } from './charset.ts';
import type { ByteSet } from './charset.ts';
import { minLength } from './lengths.ts';

/** Which engine reads the text: V8 without flags, or an engine of RE2's syntax. */
export type Dialect = 'js' | 're2';

/** V8's `$` without `m` is the end of text, as RE2's; lines end at `\n` only in both. */
const EDGES: Readonly<Record<Dialect, Readonly<Record<Edge, string>>>> = {
  js: {
    ...{ textStart: '^', textEnd: '$', word: '\\b', notWord: '\\B' },
    ...{ lineStart: '(?<![^\\n])', lineEnd: '(?![^\\n])' },
  },
  re2: {
    ...{ textStart: '\\A', textEnd: '\\z', word: '\\b', notWord: '\\B' },
    ...{ lineStart: '(?m:^)', lineEnd: '(?m:$)' },
  },
};
const EMPTY_SET: Readonly<Record<Dialect, string>> = { js: '[]', re2: '[^\\x00-\\x{10ffff}]' };

/** The source of a tree, one character a byte; groups keep their numbers and lose their names. */
export function emit(node: Node, dialect: Dialect): string {
  switch (node.kind) {
    case 'set':
      return emitSet(node.set, dialect);
    case 'edge':
      return EDGES[dialect][node.edge];
    case 'cat':
      return node.parts.map((part) => emit(part, dialect)).join('');
    case 'alt':
      return `(?:${node.branches.map((branch) => emit(branch, dialect)).join('|')})`;
    case 'group':
      return `(${emit(node.body, dialect)})`;
    case 'repeat':
      return emitRepeat(node, dialect);
  }
}

function emitRepeat(node: Repeat, dialect: Dialect): string {
  const { body, min, max, greedy } = node;
  const inner = emit(body, dialect);
  // V8 refuses an optional part that matched nothing (ECMA-262 22.2.2.3.1), where RE2 takes it.
  if (min === 0 && max === 1 && minLength(body) === 0)
    return greedy ? `(?:${inner}|)` : `(?:|${inner})`;
  const isAtom = body.kind === 'set' || body.kind === 'group' || body.kind === 'alt';
  const atom = isAtom ? inner : `(?:${inner})`;
  return `${atom}${countOf(min, max)}${greedy ? '' : '?'}`;
}

function countOf(min: number, max: number): string {
  if (max === 1) return min === 0 ? '?' : '{1}';
  if (max === Infinity && min < 2) return min === 0 ? '*' : '+';
  if (min === max) return `{${min}}`;
  return `{${min},${max === Infinity ? '' : max}}`;
}

function emitSet(set: ByteSet, dialect: Dialect): string {
  const few = bytesOf(set, 1);
  if (few !== undefined) return few.length === 0 ? EMPTY_SET[dialect] : emitByte(few[0] ?? 0);
  const isNegated = dialect === 'js' && has(set, 255);
  if (isNegated) return `[^${emitRuns(set, false)}]`;
  return `[${emitRuns(set, true)}]`;
}

function emitRuns(set: ByteSet, wanted: boolean): string {
  return runsOf(set, wanted)
    .map(([first, last]) =>
      first === last ? emitByte(first) : `${emitByte(first)}-${emitByte(last)}`,
    )
    .join('');
}

function emitByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return /\w/.test(character) ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
}
