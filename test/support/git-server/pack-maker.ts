import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

/** One entry of a hand-made pack. `ref` and `ofs` are deltas against an oid or a distance in bytes. */
export type PackPart =
  | Readonly<{ kind: 'commit' | 'tree' | 'blob' | 'tag'; bytes: Uint8Array; size?: number }>
  | Readonly<{ kind: 'ref'; oid: string; delta: Uint8Array }>
  | Readonly<{ kind: 'ofs'; distance: number; delta: Uint8Array }>;

const TYPES = { commit: 1, tree: 2, blob: 3, tag: 4, ofs: 6, ref: 7 } as const;

/** A pack of these entries with a right checksum, whatever is wrong with its content. */
export function makePack(parts: readonly PackPart[], count = parts.length): Buffer {
  const header = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
  header.writeUInt32BE(count, 8);
  return sealed(Buffer.concat([header, ...parts.map(makeEntry)]));
}

/** These bytes with their SHA-1 behind them. */
export function sealed(content: Uint8Array): Buffer {
  return Buffer.concat([content, createHash('sha1').update(content).digest()]);
}

/** One entry as it stands in a pack. */
export function makeEntry(part: PackPart): Buffer {
  const bytes = 'delta' in part ? part.delta : part.bytes;
  const size = 'size' in part ? (part.size ?? bytes.length) : bytes.length;
  return Buffer.concat([head(TYPES[part.kind], size), base(part), deflateSync(bytes)]);
}

/** The oid of an object, in hexadecimal. */
export function oidOf(type: string, bytes: Uint8Array): string {
  return createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');
}

/** A delta that makes `target` of a base of this length out of literals alone. */
export function literalDelta(baseLength: number, target: Uint8Array): Buffer {
  const pieces: Buffer[] = [varint(baseLength), varint(target.length)];
  for (let at = 0; at < target.length; at += 127) {
    const piece = target.subarray(at, at + 127);
    pieces.push(Buffer.of(piece.length), Buffer.from(piece));
  }
  return Buffer.concat(pieces);
}

/** A delta that repeats the first `length` bytes (below 64 KiB) of its base. */
export function repeatingDelta(baseLength: number, length: number, times: number): Buffer {
  const copy = Buffer.of(0xb0, length & 0xff, length >> 8);
  const copies = Array<Buffer>(times).fill(copy);
  return Buffer.concat([varint(baseLength), varint(length * times), ...copies]);
}

/** A delta that keeps its base (below 16 MiB) and adds a few bytes (below 128). */
export function appendingDelta(baseLength: number, tail: Uint8Array): Buffer {
  const copy = Buffer.of(
    0xff,
    0,
    0,
    0,
    0,
    baseLength & 0xff,
    (baseLength >> 8) & 0xff,
    baseLength >> 16,
  );
  const sizes = [varint(baseLength), varint(baseLength + tail.length)];
  return Buffer.concat([...sizes, copy, Buffer.of(tail.length), tail]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.of(...bytes, rest);
}

function head(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let byte = (type << 4) | (size & 0x0f);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
  }
  return Buffer.of(...bytes, byte);
}

function base(part: PackPart): Buffer {
  if (part.kind === 'ref') return Buffer.from(part.oid, 'hex');
  if (part.kind !== 'ofs') return Buffer.alloc(0);
  const bytes = [part.distance & 0x7f];
  for (let rest = part.distance >> 7; rest > 0; rest >>= 7) bytes.unshift((--rest & 0x7f) | 0x80);
  return Buffer.from(bytes);
}
