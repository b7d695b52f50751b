import type { ByteSet } from './charset.ts';

/** Where a match may stand, without taking a byte. */
export type Edge = 'textStart' | 'textEnd' | 'lineStart' | 'lineEnd' | 'word' | 'notWord';

/** A regex over bytes. Non-ASCII characters are already their UTF-8 bytes, `(?i)` is already in the sets. */
export type Node =
  | Readonly<{ kind: 'set'; set: ByteSet }>
  | Readonly<{ kind: 'edge'; edge: Edge }>
  | Readonly<{ kind: 'cat'; parts: readonly Node[] }>
  | Readonly<{ kind: 'alt'; branches: readonly Node[] }>
  /** A capturing group; the others leave no node. Numbers count from 1. */
  | Readonly<{ kind: 'group'; number: number; body: Node }>
  | Repeat;

/** `max` is Infinity where nothing bounds it. */
export type Repeat = Readonly<{
  kind: 'repeat';
  body: Node;
  min: number;
  max: number;
  greedy: boolean;
}>;

/** Parts in a row; one part stands for itself. */
export function cat(parts: readonly Node[]): Node {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'cat', parts };
}

/** Branches in order of preference; one branch stands for itself. */
export function alt(branches: readonly Node[]): Node {
  const [only] = branches;
  return branches.length === 1 && only !== undefined ? only : { kind: 'alt', branches };
}

/** The nodes right below. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'set':
    case 'edge':
      return [];
    case 'cat':
      return node.parts;
    case 'alt':
      return node.branches;
    case 'group':
    case 'repeat':
      return [node.body];
  }
}

/** Is there such a node, itself included? */
export function someNode(node: Node, test: (node: Node) => boolean): boolean {
  return test(node) || childrenOf(node).some((child) => someNode(child, test));
}
