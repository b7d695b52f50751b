const LINE_FEED = 0x0a;

/** Bytes that came in pieces and are taken out in others; nothing is copied twice. */
export class ByteQueue {
  readonly #chunks: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(chunk: Buffer): void {
    if (chunk.length > 0) this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** The first line without its end, if it is all there within `max` bytes. */
  takeLine(max: number): string | undefined {
    let [first] = this.#chunks;
    if (first === undefined) return undefined;
    if (first.length < max && this.#chunks.length > 1) {
      first = this.#gather(Math.min(max, this.#length));
      this.#chunks.unshift(first);
      this.#length += first.length;
    }
    const end = first.subarray(0, max).indexOf(LINE_FEED);
    return end < 0 ? undefined : this.take(end + 1).toString('latin1', 0, end);
  }

  /** The first `count` bytes, as a copy; there must be that many. */
  take(count: number): Buffer {
    const [first] = this.#chunks;
    if (first === undefined || first.length < count) return this.#gather(count);
    const taken = Buffer.from(first.subarray(0, count));
    this.#drop(first, count);
    return taken;
  }

  #gather(count: number): Buffer {
    const taken = Buffer.alloc(count);
    for (let at = 0; at < count;) {
      const [first] = this.#chunks;
      if (first === undefined) break;
      const part = first.subarray(0, count - at);
      part.copy(taken, at);
      at += part.length;
      this.#drop(first, part.length);
    }
    return taken;
  }

  #drop(first: Buffer, count: number): void {
    this.#length -= count;
    if (count === first.length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(count);
  }
}
