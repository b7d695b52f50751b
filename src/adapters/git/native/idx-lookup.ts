import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Oid } from '../../../domain/oid.ts';

/** Magic and version; then 256 counts, then the names in order (gitformat-pack(5), version 2). */
const FANOUT_AT = 8;
const NAMES_AT = FANOUT_AT + 256 * 4;
const NAME_BYTES = 20;

/** Which of these objects a fresh index of git's does not list. Throws errors of the system. */
export async function missingIn(idxPath: string, oids: readonly Oid[]): Promise<readonly Oid[]> {
  const file = await open(idxPath, 'r');
  try {
    const fanout = await readAt(file, FANOUT_AT, 256 * 4);
    const missing: Oid[] = [];
    for (const oid of oids) {
      const name = Buffer.from(oid, 'hex');
      const first = name[0] ?? 0;
      const from = first === 0 ? 0 : fanout.readUInt32BE((first - 1) * 4);
      const count = fanout.readUInt32BE(first * 4) - from;
      const names = await readAt(file, NAMES_AT + from * NAME_BYTES, count * NAME_BYTES);
      if (!lists(names, name)) missing.push(oid);
    }
    return missing;
  } finally {
    await file.close();
  }
}

function lists(names: Buffer, name: Buffer): boolean {
  for (let at = 0; at < names.length; at += NAME_BYTES) {
    if (names.compare(name, 0, NAME_BYTES, at, at + NAME_BYTES) === 0) return true;
  }
  return false;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}
