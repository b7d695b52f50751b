import type { RawObject } from '../domain/git-object.ts';
import { shortOid } from '../domain/oid.ts';
import type { Oid } from '../domain/oid.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import type { Stop } from '../domain/stop.ts';
import { latin1 } from './grammar.ts';
import { judgeName } from './name.ts';
import { verifyOid } from './oid.ts';

/** What an entry is. Symlinks and gitlinks are named here so that callers can refuse them. */
export type TreeEntryMode = 'file' | 'executable' | 'symlink' | 'gitlink' | 'tree';

/** One entry of a directory; the name is plain UTF-8 that no file system reads as something else. */
export type TreeEntry = Readonly<{ name: string; mode: TreeEntryMode; oid: Oid }>;

/** Most entries of one directory. */
export const MAX_TREE_ENTRIES = 100_000;

/** Largest tree object read. */
export const MAX_TREE_BYTES = 16 * 1_048_576;

const OID_BYTES = 20;
const NULL_OID = '0'.repeat(40);

/** The only modes Git writes today; `100664` and zero-padded ones are left to `git fsck`'s history. */
const MODES: ReadonlyMap<string, TreeEntryMode> = new Map([
  ['100644', 'file'],
  ['100755', 'executable'],
  ['120000', 'symlink'],
  ['160000', 'gitlink'],
  ['40000', 'tree'],
]);

type RawEntry = Readonly<{ name: Buffer; mode: TreeEntryMode; oid: Oid; end: number }>;

/**
 * Reads one directory, re-hashed to its name. Broken grammar, odd modes, wrong order and duplicates
 * stop as `CommitMalformed` (git-fsck); a name that escapes or hides stops as `PathEscapes`, wherever
 * it points; too much as `RenderLimitExceeded`.
 */
export function parseTree(raw: RawObject): Result<readonly TreeEntry[]> {
  if (raw.type !== 'tree') return malformed(raw.oid, `it is a ${raw.type}`);
  if (raw.bytes.length > MAX_TREE_BYTES) return tooLarge(raw.oid, `${MAX_TREE_BYTES} bytes`);
  const hashed = verifyOid(raw);
  if (!hashed.ok) return hashed;
  const bytes = Buffer.from(raw.bytes.buffer, raw.bytes.byteOffset, raw.bytes.length);
  const entries = new Map<string, TreeEntry>();
  let last: RawEntry | undefined;
  for (let at = 0; at < bytes.length; at = last.end) {
    const entry = readEntry(bytes, at);
    if (typeof entry === 'string') return malformed(raw.oid, entry);
    const name = judgeName(entry.name);
    if (!name.ok) return escapes(raw.oid, name.stop);
    if (entries.has(name.value)) return malformed(raw.oid, 'a name comes twice');
    if (last !== undefined && !inOrder(last, entry)) {
      return malformed(raw.oid, 'its names are not sorted');
    }
    if (entries.size >= MAX_TREE_ENTRIES) return tooLarge(raw.oid, `${MAX_TREE_ENTRIES} entries`);
    entries.set(name.value, { name: name.value, mode: entry.mode, oid: entry.oid });
    last = entry;
  }
  return ok([...entries.values()]);
}

function readEntry(bytes: Buffer, at: number): RawEntry | string {
  const space = bytes.indexOf(' ', at);
  const nul = bytes.indexOf(0, at);
  const end = nul + 1 + OID_BYTES;
  if (space === -1 || nul < space || end > bytes.length) return 'an entry is cut off';
  const mode = MODES.get(latin1(bytes.subarray(at, Math.min(space, at + 8))));
  if (mode === undefined) return 'an entry has a mode that git does not write';
  const oid = bytes.toString('hex', nul + 1, end) as Oid; // Twenty bytes are 40 lower-case digits.
  if (oid === NULL_OID) return 'an entry names the null object';
  return { name: bytes.subarray(space + 1, nul), mode, oid, end };
}

/** Git sorts a directory as if its name ended with a slash. */
function inOrder(before: RawEntry, after: RawEntry): boolean {
  return sortKey(before).compare(sortKey(after)) < 0;
}

function sortKey({ name, mode }: RawEntry): Buffer {
  return mode === 'tree' ? Buffer.concat([name, Buffer.from('/')]) : name;
}

type Refusal = Readonly<{ ok: false; stop: Stop }>;

function malformed(oid: Oid, problem: string): Refusal {
  const message = `tree ${shortOid(oid)} is malformed: ${problem}; run git fsck on the repository`;
  return stopped(stop('CommitMalformed', message));
}

function escapes(oid: Oid, problem: string): Refusal {
  const message = `tree ${shortOid(oid)} has an entry ${problem}; rename or remove it`;
  return stopped(stop('PathEscapes', message));
}

function tooLarge(oid: Oid, limit: string): Refusal {
  const message = `tree ${shortOid(oid)} has more than ${limit}; split the directory`;
  return stopped(stop('RenderLimitExceeded', message));
}
