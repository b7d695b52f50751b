import { createHash } from 'node:crypto';
import type { IndexedObject } from './pack-index.ts';

/** `\377tOc`, version 2 (gitformat-pack(5)). */
const MAGIC = Buffer.from('ff744f6300000002', 'hex');

const NAME_BYTES = 20;

/**
 * The .idx file of a pack, byte for byte as `git index-pack` writes it (given no object is in the
 * pack twice; such an object is listed twice, or git finds index and pack at odds). Offsets stay below 2 GiB: larger packs are refused long before.
 */
export function encodeIdx(objects: readonly IndexedObject[], packSum: Uint8Array): Buffer {
  const sorted = objects.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const fanout = Buffer.alloc(256 * 4);
  const names = Buffer.alloc(sorted.length * NAME_BYTES);
  const crcs = Buffer.alloc(sorted.length * 4);
  const offsets = Buffer.alloc(sorted.length * 4);
  const counts = Array<number>(256).fill(0);
  for (const [at, { name, crc, offset }] of sorted.entries()) {
    names.write(name, at * NAME_BYTES, 'hex');
    crcs.writeUInt32BE(crc, at * 4);
    offsets.writeUInt32BE(offset, at * 4);
    const first = names[at * NAME_BYTES] ?? 0;
    counts[first] = (counts[first] ?? 0) + 1;
  }
  let below = 0;
  for (const [first, count] of counts.entries()) {
    below += count;
    fanout.writeUInt32BE(below, first * 4);
  }
  const content = Buffer.concat([MAGIC, fanout, names, crcs, offsets, packSum]);
  return Buffer.concat([content, createHash('sha1').update(content).digest()]);
}

/** Reads back what `encodeIdx` wrote; `undefined` when its checksum or shape is wrong. */
export function decodeIdx(idx: Buffer): readonly IndexedObject[] | undefined {
  const end = idx.length - NAME_BYTES;
  const count = idx.length < 1072 ? -1 : idx.readUInt32BE(8 + 255 * 4);
  if (idx.length !== 1072 + count * 28 || !idx.subarray(0, 8).equals(MAGIC)) return undefined;
  const sum = createHash('sha1').update(idx.subarray(0, end)).digest();
  if (!sum.equals(idx.subarray(end))) return undefined;
  const [names, crcs, offsets] = [1032, 1032 + count * 20, 1032 + count * 24];
  return Array.from({ length: count }, (_, at) => ({
    name: idx.toString('hex', names + at * NAME_BYTES, names + (at + 1) * NAME_BYTES),
    crc: idx.readUInt32BE(crcs + at * 4),
    offset: idx.readUInt32BE(offsets + at * 4),
  }));
}
