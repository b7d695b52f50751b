import { access, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBounded } from '../repo/files.ts';
import type { LocalRepo } from '../repo/locate.ts';

/** What of a repository git gets to see as it is; its configuration, attributes, grafts and hooks not. */
const SHARED = ['objects', 'refs', 'packed-refs', 'shallow', 'worktrees'];

const MAX_HEAD_BYTES = 4_096;

/** An oid or a symbolic ref, and nothing else. */
const HEAD = /^(?:[0-9a-f]{40}|ref: refs\/[^\0\n]+)\n?$/;

/**
 * Makes the repository that git gets to see of another one: the same objects (alternates included) and
 * refs, and none of the settings that make git run programs. Throws errors of the system.
 */
export async function fillScanFrame(
  frame: string,
  { gitDir, commonDir }: LocalRepo,
): Promise<void> {
  const head = (await readBounded(join(gitDir, 'HEAD'), MAX_HEAD_BYTES))?.toString('utf8') ?? '';
  // Git wants a HEAD, be it one that leads nowhere.
  await writeFile(join(frame, 'HEAD'), HEAD.test(head) ? head : 'ref: refs/heads/none\n');
  for (const name of SHARED) {
    const found = join(commonDir, name);
    if (await isThere(found)) await symlink(found, join(frame, name));
    else if (name === 'refs') await mkdir(join(frame, name));
  }
}

/** Does the repository hold only the end of its history? */
export async function isShallow({ commonDir }: LocalRepo): Promise<boolean> {
  return isThere(join(commonDir, 'shallow'));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
