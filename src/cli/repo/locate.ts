import { dirname, join, resolve } from 'node:path';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { isFolder, readBounded } from './files.ts';

/** The folders of a repository: a worktree's own (HEAD) and the shared one (refs, objects). */
export type LocalRepo = Readonly<{ gitDir: string; commonDir: string }>;

/** Longest `.git` or `commondir` file read: one path. */
const MAX_LINK_BYTES = 8_192;

/**
 * Finds a repository: the path is a work tree, a worktree's folder or a bare repository; without a path
 * the current folder or the nearest one above it. Reads names only: no configuration, no hook.
 */
export async function locateRepo(
  cwd: string,
  path: string | undefined,
): Promise<Result<LocalRepo, string>> {
  if (path !== undefined) {
    const at = resolve(cwd, path);
    const found = (await repoIn(join(at, '.git'))) ?? (await repoAt(at));
    return found === undefined ? stopped(`${path} is no Git repository`) : ok(found);
  }
  for (let at = resolve(cwd); ; at = dirname(at)) {
    const found = (await repoIn(join(at, '.git'))) ?? (await repoAt(at));
    if (found !== undefined) return ok(found);
    if (dirname(at) === at) break;
  }
  return stopped('the current directory lies in no Git repository; give a PATH or URL');
}

/** A `.git` that is a folder, or the file of a worktree or submodule that names one. */
async function repoIn(dotGit: string): Promise<LocalRepo | undefined> {
  const found = await repoAt(dotGit);
  if (found !== undefined) return found;
  const link = await readBounded(dotGit, MAX_LINK_BYTES);
  const target = /^gitdir: ([^\0\n]+)\n?$/.exec(link?.toString('utf8') ?? '')?.[1];
  return target === undefined ? undefined : repoAt(resolve(dirname(dotGit), target));
}

async function repoAt(gitDir: string): Promise<LocalRepo | undefined> {
  const head = await readBounded(join(gitDir, 'HEAD'), MAX_LINK_BYTES);
  if (head === undefined) return undefined;
  const link = await readBounded(join(gitDir, 'commondir'), MAX_LINK_BYTES);
  const common = /^([^\0\n]+)\n?$/.exec(link?.toString('utf8') ?? '')?.[1];
  const commonDir = common === undefined ? gitDir : resolve(gitDir, common);
  return (await isFolder(join(commonDir, 'objects'))) ? { gitDir, commonDir } : undefined;
}
