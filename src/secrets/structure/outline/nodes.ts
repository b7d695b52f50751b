import type {
  PlacedLimits,
  PlacedList,
  PlacedMap,
  PlacedNode,
  PlacedText,
} from '../../../document/placed.ts';

/** Nodes while they are being read. */
export type OpenMap = { kind: 'map'; entries: OpenEntry[]; start: number };
export type OpenEntry = { key: string; start: number; value: PlacedNode; isAlias: boolean };
export type OpenList = { kind: 'list'; items: PlacedNode[]; start: number };

/** Ends the reading of one document; caught in `outlines`. */
export class OutlineLimit extends Error {
  readonly why: 'tooDeep' | 'tooMany';

  constructor(why: 'tooDeep' | 'tooMany') {
    super(why);
    this.why = why;
  }
}

/** A value that is not there. */
export function nothing(at: number): PlacedText {
  return { kind: 'text', value: '', style: 'plain', start: at, end: at };
}

/** What one document is read with: its limits, its anchors, and whether YAML would read it so too. */
export class Ledger {
  readonly #limits: PlacedLimits;
  readonly #anchors = new Map<string, PlacedNode>();
  readonly #open = new Set<PlacedNode>();
  #nodes = 0;
  /** False after anything that this reader guesses. */
  isSure = true;
  /** Braces of a template were seen: no YAML reader reads it as it stands. */
  isTemplate = false;

  constructor(limits: PlacedLimits) {
    this.#limits = limits;
  }

  /** Counts one more node inside `depth` maps and lists. */
  count(depth: number): void {
    this.#nodes += 1;
    if (this.#nodes > this.#limits.maxNodes) throw new OutlineLimit('tooMany');
    if (depth > this.#limits.maxDepth) throw new OutlineLimit('tooDeep');
  }

  /** Names a value. */
  anchor(name: string | undefined, node: PlacedNode): void {
    if (name !== undefined && name !== '') this.#anchors.set(name, node);
  }

  /** The value that was named; nothing where there is none, or where it is still being read. */
  alias(name: string, at: number): PlacedNode {
    const node = this.#anchors.get(name);
    if (node !== undefined && !this.#open.has(node)) return node;
    this.isSure = false;
    return nothing(at);
  }

  /** Notes that a value is being read: it cannot hold itself. */
  begin(node: PlacedNode): void {
    this.#open.add(node);
  }

  /** Notes that it has been read. */
  end(node: PlacedNode): void {
    this.#open.delete(node);
  }
}

/** A new map or list. */
export function opened(kind: 'map' | 'list', start: number): OpenMap | OpenList {
  return kind === 'map' ? { kind, entries: [], start } : { kind, items: [], start };
}

/** The value that came last in it. */
export function lastOf(node: OpenMap | OpenList): PlacedNode | undefined {
  return node.kind === 'list' ? node.items.at(-1) : node.entries.at(-1)?.value;
}

/** A container that goes on after a line of strange indentation. */
export function reopened(node: PlacedMap | PlacedList): OpenMap | OpenList {
  // Every node of a document under way is one of this reader's own, which are made open; a copy for
  // each strange line would make the reading quadratic.
  return node as OpenMap | OpenList;
}
