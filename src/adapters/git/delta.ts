import { checkObjectSize, malformed } from './pack-entries.ts';

type Cursor = { at: number };

/** Applies a delta of gitformat-pack(5) to its base; throws `GitError` where it leaves either. */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const cursor: Cursor = { at: 0 };
  if (readSize(delta, cursor) !== base.length) throw malformed('a delta does not fit its base');
  const size = readSize(delta, cursor);
  checkObjectSize(size);
  const target = Buffer.allocUnsafe(size);
  let filled = 0;
  while (cursor.at < delta.length) {
    const command = byteAt(delta, cursor);
    const piece =
      command >= 0x80 ? copied(base, delta, { command, cursor }) : inserted(delta, command, cursor);
    if (filled + piece.length > size) throw malformed('a delta yields more than it says');
    piece.copy(target, filled);
    filled += piece.length;
  }
  if (filled !== size) throw malformed('a delta yields less than it says');
  return target;
}

/** How many bytes a delta says it yields; throws `GitError` above `MAX_OBJECT_BYTES`. */
export function deltaResultSize(delta: Buffer): number {
  const cursor: Cursor = { at: 0 };
  readSize(delta, cursor);
  const size = readSize(delta, cursor);
  checkObjectSize(size);
  return size;
}

function inserted(delta: Buffer, length: number, cursor: Cursor): Buffer {
  const piece = delta.subarray(cursor.at, cursor.at + length);
  if (length === 0 || piece.length !== length) throw malformed('a delta has an unknown command');
  cursor.at += length;
  return piece;
}

/** The low four bits of the command say which offset bytes follow, the next three which size bytes. */
function copied(
  base: Buffer,
  delta: Buffer,
  { command, cursor }: Readonly<{ command: number; cursor: Cursor }>,
): Buffer {
  const read = (bits: readonly number[]): number =>
    bits.reduce(
      (sum, bit, at) => ((command >> bit) & 1 ? sum + byteAt(delta, cursor) * 256 ** at : sum),
      0,
    );
  const from = read([0, 1, 2, 3]);
  const length = read([4, 5, 6]) || 0x10000;
  if (from + length > base.length) throw malformed('a delta copies from outside its base');
  return base.subarray(from, from + length);
}

function readSize(delta: Buffer, cursor: Cursor): number {
  let size = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = byteAt(delta, cursor);
    size += (byte & 0x7f) * factor;
    if (factor > 128 ** 5) throw malformed('a delta has no sensible size');
    if (byte < 0x80) return size;
  }
}

function byteAt(delta: Buffer, cursor: Cursor): number {
  const byte = delta[cursor.at++];
  if (byte === undefined) throw malformed('a delta ends early');
  return byte;
}
