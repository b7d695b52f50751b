import { Cutter } from './window.ts';

/** The added lines of one hunk, with their line ends. Valid while handed over only. */
export type Fragment = Readonly<{ bytes: Buffer; firstLine: number }>;

/** A file of a patch; `oid` is of the blob that it becomes. */
export type PatchedFile = Readonly<{ commit: string; path: string; oid: string; isNew: boolean }>;

/** What a patch is told to. */
export type PatchTaker = Readonly<{
  /** Are the hunks of this file wanted? */
  wants: (file: PatchedFile) => boolean;
  take: (file: PatchedFile, fragment: Fragment) => void;
}>;

const HUNK = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const INDEX = /^index [0-9a-f]{40}\.\.([0-9a-f]{40})/;
const COMMIT = /^[0-9a-f]{40}$/;

const [PLUS, MINUS, SPACE, BACKSLASH, LINE_FEED] = [0x2b, 0x2d, 0x20, 0x5c, 0x0a];

/** A header is looked at so far. */
const MAX_HEADER_LENGTH = 16_384;

/**
 * Reads what `git diff-tree --stdin -p -U0 --full-index` prints: a line with each commit, then its
 * patches. Lines inside a hunk are counted, so that no content looks like a header.
 */
export class PatchReader {
  readonly #cutter = new Cutter(LINE_FEED, (line) => this.#line(line));
  readonly #taker: PatchTaker;
  readonly #added = new Added();
  #commit = '';
  #oid = '';
  #isNew = false;
  #file: PatchedFile | undefined;
  #isWanted = false;
  #old = 0;
  #new = 0;
  #firstLine = 0;
  #lastSign = 0;

  constructor(taker: PatchTaker) {
    this.#taker = taker;
  }

  push(chunk: Uint8Array): void {
    this.#cutter.push(chunk);
  }

  end(): void {
    this.#cutter.end();
    this.#flush();
  }

  #line(line: Buffer): void {
    const sign = line[0];
    if (sign === BACKSLASH) {
      // "No newline at end of file", of the line before it.
      if (this.#lastSign === PLUS) this.#added.dropLineEnd();
      return;
    }
    if (this.#old > 0 || this.#new > 0) this.#content(line, sign ?? SPACE);
    else this.#header(line);
  }

  #content(line: Buffer, sign: number): void {
    this.#lastSign = sign;
    if (sign !== PLUS) this.#old -= 1;
    if (sign !== MINUS) this.#new -= 1;
    if (sign === PLUS && this.#isWanted) this.#added.add(line.subarray(1));
  }

  #header(line: Buffer): void {
    const text = line.toString('utf8', 0, MAX_HEADER_LENGTH);
    if (text.startsWith('@@ ')) return this.#hunk(text);
    this.#flush();
    if (text.startsWith('diff --git ')) {
      this.#file = undefined;
      this.#isNew = false;
      this.#oid = '';
    } else if (text.startsWith('new file mode ')) this.#isNew = true;
    else if (text.startsWith('index ')) this.#oid = INDEX.exec(text)?.[1] ?? '';
    else if (text.startsWith('+++ ')) this.#open(pathOf(text.slice('+++ '.length)));
    else if (COMMIT.test(text)) this.#commit = text;
  }

  #open(path: string | undefined): void {
    if (path === undefined) return;
    this.#file = { commit: this.#commit, path, oid: this.#oid, isNew: this.#isNew };
    this.#isWanted = this.#taker.wants(this.#file);
  }

  #hunk(text: string): void {
    this.#flush();
    const [, old, first, count] = HUNK.exec(text) ?? [];
    if (first === undefined) return;
    this.#old = Number(old ?? 1);
    this.#new = Number(count ?? 1);
    this.#firstLine = Number(first);
    this.#lastSign = 0;
  }

  #flush(): void {
    const { bytes } = this.#added;
    if (bytes.length > 0 && this.#file !== undefined) {
      this.#taker.take(this.#file, { bytes, firstLine: this.#firstLine });
    }
    this.#added.clear();
    this.#lastSign = 0;
  }
}

/** Lines put together again. */
class Added {
  #buffer = Buffer.allocUnsafe(64 * 1024);
  #length = 0;

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  add(line: Uint8Array): void {
    const wanted = this.#length + line.length + 1;
    if (wanted > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * wanted);
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    this.#buffer.set(line, this.#length);
    this.#buffer[wanted - 1] = LINE_FEED;
    this.#length = wanted;
  }

  dropLineEnd(): void {
    if (this.#buffer[this.#length - 1] === LINE_FEED && this.#length > 0) this.#length -= 1;
  }

  clear(): void {
    this.#length = 0;
  }
}

/** The name behind `b/`, written as in C where it holds odd characters; none for a file that is gone. */
function pathOf(text: string): string | undefined {
  const isQuoted = text.startsWith('"');
  const name = isQuoted ? unquote(text) : text.replace(/\t$/, '');
  return name.startsWith('b/') ? name.slice(2) : undefined;
}

const ESCAPES: Readonly<Record<string, number>> = {
  ...{ a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 0x22, '\\': 0x5c },
};

function unquote(text: string): string {
  const bytes: number[] = [];
  const inner = Buffer.from(text.slice(1, text.lastIndexOf('"')), 'utf8').toString('latin1');
  for (const [whole, octal, letter] of inner.matchAll(/\\([0-7]{3})|\\(.)|[^]/g)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else bytes.push(letter === undefined ? whole.charCodeAt(0) : (ESCAPES[letter] ?? 0x3f));
  }
  return Buffer.from(bytes).toString('utf8');
}
