import type { Place } from './allowlist.ts';
import { LineIndex } from './lines.ts';
import { latin1 } from './view.ts';

/** A line that says it silences what is on it. */
const ALLOW_MARK = 'gitleaks:allow';

/** Bytes of lines that allowlists see on either side of a match: one line may be a whole file. */
const MAX_CONTEXT_BYTES = 8 * 1024;

/** One text under scan, and what is asked of it more than once. */
export class Input {
  readonly bytes: Uint8Array;
  readonly place: Place;
  #lines?: LineIndex;
  #marks?: readonly number[];

  constructor(bytes: Uint8Array, place: Place) {
    this.bytes = bytes;
    this.place = place;
  }

  get lines(): LineIndex {
    return (this.#lines ??= new LineIndex(this.bytes));
  }

  /** Offsets of the lines that hold a match: from the first byte to the newline or the end. */
  around(start: number, end: number): Readonly<{ from: number; to: number }> {
    const to = this.lines.newlineFrom(end);
    return { from: this.lines.newlineBefore(start) + 1, to: to < 0 ? this.bytes.length : to };
  }

  /**
   * The same as gitleaks sees them: with the newline in front; and all that is in front of a match on a
   * last line that has no newline behind it.
   */
  aroundAsGitleaks(start: number, end: number): Readonly<{ from: number; to: number }> {
    const { bytes, lines } = this;
    const next = lines.newlineFrom(start + 1);
    const last = lines.newlineFrom(end);
    if (next >= 0) {
      const from = Math.max(0, lines.newlineBefore(start + 1));
      return { from, to: Math.max(last < 0 ? next : last, end) };
    }
    const isSingle = lines.newlineBefore(bytes.length) < 0;
    return { from: 0, to: isSingle || last < 0 ? bytes.length : last };
  }

  /** That text, cut to a bound around the match. */
  cut({ from, to }: Readonly<{ from: number; to: number }>, start: number, end: number): string {
    const low = Math.max(from, start - MAX_CONTEXT_BYTES);
    return latin1(this.bytes, low, Math.max(low, Math.min(to, end + MAX_CONTEXT_BYTES)));
  }

  /** Does somebody silence the lines from here to there? The text is searched for marks once. */
  isMarked({ from, to }: Readonly<{ from: number; to: number }>): boolean {
    this.#marks ??= marksIn(this.bytes);
    let low = 0;
    let high = this.#marks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#marks[middle] ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    const mark = this.#marks[low];
    return mark !== undefined && mark + ALLOW_MARK.length <= to;
  }
}

function marksIn(bytes: Uint8Array): readonly number[] {
  const { buffer, byteOffset, length } = bytes;
  const text = Buffer.from(buffer, byteOffset, length);
  const marks: number[] = [];
  for (let at = text.indexOf(ALLOW_MARK); at >= 0; at = text.indexOf(ALLOW_MARK, at + 1)) {
    marks.push(at);
  }
  return marks;
}
