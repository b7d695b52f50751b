import { isUtf8 } from 'node:buffer';
import { Refusal } from './refusal.ts';

/**
 * What go-yaml refuses or takes for a line break: control characters, NEL, LS and PS, a lone CR, a
 * byte order mark inside. A break that only some readers see would hide content in a comment.
 */
const UNREADABLE =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)/;

const UTF16_MARKS: readonly (readonly [number, number])[] = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];

/** The text of a file, without a byte order mark; bytes that are no UTF-8 show as U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}

/** Refuses a file that is not UTF-8 from its first to its last byte; `text` is what it was decoded to. */
export function checkEncoding(bytes: Uint8Array, text: string): void {
  if (UTF16_MARKS.some(([first, second]) => bytes[0] === first && bytes[1] === second)) {
    throw new Refusal('invalid', 'the file is UTF-16; save it as UTF-8', 0);
  }
  if (isUtf8(bytes)) return;
  const near = Math.max(0, text.indexOf('\ufffd'));
  throw new Refusal('invalid', 'the file is not UTF-8; save it as UTF-8', near);
}

/** Refuses text with characters that YAML readers disagree about. */
export function checkCharacters(text: string): void {
  const found = UNREADABLE.exec(text);
  if (found === null) return;
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  const advice = 'remove it, or write it as an escape in double quotes';
  throw new Refusal(
    'invalid',
    `the character U+${code} is not allowed here; ${advice}`,
    found.index,
  );
}

/** Turns offsets into lines and columns, in logarithmic time. */
export class LineIndex {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
      this.#starts.push(at + 1);
    }
  }

  /** Line and column of an offset, both from 1. */
  locate(offset: number): Readonly<{ line: number; column: number }> {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }
}
