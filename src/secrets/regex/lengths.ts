import type { Node } from './ast.ts';

/** Fewest bytes a match takes. */
export function minLength(node: Node): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'edge':
      return 0;
    case 'cat':
      return node.parts.reduce((sum, part) => sum + minLength(part), 0);
    case 'alt':
      return Math.min(...node.branches.map(minLength));
    case 'group':
      return minLength(node.body);
    case 'repeat':
      return minLength(node.body) * node.min;
  }
}

/** Most bytes a match takes; Infinity where nothing bounds it. */
export function maxLength(node: Node): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'edge':
      return 0;
    case 'cat':
      return node.parts.reduce((sum, part) => sum + maxLength(part), 0);
    case 'alt':
      return Math.max(...node.branches.map(maxLength));
    case 'group':
      return maxLength(node.body);
    case 'repeat': {
      const once = maxLength(node.body);
      return once === 0 || node.max === 0 ? 0 : once * node.max;
    }
  }
}
