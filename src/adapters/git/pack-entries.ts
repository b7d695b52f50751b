import { crc32, inflateSync } from 'node:zlib';
import { GitError } from './failure.ts';

/** Most bytes of one object: one that inflates beyond is refused before it is inflated. */
export const MAX_OBJECT_BYTES = 32 * 1024 * 1024;

/**
 * Most bytes of objects that are read together. A few kilobytes of a pack may inflate to any number of
 * large objects: who asks for many must not get them all into memory at once.
 */
export const MAX_TOGETHER_BYTES = 2 * MAX_OBJECT_BYTES;

/** Most objects of one pack; their records have to fit into memory. */
export const MAX_OBJECTS = 500_000;

/** `PACK`, version, number of objects; and the SHA-1 at the end (gitformat-pack(5)). */
export const PACK_HEADER_BYTES = 12;
export const TRAILER_BYTES = 20;

/** A type digit, a size digit and the shortest zlib stream. */
const MIN_ENTRY_BYTES = 9;

/** Where an entry's content begins and what it is based on. */
export type EntryBase =
  | Readonly<{ kind: 'whole'; type: 'commit' | 'tree' | 'blob' | 'tag' }>
  | Readonly<{ kind: 'offset'; offset: number }>
  | Readonly<{ kind: 'name'; oid: string }>;

/** One entry of a pack: its place, its zlib stream and the checksum of both. */
export type PackEntry = Readonly<{
  offset: number;
  base: EntryBase;
  /** Bytes after inflating: the object's, or the delta's. */
  size: number;
  /** Where the zlib stream begins. */
  data: number;
  crc: number;
}>;

const TYPES = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' } as const;

/** Reads the number of objects; throws `GitError` for what is no pack of version 2. */
export function readPackHeader(pack: Buffer): number {
  const isPack =
    pack.length >= PACK_HEADER_BYTES + TRAILER_BYTES &&
    pack.toString('latin1', 0, 4) === 'PACK' &&
    pack.readUInt32BE(4) === 2;
  if (!isPack) throw malformed('it does not begin like a pack');
  const count = pack.readUInt32BE(8);
  const room = pack.length - PACK_HEADER_BYTES - TRAILER_BYTES;
  if (count > MAX_OBJECTS) {
    throw new GitError('RepositoryTooLarge', `the pack holds more than ${MAX_OBJECTS} objects`);
  }
  if (count * MIN_ENTRY_BYTES > room) throw malformed('it counts more objects than it has');
  return count;
}

/** Reads the entry at an offset, its content included; throws `GitError`. */
export function readEntry(
  pack: Buffer,
  offset: number,
): Readonly<{ entry: PackEntry; content: Buffer; end: number }> {
  const head = readHead(pack, offset);
  const { content, end } = inflateAt(pack, head.data, head.size);
  const crc = crc32(pack.subarray(offset, end));
  return { entry: { offset, ...head, crc }, content, end };
}

/** Inflates one zlib stream that must yield exactly `size` bytes; throws `GitError`. */
export function inflateAt(
  pack: Buffer,
  data: number,
  size: number,
): Readonly<{ content: Buffer; end: number }> {
  const input = pack.subarray(data, pack.length - TRAILER_BYTES);
  const chunkSize = Math.min(Math.max(size, 64), 1024 * 1024);
  const limits = { info: true, chunkSize, maxOutputLength: Math.max(size, 1) };
  try {
    // With `info` Node answers both, which its types do not say.
    const { buffer, engine } = inflateSync(input, limits) as unknown as Inflated;
    if (buffer.length !== size) throw malformed('an object is not as long as it says');
    return { content: buffer, end: data + engine.bytesWritten };
  } catch (error) {
    throw error instanceof GitError ? error : malformed('an object does not inflate');
  }
}

type Inflated = Readonly<{ buffer: Buffer; engine: Readonly<{ bytesWritten: number }> }>;

function readHead(pack: Buffer, offset: number): Omit<PackEntry, 'offset' | 'crc'> {
  const cursor = { at: offset };
  const first = byteAt(pack, cursor);
  let size = first & 0x0f;
  let more = first >= 0x80;
  for (let factor = 16; more; factor *= 128) {
    const byte = byteAt(pack, cursor);
    size += (byte & 0x7f) * factor;
    more = byte >= 0x80;
    checkObjectSize(size);
  }
  const base = readBase(pack, (first >> 4) & 7, { offset, cursor });
  return { base, size, data: cursor.at };
}

type Cursor = { at: number };

function readBase(
  pack: Buffer,
  type: number,
  { offset, cursor }: Readonly<{ offset: number; cursor: Cursor }>,
): EntryBase {
  switch (type) {
    case 1:
    case 2:
    case 3:
    case 4:
      return { kind: 'whole', type: TYPES[type] };
    case 6: {
      const base = offset - readDistance(pack, cursor);
      if (base < PACK_HEADER_BYTES || base >= offset) throw malformed('a delta has no base');
      return { kind: 'offset', offset: base };
    }
    case 7: {
      const oid = pack.toString('hex', cursor.at, cursor.at + 20);
      cursor.at += 20;
      return { kind: 'name', oid };
    }
    default:
      throw malformed('an object has no known type');
  }
}

/** The offset encoding of gitformat-pack(5): each further byte adds one before shifting. */
function readDistance(pack: Buffer, cursor: Cursor): number {
  let byte = byteAt(pack, cursor);
  let distance = byte & 0x7f;
  while (byte >= 0x80) {
    byte = byteAt(pack, cursor);
    distance = (distance + 1) * 128 + (byte & 0x7f);
    if (distance > pack.length) throw malformed('a delta has no base');
  }
  return distance;
}

function byteAt(pack: Buffer, cursor: Cursor): number {
  const byte = cursor.at < pack.length - TRAILER_BYTES ? pack[cursor.at++] : undefined;
  if (byte === undefined) throw malformed('it ends inside an object');
  return byte;
}

/** Refuses an object that is larger than `MAX_OBJECT_BYTES`. */
export function checkObjectSize(size: number): void {
  if (size <= MAX_OBJECT_BYTES) return;
  const message = `the pack holds an object of more than ${MAX_OBJECT_BYTES} bytes`;
  throw new GitError('RepositoryTooLarge', message);
}

/** A pack whose checksum is right and whose content is not: its maker is at fault. */
export function malformed(what: string): GitError {
  return new GitError('GitProtocolError', `the server's pack is malformed: ${what}`);
}

/** Objects that are sound each, and too much to be held together. */
export function tooMuch(count: number): GitError {
  const message = `${count} Git objects have more than ${MAX_TOGETHER_BYTES} bytes together`;
  return new GitError('RepositoryTooLarge', message);
}
