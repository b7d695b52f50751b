import type { Edge, Node } from '../regex/ast.ts';
import { has } from '../regex/charset.ts';

const NEWLINE = 10;

/** Behind a node: may the byte before be a newline of the match, and is all of the node safe? */
type Seen = Readonly<{ isBehind: boolean; isSafe: boolean }>;

/**
 * Does a match in whole lines of a text, taken out of it, always stand in the text itself as well? Not
 * where the regex looks for the start of the text, or for its end (or no word) behind a newline.
 */
export function matchesWithinLines(root: Node): boolean {
  return see(root, false).isSafe;
}

function see(node: Node, isBehind: boolean): Seen {
  switch (node.kind) {
    case 'set':
      return { isBehind: has(node.set, NEWLINE), isSafe: true };
    case 'edge':
      return { isBehind, isSafe: isEdgeSafe(node.edge, isBehind) };
    case 'group':
      return see(node.body, isBehind);
    case 'cat':
      return seeRow(node.parts, isBehind);
    case 'alt':
      return either(node.branches.map((branch) => see(branch, isBehind)));
    case 'repeat': {
      const none = { isBehind, isSafe: true };
      if (node.max === 0) return none;
      const once = see(node.body, isBehind);
      const again = node.max > 1 ? see(node.body, once.isBehind) : once;
      return either(node.min === 0 ? [none, once, again] : [once, again]);
    }
  }
}

function seeRow(parts: readonly Node[], isBehind: boolean): Seen {
  let row: Seen = { isBehind, isSafe: true };
  for (const part of parts) {
    const next = see(part, row.isBehind);
    row = { isBehind: next.isBehind, isSafe: row.isSafe && next.isSafe };
  }
  return row;
}

function either(ways: readonly Seen[]): Seen {
  return {
    isBehind: ways.some((way) => way.isBehind),
    isSafe: ways.every((way) => way.isSafe),
  };
}

function isEdgeSafe(edge: Edge, isBehind: boolean): boolean {
  if (edge === 'textStart') return false;
  return !isBehind || edge === 'lineStart' || edge === 'word';
}
