import { aheadOf, placesIn, stepsToRefuse, UNKNOWN } from './ahead.ts';
import type { Ahead } from './ahead.ts';
import type { Node, Repeat } from './ast.ts';
import { bytesOf, meets, union } from './charset.ts';
import type { ByteSet } from './charset.ts';
import { minLength } from './lengths.ts';

/**
 * Bounds for a backtracking matcher that starts at one place: `steps` are its steps within the node,
 * `ways` is how often it goes on behind the node with something that begins as it must.
 */
type Cost = Readonly<{ steps: number; ways: number }>;

/** Places that an alternation compares its branches at, and branches it does so for. */
const MAX_COMPARED = 4;
const MAX_BRANCHES = 1024;

/** What stands behind a node: what must be there, or nothing, where the search ends with success. */
type Behind = Readonly<{ ahead: Ahead; accepts: boolean; window: number }>;

/**
 * Most steps of a backtracking matcher tried at one place of a text of `window` bytes, whatever the
 * text; Infinity where they may grow exponentially. A bound, usually far above the worst text.
 */
export function stepsOf(root: Node, window: number): number {
  return costOf(root, { ahead: UNKNOWN, accepts: true, window }).steps;
}

function costOf(node: Node, behind: Behind): Cost {
  switch (node.kind) {
    case 'set':
    case 'edge':
      return { steps: 1, ways: 1 };
    case 'group':
      return costOf(node.body, behind);
    case 'cat':
      return costOfRow(node.parts, behind);
    case 'alt':
      return costOfAlt(node.branches, behind);
    case 'repeat':
      return node.body.kind === 'set'
        ? costOfRun(node, node.body.set, behind)
        : costOfRepeat(node, behind);
  }
}

function costOfRow(parts: readonly Node[], end: Behind): Cost {
  let behind = end;
  let cost: Cost = { steps: 0, ways: 1 };
  for (const part of parts.toReversed()) {
    const own = costOf(part, behind);
    cost = {
      steps: own.steps + product(own.ways, cost.steps),
      ways: product(own.ways, cost.ways),
    };
    behind = { ...behind, ahead: aheadOf(part, behind.ahead), accepts: false };
  }
  return cost;
}

/** Nothing that is done without end is nothing. */
function product(times: number, what: number): number {
  return times === 0 || what === 0 ? 0 : times * what;
}

function costOfAlt(branches: readonly Node[], behind: Behind): Cost {
  const costs = branches.map((branch) => costOf(branch, behind));
  const starts = branches.map((branch) => aheadOf(branch, behind.ahead));
  const known = Math.min(MAX_COMPARED, ...starts.map(({ sets }) => sets.length));
  const compared = branches.length > MAX_BRANCHES ? Math.min(known, 1) : known;
  // Branches that go on agree in every byte: the byte where the fewest agree is the bound.
  const waysAt = Array.from({ length: Math.max(1, compared) }, (_, at) =>
    heaviest(starts, at, (branch) => costs[branch]?.ways ?? 1),
  );
  const ways = Math.max(1, Math.min(...waysAt));
  // Branches that go on and are refused a little later, and those that take nothing.
  const empty = branches.filter((branch) => minLength(branch) === 0).length;
  const early = ways === Infinity ? 0 : (waysAt[0] ?? 0) - ways;
  const refused = product(early + empty, stepsToRefuse(behind.ahead));
  const within = heaviest(starts, 0, (branch) => costs[branch]?.steps ?? 0);
  const first = starts.reduce((sum, { near }) => sum + (near[0] ?? 0), 0);
  return { steps: first + within + refused, ways };
}

/** The most that branches weigh together which have a byte in common there. */
function heaviest(
  starts: readonly Ahead[],
  at: number,
  weightOf: (branch: number) => number,
): number {
  const weights = new Float64Array(257);
  let [anywhere, most] = [0, 0];
  starts.forEach((start, branch) => {
    const set = start.sets[at];
    if (set === undefined) anywhere += weightOf(branch);
    for (const byte of (set && bytesOf(set)) ?? []) {
      const sum = (weights[byte] ?? 0) + weightOf(branch);
      weights[byte] = sum;
      most = Math.max(most, sum);
    }
  });
  return anywhere + most;
}

