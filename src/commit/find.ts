import type { Oid } from '../domain/oid.ts';
import { ok } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import type { ReadObject } from './history.ts';
import { readTree } from './read-tree.ts';
import type { TreeEntryMode } from './tree.ts';

/** What stands at a path. */
export type FoundPath = Readonly<{ mode: TreeEntryMode; oid: Oid }>;

/** Directories inside one another that are followed; more is not found. */
export const MAX_PATH_DEPTH = 64;

/**
 * Follows a path, `deploy/web.yaml` or `.`, down from a root tree; `undefined` where nothing stands
 * there. Only directories lead on: symlinks and gitlinks are answered, never followed. Every tree on
 * the way is re-hashed.
 */
export async function findPath(
  root: Oid,
  path: string,
  read: ReadObject,
): Promise<Result<FoundPath | undefined>> {
  const names = path === '.' ? [] : path.split('/');
  if (names.length > MAX_PATH_DEPTH) return ok(undefined);
  let at: FoundPath = { mode: 'tree', oid: root };
  for (const name of names) {
    if (at.mode !== 'tree') return ok(undefined);
    const entries = await readTree(at.oid, read);
    if (!entries.ok) return entries;
    // No tree holds '', '.' or '..' (judgeName), so such a path finds nothing.
    const found = entries.value.find((entry) => entry.name === name);
    if (found === undefined) return ok(undefined);
    at = { mode: found.mode, oid: found.oid };
  }
  return ok(at);
}
