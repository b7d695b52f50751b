import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { readBounded, isSystemError } from '../repo/files.ts';
import type { Terminal } from '../terminal.ts';
import { HookGit } from './git.ts';
import { objectFolders } from './objects.ts';
import type { HookPlaces } from './git.ts';

/** What the next commit will be: its tree, and the commits it will follow. */
export type Staged = Readonly<{ tree: Oid; parents: readonly Oid[] }>;

/** Lines of MERGE_HEAD: an octopus has a few. */
const MAX_MERGE_BYTES = 4_096;

/**
 * Makes the tree that a commit of the index would have, in a folder of our own: the index and the store
 * of the repository stay as they are. The work tree is not looked at, for the index is what is committed.
 */
export async function writeStaged(
  folder: string,
  places: HookPlaces,
  terminal: Terminal,
): Promise<Result<Staged, string>> {
  const index = join(folder, 'index');
  const copied = await copyIndex(places.indexFile, index);
  if (!copied.ok) return copied;
  const folders = objectFolders(places, terminal);
  const apart = new HookGit({
    cwd: terminal.cwd,
    env: {
      ...terminal.env,
      GIT_INDEX_FILE: index,
      GIT_OBJECT_DIRECTORY: folder,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: folders.map(quoted).join(':'),
    },
  });
  const [written, merged] = await Promise.all([
    apart.run('write-tree', '--missing-ok'),
    mergeHeads(places),
  ]);
  const tree = written.status === 0 ? parseOid(written.stdout.toString('utf8').trim()) : undefined;
  if (tree === undefined) {
    return stopped('git cannot tell what is staged; are there paths that are not merged?');
  }
  const { head } = places;
  return ok({ tree, parents: [...(head === undefined ? [] : [head]), ...merged] });
}

/** Without an index nothing is staged. */
async function copyIndex(from: string, to: string): Promise<Result<void, string>> {
  try {
    await copyFile(from, to);
    return ok(undefined);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return error.code === 'ENOENT' ? ok(undefined) : stopped('the index cannot be read');
  }
}

/** What a merge that is under way brings was committed by others. */
async function mergeHeads({ gitDir }: HookPlaces): Promise<readonly Oid[]> {
  const text = (await readBounded(join(gitDir, 'MERGE_HEAD'), MAX_MERGE_BYTES))?.toString('utf8');
  return (text ?? '').split('\n').flatMap((line) => parseOid(line) ?? []);
}

/** As git reads lists of folders: one in quotes may hold colons. */
function quoted(folder: string): string {
  return `"${folder.replace(/["\\]/g, '\\$&')}"`;
}
