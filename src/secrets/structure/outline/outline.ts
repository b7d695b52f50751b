import type { PlacedLimits, PlacedNode } from '../../../document/placed.ts';
import { BlockReader } from './block.ts';
import { Ledger, OutlineLimit } from './nodes.ts';
import { lineEndAt } from './scalar.ts';

/** One document as this reader sees it. */
export type Outline = Readonly<{
  roots: readonly PlacedNode[];
  /** Where its text begins and ends; offsets of nodes count from the beginning of the whole text. */
  start: number;
  end: number;
  /** Whether any YAML reader would see the same; false where something had to be guessed. */
  isSure: boolean;
  /** It holds braces of a template. */
  isTemplate: boolean;
  /** What was beyond a limit; `roots` is what was read until then. */
  fault?: 'tooDeep' | 'tooMany';
}>;

/** A line that parts documents, as kubectl finds it: before YAML is looked at, in quotes too. */
const BREAK = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;

/**
 * Reads the documents of a text of one character a byte, one after another: YAML, JSON, templates of
 * either, and what is broken. It never fails; what it guesses it marks. Linear in time.
 */
export function* outlines(text: string, limits: PlacedLimits): Generator<Outline, void> {
  let at = 0;
  while (at < text.length) {
    const outline = readOne(text, at, limits);
    const isThere = outline.roots.some((root) => root.kind !== 'text' || root.value !== '');
    if (isThere || outline.fault !== undefined) yield outline;
    at = Math.max(outline.end, at + 1);
  }
}

function readOne(whole: string, from: number, limits: PlacedLimits): Outline {
  const ledger = new Ledger(limits);
  const start = opening(whole, from, ledger);
  const end = breakAfter(whole, start);
  const text = whole.slice(0, end);
  const reader = new BlockReader(text, start, ledger);
  let fault: OutlineLimit['why'] | undefined;
  try {
    let at = start;
    while (at < end) at = reader.line(at);
  } catch (error) {
    if (!(error instanceof OutlineLimit)) throw error;
    fault = error.why;
  }
  const { isSure, isTemplate } = ledger;
  const read = { roots: reader.roots, start, end, isSure, isTemplate };
  return fault === undefined ? read : { ...read, fault };
}

function breakAfter(text: string, from: number): number {
  // `lastIndex` and `^` go together: a match at `from` is a line that begins there.
  BREAK.lastIndex = from;
  return BREAK.exec(text)?.index ?? text.length;
}

/** Passes a separator and directives; what follows `---` in its line belongs to the document. */
function opening(text: string, start: number, ledger: Ledger): number {
  let at = start;
  while (text[at] === '%' || text.startsWith('...', at)) {
    ledger.isSure = false;
    at = lineEndAt(text, at) + 1;
  }
  if (breakAfter(text.slice(0, at + 4), at) !== at) return at;
  const lineEnd = lineEndAt(text, at);
  const rest = text.slice(at + 3, lineEnd).trim();
  if (rest === '' || rest.startsWith('#')) return lineEnd + 1;
  ledger.isSure = false;
  return at + 3;
}
