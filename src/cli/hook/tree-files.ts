import type { ReadObject } from '../../commit/history.ts';
import { verifyOid } from '../../commit/oid.ts';
import { readTree } from '../../commit/read-tree.ts';
import type { TreeEntry } from '../../commit/tree.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';

/** The entries of a folder of a tree, by its path from the root; none where it is no folder. */
export async function listFolder(
  tree: Oid,
  path: string,
  read: ReadObject,
): Promise<Result<readonly TreeEntry[]>> {
  let entries = await readTree(tree, read);
  for (const part of path.split('/')) {
    if (!entries.ok) return entries;
    const next = entries.value.find(({ name }) => name === part);
    if (next?.mode !== 'tree') return ok([]);
    entries = await readTree(next.oid, read);
  }
  return entries;
}

/** The bytes of a plain file of a tree, re-hashed; `undefined` where there is none, or a symlink. */
export async function readFileOf(
  entry: TreeEntry | undefined,
  read: ReadObject,
): Promise<Result<Uint8Array | undefined>> {
  if (entry?.mode !== 'file' && entry?.mode !== 'executable') return ok(undefined);
  const found = await read(entry.oid);
  if (!found.ok) return found;
  if (found.value?.type !== 'blob') {
    const message = `the file ${entry.name} is named by a tree but is not there; run git fsck`;
    return stopped(stop('HistoryIncomplete', message));
  }
  const hashed = verifyOid({ ...found.value, oid: entry.oid });
  return hashed.ok ? ok(found.value.bytes) : hashed;
}
