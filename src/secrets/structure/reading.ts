import type { PlacedLimits, PlacedNode } from '../../document/placed.ts';
import { parsePositions } from '../../document/positions.ts';
import { outlines } from './outline/outline.ts';
import type { Outline } from './outline/outline.ts';

/** One document, however it could be read. */
export type ReadDocument = Readonly<{
  roots: readonly PlacedNode[];
  /** Where its text begins and ends in the whole. */
  start: number;
  end: number;
  /** Offset that the nodes count from. */
  base: number;
  /** No YAML reader reads it, templates included; `roots` is the best guess. */
  isBroken: boolean;
  /** What was not read, because of a limit. */
  fault?: 'tooDeep' | 'tooMany';
}>;

/** Deeper than any API object, and what a hostile one costs is bounded. */
export const READ_LIMITS: PlacedLimits = { maxDepth: 100, maxNodes: 200_000 };

/** Text of one file that is given to the YAML library, which takes a second for ten times as much. */
const MAX_LIBRARY_LENGTH = 512 * 1024;

/**
 * Reads the documents of a text. The outline reads what is plain, which is nearly all, and all that is
 * broken; where it has to guess, the YAML library decides.
 */
export function* readDocuments(text: string): Generator<ReadDocument, void> {
  let left = MAX_LIBRARY_LENGTH;
  for (const outline of outlines(text, READ_LIMITS)) {
    const length = outline.end - outline.start;
    const isPlain = outline.isSure || outline.isTemplate || outline.fault !== undefined;
    if (isPlain || length > left) {
      yield asRead(outline, !outline.isSure && !outline.isTemplate && outline.fault === undefined);
      continue;
    }
    left -= length;
    yield byLibrary(text, outline);
  }
}

function byLibrary(text: string, outline: Outline): ReadDocument {
  const { start, end } = outline;
  const parsed = parsePositions(text.slice(start, end), READ_LIMITS);
  if (parsed.ok) return { roots: parsed.value, start, end, base: start, isBroken: false };
  const guessed = asRead(outline, true);
  return parsed.stop === 'limit' ? { ...guessed, fault: 'tooMany' } : guessed;
}

function asRead(outline: Outline, isBroken: boolean): ReadDocument {
  const { roots, start, end, fault } = outline;
  return { roots, start, end, base: 0, isBroken, ...(fault === undefined ? {} : { fault }) };
}
