import { open, readdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { isSystemError } from './files.ts';

/** Shortest abbreviation taken, as with git. */
const ABBREVIATED = /^[0-9a-f]{4,40}$/;

/** Most candidates of one abbreviation that are looked at. */
const MAX_CANDIDATES = 64;

/** Magic and version; 256 counts; the names in order (gitformat-pack(5), version 2). */
const IDX_MAGIC = 'ff744f6300000002';
const NAMES_AT = 8 + 256 * 4;
const NAME_BYTES = 20;

/** Names read of an index at once. */
const NAMES_AT_ONCE = 20_000;

/** Is it a full or abbreviated oid? */
export function isAbbreviated(text: string): boolean {
  return ABBREVIATED.test(text);
}

/** Objects of a local store whose names begin so, a few at most. A file that is no index holds none. */
export async function findAbbreviated(
  objectsDir: string,
  start: string,
): Promise<ReadonlySet<Oid>> {
  const found = new Set<Oid>();
  const folder = start.slice(0, 2);
  for (const name of await namesIn(join(objectsDir, folder))) add(found, folder + name, start);
  const packDir = join(objectsDir, 'pack');
  for (const name of await namesIn(packDir)) {
    if (!/^pack-[0-9a-f]+\.idx$/.test(name)) continue;
    const file = await open(join(packDir, name), 'r');
    try {
      await searchIndex(file, start, found);
    } finally {
      await file.close();
    }
  }
  return found;
}

async function searchIndex(file: FileHandle, start: string, found: Set<Oid>): Promise<void> {
  const head = await readAt(file, 0, NAMES_AT);
  if (head.length < NAMES_AT || head.toString('hex', 0, 8) !== IDX_MAGIC) return;
  const first = Number.parseInt(start.slice(0, 2), 16);
  const from = first === 0 ? 0 : head.readUInt32BE(8 + (first - 1) * 4);
  const until = head.readUInt32BE(8 + first * 4);
  for (let at = from; at < until && found.size < MAX_CANDIDATES; at += NAMES_AT_ONCE) {
    const count = Math.min(NAMES_AT_ONCE, until - at);
    const names = await readAt(file, NAMES_AT + at * NAME_BYTES, count * NAME_BYTES);
    // An index that ends early says it holds more than it does.
    if (names.length === 0) return;
    for (let i = 0; i + NAME_BYTES <= names.length; i += NAME_BYTES) {
      add(found, names.toString('hex', i, i + NAME_BYTES), start);
    }
  }
}

function add(found: Set<Oid>, name: string, start: string): void {
  const oid = name.startsWith(start) ? parseOid(name) : undefined;
  if (oid !== undefined && found.size < MAX_CANDIDATES) found.add(oid);
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

async function namesIn(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}
