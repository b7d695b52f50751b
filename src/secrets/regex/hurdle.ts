import { cat, childrenOf } from './ast.ts';
import type { Node } from './ast.ts';
import { has } from './charset.ts';
import { stepsOf } from './cost.ts';
import { emit } from './emit.ts';
import { isFaithful } from './faithful.ts';
import { minLength } from './lengths.ts';
import { fitsV8 } from './native.ts';

/** False only where no match begins at the place. */
export type Hurdle = (text: string, at: number) => boolean;

/** Bytes that the bounds of steps are for. */
const WINDOW = 8192;
/** Steps of V8 for the beginning of a regex, from one place. */
const MAX_HEAD_STEPS = 2_000_000;
/** Steps of V8 for what is looked for behind it, from each of thousands of places. */
const MAX_MARK_STEPS = 1_000;
/** Shorter marks are in every text. */
const MIN_MARK = 3;
/** More lines than this are not counted. */
const MAX_LINES = 64;

const NEWLINE = 0x0a;

/**
 * What V8 can tell, within bounds, of a regex that only the linear engine may run: whether its beginning
 * is there, and somewhere behind it what the rest must hold, on as many lines as it can reach over.
 */
export function hurdleOf(root: Node): Hurdle {
  const branches = root.kind === 'alt' ? root.branches : [root];
  const ways = branches.map(hurdleOfRow);
  return (text, at) => ways.some((way) => way(text, at));
}

function hurdleOfRow(node: Node): Hurdle {
  const parts = node.kind === 'cat' ? node.parts : [node];
  const length = headLength(parts);
  const head = new RegExp(emit(cat(parts.slice(0, length)), 'js'), 'y');
  const [mark, lines] = markOf(parts, length);
  return (text, at) => {
    head.lastIndex = at;
    if (!head.test(text)) return false;
    if (mark === undefined) return true;
    mark.lastIndex = at;
    const found = mark.exec(text);
    return found !== null && hasAtMost(lines, text, { from: at, to: found.index });
  };
}

/** How many parts V8 can try from one place without taking long. */
function headLength(parts: readonly Node[]): number {
  let length = 0;
  while (length < parts.length && isCheap(parts.slice(0, length + 1), MAX_HEAD_STEPS)) length++;
  return length;
}

/** The first run of parts without repeats behind the head that is worth looking for, and the lines up to its end. */
function markOf(parts: readonly Node[], from: number): readonly [RegExp | undefined, number] {
  for (let start = from; start < parts.length; start++) {
    const end = markEnd(parts, start);
    const run = cat(parts.slice(start, end));
    if (end === start || minLength(run) < MIN_MARK) continue;
    return [new RegExp(emit(run, 'js'), 'g'), newlinesIn(cat(parts.slice(0, end)))];
  }
  return [undefined, Infinity];
}

function markEnd(parts: readonly Node[], start: number): number {
  let end = start;
  while (end < parts.length && parts[end]?.kind !== 'repeat') {
    if (!isCheap(parts.slice(start, end + 1), MAX_MARK_STEPS)) break;
    end++;
  }
  return end;
}

function isCheap(parts: readonly Node[], most: number): boolean {
  const node = cat(parts);
  return isFaithful(node) && stepsOf(node, WINDOW) <= most && fitsV8(node, emit(node, 'js'));
}

/** Most newlines in a match. */
function newlinesIn(node: Node): number {
  switch (node.kind) {
    case 'set':
      return has(node.set, NEWLINE) ? 1 : 0;
    case 'alt':
      return node.branches.reduce((most, branch) => Math.max(most, newlinesIn(branch)), 0);
    case 'repeat': {
      const each = newlinesIn(node.body);
      return each === 0 ? 0 : each * node.max;
    }
    case 'edge':
    case 'cat':
    case 'group':
      return childrenOf(node).reduce((sum, child) => sum + newlinesIn(child), 0);
  }
}

type Stretch = Readonly<{ from: number; to: number }>;

function hasAtMost(lines: number, text: string, { from, to }: Stretch): boolean {
  if (lines > MAX_LINES) return true;
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
    count += 1;
    if (count > lines) return false;
  }
  return true;
}
