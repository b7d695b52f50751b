import { childrenOf } from './ast.ts';
import type { Node } from './ast.ts';
import { refuse } from './fault.ts';

/** RE2's limit of nested counts, multiplied. */
const MAX_PRODUCT = 1000;
/** Most nodes of a tree: what every walk over it costs. A source of literals alone has as many. */
const MAX_NODES = 70_000;
/**
 * Most parts that repeats add once their counts are written out: the linear engine's time for a byte.
 * 5,000 of them are about a second for 100 KB.
 */
const MAX_REPEATED = 5000;

/** Refuses what would cost too much memory or time to compile or to run. */
export function checkSize(root: Node): void {
  const size: Size = { nodes: 0, repeats: 0 };
  const expanded = expandedSize(root, size);
  if (size.nodes > MAX_NODES) refuse(0, 'the regex has too many parts');
  if (size.repeats > 0 && !isProductValid(root, MAX_PRODUCT)) {
    refuse(0, 'nested repeat counts multiply to over 1000');
  }
  const repeated = expanded - size.nodes + size.repeats;
  if (repeated > MAX_REPEATED) refuse(0, 'the regex is too large with its repeats');
}

/** What a walk over a tree has met. */
type Size = { nodes: number; repeats: number };

function isProductValid(node: Node, left: number): boolean {
  let rest = left;
  if (node.kind === 'repeat') {
    const times = node.max === Infinity ? node.min : node.max;
    if (node.max === 0) return true;
    if (times > left) return false;
    if (times > 0) rest = Math.floor(left / times);
  }
  return childrenOf(node).every((child) => isProductValid(child, rest));
}

/** Nodes once the counts of repeats are written out; every regex of a team is walked over. */
function expandedSize(node: Node, size: Size): number {
  size.nodes += 1;
  switch (node.kind) {
    case 'set':
    case 'edge':
      return 1;
    case 'cat':
      return sumOf(node.parts, size) + 1;
    case 'alt':
      return sumOf(node.branches, size) + 1;
    case 'group':
      return expandedSize(node.body, size) + 1;
    case 'repeat': {
      size.repeats += 1;
      const times = Math.max(1, node.max === Infinity ? node.min : node.max);
      return expandedSize(node.body, size) * times + 1;
    }
  }
}

function sumOf(nodes: readonly Node[], size: Size): number {
  let sum = 0;
  for (const node of nodes) sum += expandedSize(node, size);
  return sum;
}