/** A repeated set: it stops at every length, but goes on only where what follows can stand. */
function costOfRun({ min, max }: Repeat, set: ByteSet, { ahead, window }: Behind): Cost {
  const longest = Math.min(max, Math.max(window, min));
  const stops = longest - min + 1;
  const ways = placesIn(set, ahead, stops);
  // One more: the byte that ends the run.
  return { steps: longest + 1 + (stops - ways) * stepsToRefuse(ahead), ways };
}

function costOfRepeat(node: Repeat, behind: Behind): Cost {
  const { body, min, max } = node;
  const { ahead, window } = behind;
  if (max === 0) return { steps: 0, ways: 1 };
  if (max === 1) return costOfAlt(min === 1 ? [body] : [body, NOTHING], behind);
  const again: Behind = { ahead: aheadOf({ ...node, min: 0 }, ahead), accepts: false, window };
  const turn = costOf(body, again);
  const fitting = Math.ceil(window / Math.max(1, minLength(body)));
  // One more: the turn that fails.
  const turns = max === Infinity ? Math.max(min, fitting) + 1 : max;
  const once = turns * (turn.steps + 1);
  // Behind every turn the search may end with success: no turn that was made is ever made otherwise.
  if (behind.accepts && min <= 1) return { steps: once, ways: 1 };
  if (turn.ways === 1) {
    const ways = isDecidedBy(body, ahead) || min === max ? 1 : turns - min + 1;
    const width = decidedWidth(body, again.ahead);
    const amortized = width === undefined ? Infinity : (window + turns) * width;
    const refused = min === max ? 0 : (turns + 1 - ways) * (ahead.near[0] ?? 0);
    return { steps: Math.min(once, amortized) + refused, ways };
  }
  if (max === Infinity) return { steps: Infinity, ways: Infinity };
  return multiplied(turn, min, max);
}

/** A branch that takes nothing. */
const NOTHING: Node = { kind: 'cat', parts: [] };

/** Does the next byte tell whether the node stands here or what is ahead? */
function isDecidedBy(node: Node, ahead: Ahead): boolean {
  const [[next], [other]] = [aheadOf(node, ahead).sets, ahead.sets];
  return next !== undefined && other !== undefined && !meets(next, other);
}

/** Turns that each go on in several ways. */
function multiplied(turn: Cost, min: number, max: number): Cost {
  let [steps, ways, paths] = [0, 0, 1];
  for (let turns = 0; turns <= max; turns++) {
    if (turns >= min) ways += paths;
    if (turns < max) steps += paths * (turn.steps + 1);
    paths *= turn.ways;
  }
  return { steps, ways };
}

/**
 * Tries per byte where the next byte alone decides how to go on, so that turns together cost no more
 * than what they take; undefined where it does not.
 */
function decidedWidth(node: Node, ahead: Ahead): number | undefined {
  switch (node.kind) {
    case 'set':
    case 'edge':
      return 2;
    case 'group':
      return decidedWidth(node.body, ahead);
    case 'cat':
      return widthOfRow(node.parts, ahead);
    case 'alt':
      return widthOfAlt(node.branches, ahead);
    case 'repeat': {
      if (node.min !== node.max && !isDecidedBy(node.body, ahead)) return undefined;
      const width = decidedWidth(node.body, aheadOf({ ...node, min: 0 }, ahead));
      return width === undefined ? undefined : width + 1 + (ahead.near[0] ?? 0);
    }
  }
}

function widthOfRow(parts: readonly Node[], ahead: Ahead): number | undefined {
  let behind = ahead;
  let sum = 2;
  for (const part of parts.toReversed()) {
    const width = decidedWidth(part, behind);
    if (width === undefined) return undefined;
    sum += width;
    behind = aheadOf(part, behind);
  }
  return sum;
}

function widthOfAlt(branches: readonly Node[], ahead: Ahead): number | undefined {
  let taken: ByteSet | undefined;
  let widest = 2;
  for (const branch of branches) {
    const [next] = aheadOf(branch, ahead).sets;
    const width = decidedWidth(branch, ahead);
    if (next === undefined || width === undefined) return undefined;
    if (taken !== undefined && meets(next, taken)) return undefined;
    taken = taken === undefined ? next : union(taken, next);
    widest = Math.max(widest, width);
  }
  return widest + branches.length + (aheadOf({ kind: 'alt', branches }, ahead).near[0] ?? 0);
}
