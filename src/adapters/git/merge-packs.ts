import { createHash } from 'node:crypto';
import { decodeIdx, encodeIdx } from './idx-file.ts';
import { hasRightSum } from './pack-index.ts';
import type { IndexedObject } from './pack-index.ts';
import { PACK_HEADER_BYTES, TRAILER_BYTES, readPackHeader } from './pack-entries.ts';

/** A pack and its index as files hold them. */
export type PackFiles = Readonly<{ pack: Buffer; idx: Buffer }>;

/** A pack and its index, named by the pack's checksum. */
export type NamedPack = PackFiles & Readonly<{ name: string }>;

/**
 * Joins packs into one without inflating anything: a delta names its base by distance or by oid, and
 * both stay right when whole packs stand one behind the other. An object that is in several packs
 * is indexed once. `undefined` when one of them is damaged: joining would hide that under a new checksum.
 */
export function mergePacks(packs: readonly PackFiles[]): NamedPack | undefined {
  const objects: IndexedObject[] = [];
  const bodies: Buffer[] = [];
  let count = 0;
  let at = PACK_HEADER_BYTES;
  for (const { pack, idx } of packs) {
    const indexed = decodeIdx(idx);
    if (indexed === undefined || !hasRightSum(pack)) return undefined;
    count += readPackHeader(pack);
    const shift = at - PACK_HEADER_BYTES;
    for (const object of indexed) {
      objects.push({ ...object, offset: object.offset + shift });
    }
    bodies.push(pack.subarray(PACK_HEADER_BYTES, pack.length - TRAILER_BYTES));
    at += pack.length - PACK_HEADER_BYTES - TRAILER_BYTES;
  }
  const header = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
  header.writeUInt32BE(count, 8);
  const content = Buffer.concat([header, ...bodies]);
  const sum = createHash('sha1').update(content).digest();
  const idx = encodeIdx(objects, sum);
  return { name: packName(sum), pack: Buffer.concat([content, sum]), idx };
}

/** `pack-<checksum>`, as git names the two files of a pack. */
export function packName(sum: Uint8Array): string {
  return `pack-${Buffer.from(sum).toString('hex')}`;
}
