/** A set of bytes: 256 bits in 8 words, and one more for `END`. Never changed once it is made. */
export type ByteSet = Uint32Array;

/** First and last, both in. */
export type Range = readonly [first: number, last: number];

const WORDS = 9;
const ALL = 0xffffffff;

/** The set of these ranges; what is above 255 is left out. */
export function byteSet(ranges: readonly Range[]): ByteSet {
  const set = new Uint32Array(WORDS);
  for (const [first, last] of ranges)
    for (let byte = first; byte <= Math.min(last, 255);) {
      const end = Math.min(last, byte | 31);
      const bits = (ALL >>> (31 - (end & 31))) & (ALL << (byte & 31));
      set[byte >> 5] = (set[byte >> 5] ?? 0) | bits;
      byte = end + 1;
    }
  return set;
}

const SINGLES: readonly ByteSet[] = Array.from({ length: 256 }, (_, byte) =>
  byteSet([[byte, byte]]),
);

/** The set of one byte; always the same object for the same byte. */
export function single(byte: number): ByteSet {
  return SINGLES[byte] ?? byteSet([]);
}

/** The end of the text, where a byte could be; in no set of a regex, only in what is looked ahead. */
export const END: ByteSet = Uint32Array.from({ length: WORDS }, (_, word) => (word === 8 ? 1 : 0));

/** Is the byte in? */
export function has(set: ByteSet, byte: number): boolean {
  return (((set[byte >> 5] ?? 0) >>> (byte & 31)) & 1) === 1;
}

/** Do the sets share a byte? */
export function meets(a: ByteSet, b: ByteSet): boolean {
  for (let word = 0; word < WORDS; word++) if (((a[word] ?? 0) & (b[word] ?? 0)) !== 0) return true;
  return false;
}

/** Bytes of either. */
export function union(a: ByteSet, b: ByteSet): ByteSet {
  if (a === b) return a;
  const both = new Uint32Array(WORDS);
  for (let word = 0; word < WORDS; word++) both[word] = (a[word] ?? 0) | (b[word] ?? 0);
  return both;
}

/** Are they the same bytes? */
export function equalSets(a: ByteSet, b: ByteSet): boolean {
  return a === b || a.every((word, at) => word === b[at]);
}

/** Maximal runs of bytes that are in the set (or, if not wanted, out of it), ascending. */
export function runsOf(set: ByteSet, wanted = true): readonly Range[] {
  const runs: Range[] = [];
  for (let byte = 0; byte < 256; byte++) {
    if (has(set, byte) !== wanted) continue;
    const first = byte;
    while (byte < 255 && has(set, byte + 1) === wanted) byte++;
    runs.push([first, byte]);
  }
  return runs;
}

/** The bytes of a set, ascending, 256 for the end; undefined if there are more than `most`. */
export function bytesOf(set: ByteSet, most = 257): readonly number[] | undefined {
  const bytes: number[] = [];
  for (let at = 0; at < WORDS; at++) {
    for (let word = set[at] ?? 0; word !== 0; word &= word - 1) {
      if (bytes.length === most) return undefined;
      bytes.push(at * 32 + (31 - Math.clz32(word & -word)));
    }
  }
  return bytes;
}

/** The set as 256 entries, 1 where the byte is in: for loops over bytes. */
export function tableOf(set: ByteSet): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (has(set, byte) ? 1 : 0));
}
