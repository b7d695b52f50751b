import { encodingOf } from '../engine/encoding.ts';
import type { PlacedText } from '../../document/placed.ts';
import { LineIndex } from '../../document/source.ts';
import { lineEndAt } from './outline/scalar.ts';

/** Where something stands in the file as stored: byte offsets, and lines from 1. */
export type Spot = Readonly<{ start: number; end: number; line: number; endLine: number }>;

/** A text of one character a byte that is read: the file, or what one of its values holds. */
export type Ground = Readonly<{
  text: string;
  /** How it was wrapped, from the outside to the inside: `metadata.annotations`, `base64`. */
  within: readonly string[];
  /** The place in the file of a range of this text; `lineAt` names its first line. */
  spot: (start: number, end: number, lineAt: number) => Spot;
}>;

/** Bytes of a file as text of one character a byte; UTF-16 is brought to UTF-8 first. */
export function groundOf(bytes: Uint8Array): Ground {
  const { text: decoded, shift } = decode(bytes);
  const text = withLineEnds(decoded);
  const lines = new LineIndex(text);
  return {
    text,
    within: [],
    spot: (start, end, lineAt) => {
      const { line } = lines.locate(lineAt);
      const endLine = Math.max(line, lines.locate(Math.max(start, end - 1)).line);
      return { start: start + shift, end: end + shift, line, endLine };
    },
  };
}

/**
 * Line ends as the YAML reader of Kubernetes knows them, of the same length: a carriage return alone, and
 * NEL, LS and PS, which are letters in JSON.
 */
function withLineEnds(text: string): string {
  const lines = text.includes('\r') ? text.replaceAll(/\r(?!\n)/g, '\n') : text;
  if (!/\u00c2\u0085|\u00e2\u0080[\u00a8\u00a9]/.test(lines)) return lines;
  if (/^[ \t\n]*[[{]/.test(lines.slice(0, 4_096))) return lines;
  return lines.replaceAll('\u00c2\u0085', ' \n').replaceAll(/\u00e2\u0080[\u00a8\u00a9]/g, '  \n');
}

function decode(bytes: Uint8Array): Readonly<{ text: string; shift: number }> {
  const encoding = encodingOf(bytes, true);
  if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    const text = new TextDecoder(encoding).decode(bytes);
    // Offsets count in the UTF-8 that is scanned, as those of the text scanner do; lines are exact.
    return { text: Buffer.from(text, 'utf8').toString('latin1'), shift: 0 };
  }
  const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const shift = isMarked ? 3 : 0;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
    'latin1',
    shift,
  );
  return { text, shift };
}

/** The text of a value as a text of its own. Lines are the file's where it is a block, else the value's. */
export function groundIn(outer: Ground, value: PlacedText, at: number, how: string): Ground {
  const { start, end, style } = value;
  const lines = new LineIndex(value.value);
  const body = lineEndAt(outer.text, start) + 1;
  const first = outer.spot(start, end, body).line;
  return {
    text: value.value,
    within: [...outer.within, how],
    spot: (_start, _end, lineAt) => {
      const spot = outer.spot(start, end, at);
      // A folded block has fewer lines than are written.
      const isLined = style === 'block' && outer.text[start] === '|';
      const line = isLined ? first + lines.locate(lineAt).line - 1 : spot.line;
      return { ...spot, line, endLine: Math.max(line, isLined ? line : spot.endLine) };
    },
  };
}

/** The same text, for nodes whose offsets count from `base`. */
export function groundFrom(ground: Ground, base: number): Ground {
  if (base === 0) return ground;
  return {
    ...ground,
    text: ground.text.slice(base),
    spot: (start, end, lineAt) => ground.spot(start + base, end + base, lineAt + base),
  };
}
