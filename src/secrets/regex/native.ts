import { childrenOf } from './ast.ts';
import type { Node } from './ast.ts';

/** Beyond these V8's compiler takes long, or runs out of stack and throws on the first match. */
const MAX_SOURCE = 16_384;
const MAX_PATH = 1024;

/** Can V8 compile the tree, emitted as `js`, without throwing? */
export function fitsV8(root: Node, js: string): boolean {
  return js.length <= MAX_SOURCE && pathLength(root) <= MAX_PATH;
}

/** Nodes on the longest way through the tree: V8's compiler recurses along it. */
function pathLength(node: Node): number {
  const below = childrenOf(node).map(pathLength);
  if (node.kind === 'cat') return below.reduce((sum, length) => sum + length, 0);
  return below.reduce((most, length) => Math.max(most, length), 0) + 1;
}
