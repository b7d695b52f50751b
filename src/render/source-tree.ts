import type { Oid } from '../domain/oid.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';

/** One entry of a directory. */
export type SourceEntry = Readonly<{
  name: string;
  mode: 'file' | 'executable' | 'symlink' | 'gitlink' | 'tree';
  oid: Oid;
}>;

/** The tree of one commit. Answers are re-hashed; the number of trees read is bounded. */
export interface SourceTree {
  readonly root: Oid;
  /** The entries of a directory by name. */
  list(tree: Oid): Promise<Result<ReadonlyMap<string, SourceEntry>>>;
  /** The bytes of a file. */
  blob(oid: Oid): Promise<Result<Uint8Array>>;
}

/** A file or directory that a path led to. */
export type SourcePlace = Readonly<{ kind: 'file' | 'tree'; oid: Oid }>;

/**
 * Follows a path from the root, '' for the root itself; `undefined` where nothing stands there or a
 * file stands in the way. Symlinks and submodules on the way or at its end stop as `PathEscapes`.
 */
export async function findPlace(
  source: SourceTree,
  path: string,
): Promise<Result<SourcePlace | undefined>> {
  let place: SourcePlace = { kind: 'tree', oid: source.root };
  let walked = '';
  for (const name of path === '' ? [] : path.split('/')) {
    if (place.kind === 'file') return ok(undefined);
    const entries = await source.list(place.oid);
    if (!entries.ok) return entries;
    const entry = entries.value.get(name);
    if (entry === undefined) return ok(undefined);
    walked = walked === '' ? name : `${walked}/${name}`;
    const next = placeOf(walked, entry);
    if (!next.ok) return next;
    place = next.value;
  }
  return ok(place);
}

/** What an entry is for rendering; symlinks and submodules stop as `PathEscapes`. */
export function placeOf(path: string, entry: SourceEntry): Result<SourcePlace> {
  if (entry.mode === 'tree') return ok({ kind: 'tree', oid: entry.oid });
  if (entry.mode === 'file' || entry.mode === 'executable') {
    return ok({ kind: 'file', oid: entry.oid });
  }
  const what = entry.mode === 'symlink' ? 'symbolic link' : 'submodule';
  const message = `${path} is a ${what}; gitward follows neither, remove it from the target's path`;
  return stopped(stop('PathEscapes', message));
}
