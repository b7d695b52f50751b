import type { Edge, Node, Repeat } from './ast.ts';
import { END, meets, single, union } from './charset.ts';
import type { ByteSet } from './charset.ts';

/**
 * What the next bytes must be in for a match to go on; nothing is known beyond the last set. `near[n]`
 * bounds the steps of a matcher that finds the first `n` bytes right and none behind them.
 */
export type Ahead = Readonly<{ sets: readonly ByteSet[]; near: readonly number[] }>;

/** So many bytes are looked ahead. */
const MAX_AHEAD = 8;

/** Nothing is known. */
export const UNKNOWN: Ahead = { sets: [], near: Array.from({ length: MAX_AHEAD }, () => 0) };

/** What must stand where the node begins, if `ahead` must stand behind it. */
export function aheadOf(node: Node, ahead: Ahead): Ahead {
  switch (node.kind) {
    case 'set':
      return aheadOfSet(node.set, ahead);
    case 'edge':
      return aheadOfEdge(node.edge, ahead);
    case 'cat':
      return node.parts.reduceRight((behind, part) => aheadOf(part, behind), ahead);
    case 'alt':
      return node.branches.map((branch) => aheadOf(branch, ahead)).reduce(either);
    case 'group':
      return aheadOf(node.body, ahead);
    case 'repeat':
      return aheadOfRepeat(node, ahead);
  }
}

function aheadOfSet(set: ByteSet, { sets, near }: Ahead): Ahead {
  return {
    sets: [set, ...sets.slice(0, MAX_AHEAD - 1)],
    near: near.map((_, bytes) => 1 + (near[bytes - 1] ?? 0)),
  };
}

const LINE_END = union(END, single(10));

function aheadOfEdge(edge: Edge, { sets, near }: Ahead): Ahead {
  const tried = near.map((steps) => 1 + steps);
  if (edge === 'textEnd') return { sets: [END], near: tried };
  return { sets: edge === 'lineEnd' ? [LINE_END] : sets, near: tried };
}

function aheadOfRepeat({ body, min, max }: Repeat, ahead: Ahead): Ahead {
  if (max === 0) return ahead;
  if (body.kind !== 'set') {
    // One turn only: a turn for every byte would cost 8 to the power of the depth.
    const turn = aheadOf(body, max === 1 ? ahead : UNKNOWN);
    return min === 0 ? either(turn, ahead) : turn;
  }
  let found = min >= MAX_AHEAD ? UNKNOWN : ahead;
  for (let turn = Math.min(max, MAX_AHEAD); turn > 0; turn--) {
    const longer = aheadOf(body, found);
    found = turn > min ? either(longer, ahead) : longer;
  }
  return found;
}

function either(a: Ahead, b: Ahead): Ahead {
  return {
    sets: a.sets.slice(0, b.sets.length).map((set, at) => union(set, b.sets[at] ?? set)),
    near: a.near.map((steps, bytes) => steps + (b.near[bytes] ?? 0)),
  };
}

/** Steps to find out that what is ahead does not stand here. */
export function stepsToRefuse({ sets, near }: Ahead): number {
  return near[Math.max(0, sets.length - 1)] ?? 0;
}

/**
 * In how many places of a run of bytes in `set`, `places` long at most, what is ahead can stand:
 * a byte outside the set pins it to the run's end, and it cannot overlap itself at will.
 */
export function placesIn(set: ByteSet, { sets }: Ahead, places: number): number {
  const pinned = sets.findIndex((next) => !meets(next, set));
  const atEnd = pinned < 0 ? Infinity : pinned + 1;
  return Math.min(places, atEnd, Math.ceil(places / shiftOf(sets)));
}

/** By how many bytes two places where the same can stand are apart, at least. */
function shiftOf(sets: readonly ByteSet[]): number {
  for (let shift = 1; shift < sets.length; shift++) {
    const overlaps = sets.slice(shift).every((set, at) => meets(set, sets[at] ?? set));
    if (overlaps) return shift;
  }
  return Math.max(1, sets.length);
}
