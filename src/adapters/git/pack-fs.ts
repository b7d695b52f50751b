import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PromiseFsClient } from 'isomorphic-git';

/**
 * What isomorphic-git gets to see of a bare folder: its packs and their indexes, listed once.
 * Loose objects, grafts, alternates and replaced refs that somebody put there do not exist for it, it
 * cannot write, and the three look-ups it makes for every object cost no call of the system.
 */
export function packFs(gitdir: string): PromiseFsClient {
  const packDir = join(gitdir, 'objects', 'pack');
  let listed: Promise<readonly string[]> | undefined;
  const absent = (): Promise<never> =>
    Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }));
  const promises = {
    readFile: (path: string | undefined) =>
      path !== undefined && /\/pack-[0-9a-f]{40}\.(?:pack|idx)$/.test(path)
        ? readFile(path)
        : absent(),
    readdir: async () => [...(await (listed ??= readdir(packDir)))],
    writeFile: absent,
    mkdir: absent,
    rmdir: absent,
    unlink: absent,
    stat: absent,
    lstat: absent,
    readlink: absent,
    symlink: absent,
  };
  return { promises };
}
