const NEWLINE = 10;

/** Bytes counted together. Within a block newlines are looked for one by one. */
const BLOCK_BYTES = 4096;

/**
 * Where lines begin and end in bytes. Newlines are counted once, block by block, and only as far as
 * somebody asks: an answer never costs a pass over the text, and the memory is a 500th of it.
 */
export class LineIndex {
  readonly #bytes: Uint8Array;
  /** By block: newlines in front of it, and the offset of the last of them or -1. */
  readonly #before: Uint32Array;
  readonly #last: Int32Array;
  /** Blocks whose end is known as the beginning of the next. */
  #counted = 0;

  constructor(bytes: Uint8Array) {
    const blocks = Math.ceil(bytes.length / BLOCK_BYTES) + 1;
    this.#bytes = bytes;
    this.#before = new Uint32Array(blocks);
    this.#last = new Int32Array(blocks).fill(-1);
  }

  /** Newlines in front of `offset`. */
  countBefore(offset: number): number {
    const block = this.#blockOf(offset);
    let count = this.#before[block] ?? 0;
    for (let at = block * BLOCK_BYTES; at < offset; at++) {
      if (this.#bytes[at] === NEWLINE) count++;
    }
    return count;
  }

  /** Offset of the last newline in front of `offset`, or -1. */
  newlineBefore(offset: number): number {
    const block = this.#blockOf(offset);
    for (let at = offset - 1; at >= block * BLOCK_BYTES; at--) {
      if (this.#bytes[at] === NEWLINE) return at;
    }
    return this.#last[block] ?? -1;
  }

  /** Offset of the first newline at `offset` or behind it, or -1. */
  newlineFrom(offset: number): number {
    const begin = this.#blockOf(offset);
    const count = this.countBefore(offset);
    let block = begin + 1;
    while (block < this.#before.length) {
      this.#countTo(block);
      if ((this.#before[block] ?? 0) > count) break;
      block++;
    }
    const from = Math.max(offset, (block - 1) * BLOCK_BYTES);
    const to = Math.min(block * BLOCK_BYTES, this.#bytes.length);
    for (let at = from; at < to; at++) {
      if (this.#bytes[at] === NEWLINE) return at;
    }
    return -1;
  }

  #blockOf(offset: number): number {
    const block = Math.floor(Math.min(offset, this.#bytes.length) / BLOCK_BYTES);
    this.#countTo(block);
    return block;
  }

  #countTo(block: number): void {
    while (this.#counted < block) {
      const from = this.#counted * BLOCK_BYTES;
      const to = Math.min(from + BLOCK_BYTES, this.#bytes.length);
      let count = this.#before[this.#counted] ?? 0;
      let last = this.#last[this.#counted] ?? -1;
      for (let at = from; at < to; at++) {
        if (this.#bytes[at] !== NEWLINE) continue;
        count++;
        last = at;
      }
      this.#counted++;
      this.#before[this.#counted] = count;
      this.#last[this.#counted] = last;
    }
  }
}
