/** A scalar and where it stands. A block's `value` is without line ends at its end. */
export type PlacedText = Readonly<{
  kind: 'text';
  value: string;
  style: 'plain' | 'quoted' | 'block';
  start: number;
  end: number;
}>;

/** One key of a map; a key may be there twice. `isAlias`: the value is written elsewhere. */
export type PlacedEntry = Readonly<{
  key: string;
  start: number;
  value: PlacedNode;
  isAlias: boolean;
}>;

/** A map, in the order of the text; merge keys are entries named `<<`. */
export type PlacedMap = Readonly<{
  kind: 'map';
  entries: readonly PlacedEntry[];
  start: number;
}>;

/** A list, in the order of the text. */
export type PlacedList = Readonly<{ kind: 'list'; items: readonly PlacedNode[]; start: number }>;

/**
 * A value of YAML or JSON with offsets into the text it was read from. Aliases share the node of their
 * anchor, and an anchor may hold an alias of itself: whoever walks it bounds depth and steps.
 */
export type PlacedNode = PlacedText | PlacedMap | PlacedList;

/** Bounds on one document's tree. */
export type PlacedLimits = Readonly<{ maxDepth: number; maxNodes: number }>;

/** The text without line ends at its end; linear, which `/\n+$/` is not. */
export function withoutLineEnds(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end -= 1;
  return text.slice(0, end);
}
