/**
 * Reads SSH's binary encoding (RFC 4251 §5). Once something is missing or malformed every later read
 * yields nothing, and `isWhole` says so at the end: callers read all fields, then ask once.
 */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;
  #isBroken = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Octets read so far. */
  get position(): number {
    return this.#at;
  }

  /** Nothing was missing and nothing is left. */
  get isWhole(): boolean {
    return !this.#isBroken && this.#at === this.#bytes.length;
  }

  /** So many octets as they are. */
  take(length: number): Buffer {
    const end = this.#at + length;
    if (this.#isBroken || end > this.#bytes.length) {
      this.#isBroken = true;
      return Buffer.alloc(0);
    }
    const found = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return found;
  }

  u8(): number {
    return this.take(1)[0] ?? 0;
  }

  u32(): number {
    const found = this.take(4);
    return found.length === 4 ? found.readUInt32BE() : 0;
  }

  u64(): bigint {
    const found = this.take(8);
    return found.length === 8 ? found.readBigUInt64BE() : 0n;
  }

  string(): Buffer {
    return this.take(this.u32());
  }

  /** A string with one character an octet: names that are compared, never shown as they are. */
  text(): string {
    return this.string().toString('latin1');
  }

  /**
   * The octets of a positive mpint without leading zero. A number has one encoding: what is negative,
   * zero or padded is malformed, for a second encoding of a key or signature is a second name.
   */
  positive(): Buffer {
    const found = this.string();
    const [first = 0, second = 0] = found;
    const isPadded = first === 0 && second < 0x80;
    if (found.length === 0 || first >= 0x80 || isPadded) this.#isBroken = true;
    return first === 0 ? found.subarray(1) : found;
  }
}

/** Every string of a list that is packed into one string; nothing where it is malformed or longer than `most`. */
export function unpackStrings(packed: Uint8Array, most: number): readonly Buffer[] | undefined {
  const reader = new WireReader(packed);
  const found: Buffer[] = [];
  while (reader.position < packed.length) {
    if (found.length >= most) return undefined;
    const before = reader.position;
    found.push(reader.string());
    if (reader.position === before) return undefined;
  }
  return reader.isWhole ? found : undefined;
}

/** The encoding of one string. */
export function wireString(bytes: Uint8Array | string): Buffer {
  const body = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}
