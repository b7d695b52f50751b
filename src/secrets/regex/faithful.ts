import { childrenOf, someNode } from './ast.ts';
import type { Node, Repeat } from './ast.ts';
import { minLength } from './lengths.ts';

/**
 * Does V8 find the same match and the same groups as RE2 would? Not where a loop may turn without
 * taking a byte (V8 refuses such a turn), nor where a turn may leave out a group (V8 forgets the group
 * of the turn before).
 */
export function isFaithful(root: Node): boolean {
  return !someNode(root, (node) => node.kind === 'repeat' && (turnsEmpty(node) || forgets(node)));
}

function turnsEmpty({ body, min, max }: Repeat): boolean {
  // Exact counts turn as often as they say; `emit` writes an optional part as a choice.
  return max > 1 && min !== max && minLength(body) === 0;
}

function forgets({ body, max }: Repeat): boolean {
  return max > 1 && skipsGroup(body);
}

function skipsGroup(node: Node): boolean {
  const mayBeSkipped = node.kind === 'alt' || (node.kind === 'repeat' && node.min === 0);
  if (mayBeSkipped) return someNode(node, ({ kind }) => kind === 'group');
  return childrenOf(node).some(skipsGroup);
}
