import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { SourceTree } from '../../render/index.ts';
import type { ObjectReader } from '../ports.ts';
import { sourceTree } from '../steps/source-tree.ts';

/** Largest file of the team's that is read. */
const MAX_TEAM_FILE_BYTES = 4 * 1024 * 1024;

/** A file of a tree: its bytes, re-hashed; nothing at that path; or something that is no plain file of usable size. */
export type TreeFile =
  | Readonly<{ kind: 'file'; oid: Oid; bytes: Uint8Array }>
  | Readonly<{ kind: 'none' }>
  | Readonly<{ kind: 'unusable'; why: string }>;

/** What stands at a path: the oid of a file or symlink; `undefined` for nothing, a directory or a gitlink. */
export async function blobAt(
  tree: SourceTree,
  path: string,
): Promise<Result<Readonly<{ oid: Oid; isFile: boolean }> | undefined>> {
  let at = tree.root;
  const names = path.split('/');
  for (const [depth, name] of names.entries()) {
    const entries = await tree.list(at);
    if (!entries.ok) return entries;
    const entry = entries.value.get(name);
    if (entry === undefined) return ok(undefined);
    if (depth < names.length - 1) {
      if (entry.mode !== 'tree') return ok(undefined);
      at = entry.oid;
    } else if (entry.mode === 'tree' || entry.mode === 'gitlink') return ok(undefined);
    else return ok({ oid: entry.oid, isFile: entry.mode !== 'symlink' });
  }
  return ok(undefined);
}

/** Reads one file of a tree by its path. Links are not followed: they would lead anywhere. */
export async function fileAt(
  root: Oid,
  path: string,
  objects: ObjectReader,
): Promise<Result<TreeFile>> {
  const tree = sourceTree(root, objects);
  const found = await blobAt(tree, path);
  if (!found.ok) return found;
  if (found.value === undefined) return ok({ kind: 'none' });
  const { oid, isFile } = found.value;
  if (!isFile) return ok({ kind: 'unusable', why: 'it is a symlink' });
  const blob = await tree.blob(oid);
  if (!blob.ok) return blob;
  if (blob.value.length > MAX_TEAM_FILE_BYTES) {
    return ok({ kind: 'unusable', why: `it has more than ${MAX_TEAM_FILE_BYTES} bytes` });
  }
  return ok({ kind: 'file', oid, bytes: blob.value });
}
