/** Room for the first bytes; grows as needed. */
const FIRST_BYTES = 256 * 1024;

/** A larger buffer is not kept for what is smaller. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;

/**
 * Bytes of a stream that were not used yet, in one piece. What is appended is copied once, and again
 * only when there is no room: a line of 30 MB costs as much as its bytes.
 */
export class Window {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #start = 0;
  #end = 0;

  /** All that is there. Valid until the next `push`. */
  get bytes(): Buffer {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  get length(): number {
    return this.#end - this.#start;
  }

  push(chunk: Uint8Array): void {
    const length = this.#end - this.#start;
    if (this.#end + chunk.length > this.#bytes.length) {
      const wanted = length + chunk.length;
      // What one huge object needed is given back behind it.
      const isRoomy = wanted <= this.#bytes.length / 2 && this.#bytes.length <= MAX_KEPT_BYTES;
      const target = isRoomy ? this.#bytes : Buffer.allocUnsafe(Math.max(FIRST_BYTES, 2 * wanted));
      this.#bytes.copy(target, 0, this.#start, this.#end);
      this.#bytes = target;
      this.#start = 0;
      this.#end = length;
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Forgets the first bytes. */
  drop(count: number): void {
    this.#start += count;
    if (this.#start < this.#end) return;
    this.#start = 0;
    this.#end = 0;
  }
}

/** Cuts a stream at a byte; the pieces are valid while they are handed over only. */
export class Cutter {
  readonly #window = new Window();
  readonly #at: number;
  readonly #take: (piece: Buffer) => void;
  /** Bytes that are known to hold no cut. */
  #seen = 0;

  constructor(at: number, take: (piece: Buffer) => void) {
    this.#at = at;
    this.#take = take;
  }

  push(chunk: Uint8Array): void {
    this.#window.push(chunk);
    const { bytes } = this.#window;
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(this.#at, Math.max(start, this.#seen));
      if (end === -1) break;
      this.#take(bytes.subarray(start, end));
      start = end + 1;
    }
    this.#window.drop(start);
    this.#seen = this.#window.length;
  }

  /** What stands behind the last cut, if anything. */
  end(): void {
    if (this.#window.length > 0) this.#take(this.#window.bytes);
    this.#window.drop(this.#window.length);
  }
}
