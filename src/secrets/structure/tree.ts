import type { PlacedEntry, PlacedMap, PlacedNode, PlacedText } from '../../document/placed.ts';

/** A value, the keys that lead to it, and the offset whose line is told. */
export type Leaf = Readonly<{ text: PlacedText; at: number; path: readonly string[] }>;

/** Keys that merges bring into one map; more is no manifest. */
const MAX_MERGED = 2_000;
/** Levels of merges inside merges that are followed. */
const MAX_MERGES = 8;

/** The keys of a map, those that `<<` brings in included; a key that is there twice is told twice. */
export function entriesOf(map: PlacedMap): readonly PlacedEntry[] {
  if (!map.entries.some(({ key }) => key === '<<')) return map.entries;
  const merged: PlacedEntry[] = [];
  merge(map, merged, 0);
  return merged;
}

function merge(map: PlacedMap, merged: PlacedEntry[], depth: number): void {
  if (depth > MAX_MERGES) throw new WalkLimit('tooDeep');
  for (const entry of map.entries) {
    if (merged.length > MAX_MERGED + map.entries.length) throw new WalkLimit('tooMany');
    if (entry.key !== '<<') merged.push(entry);
    else for (const source of mapsIn(entry.value)) merge(source, merged, depth + 1);
  }
}

function mapsIn(node: PlacedNode): readonly PlacedMap[] {
  const nodes = node.kind === 'list' ? node.items : [node];
  return nodes.flatMap((each) => (each.kind === 'map' ? [each] : []));
}

/** All values of a key: duplicates are kept, since readers differ in which of them counts. */
export function valuesOf(node: PlacedNode | undefined, key: string): readonly PlacedNode[] {
  if (node?.kind !== 'map') return [];
  return entriesOf(node).flatMap((entry) => (entry.key === key ? [entry.value] : []));
}

/** All values at the end of a path of keys. */
export function valuesAt(node: PlacedNode, ...path: readonly string[]): readonly PlacedNode[] {
  return path.reduce<readonly PlacedNode[]>(
    (nodes, key) => nodes.flatMap((each) => valuesOf(each, key)),
    [node],
  );
}

/** All texts at the end of a path of keys. */
export function textsAt(node: PlacedNode, ...path: readonly string[]): readonly string[] {
  return valuesAt(node, ...path).flatMap((each) => (each.kind === 'text' ? [each.value] : []));
}

/** The offset that names a value's line: its key's, or its own where it is written elsewhere. */
export function lineOffset({ start, value, isAlias }: PlacedEntry): number {
  return isAlias ? value.start : start;
}

/** Ends a walk that takes too many steps; caught in `structure.ts`. */
export class WalkLimit extends Error {
  readonly why: 'tooDeep' | 'tooMany';

  constructor(why: 'tooDeep' | 'tooMany') {
    super(why);
    this.why = why;
  }
}

/** An alias repeats a value of any length in four bytes, and every detector reads it again. */
const CHARACTERS_PER_STEP = 64;

/** Steps and depth that walks over one file may take; aliases make trees wider than their text. */
export class Steps {
  #left: number;
  readonly #maxDepth: number;

  constructor(max: number, maxDepth: number) {
    this.#left = max;
    this.#maxDepth = maxDepth;
  }

  /** Takes one step inside `depth` maps and lists, and one for every so many characters of a value there. */
  take(depth: number, value = ''): void {
    this.#left -= 1 + Math.floor(value.length / CHARACTERS_PER_STEP);
    if (this.#left < 0) throw new WalkLimit('tooMany');
    if (depth > this.#maxDepth) throw new WalkLimit('tooDeep');
  }
}

/** What a walk tells on its way; `map` answers false to keep out. */
export type Visitor = Readonly<{
  map?: (map: PlacedMap, path: readonly string[]) => boolean;
  list?: (items: readonly PlacedNode[], path: readonly string[]) => void;
  leaf?: (leaf: Leaf) => void;
}>;

/** Visits every map, list and value below a node, the node included. */
export function walk(node: PlacedNode, visitor: Visitor, steps: Steps): void {
  visit({ node, at: node.start, path: [] }, visitor, steps);
}

type Here = Readonly<{ node: PlacedNode; at: number; path: readonly string[] }>;

function visit({ node, at, path }: Here, visitor: Visitor, steps: Steps): void {
  steps.take(path.length, node.kind === 'text' ? node.value : '');
  if (node.kind === 'text') {
    visitor.leaf?.({ text: node, at, path });
    return;
  }
  if (node.kind === 'list') {
    visitor.list?.(node.items, path);
    for (const [index, item] of node.items.entries()) {
      visit({ node: item, at: item.start, path: [...path, String(index)] }, visitor, steps);
    }
    return;
  }
  if (visitor.map?.(node, path) === false) return;
  for (const entry of node.entries) {
    visit({ node: entry.value, at: lineOffset(entry), path: [...path, entry.key] }, visitor, steps);
  }
}
