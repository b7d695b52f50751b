import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScratchRoom } from '../scratch.ts';

/**
 * Makes the repository that a git program gets to see: nothing but `objects/pack`, which is the folder
 * given or a fresh one. Configuration, grafts, replaced refs, alternates, a shallow file or loose
 * objects that somebody put beside the packs do not exist for it. Throws errors of the system.
 */
export async function makeFrame(scratch: ScratchRoom, packDir?: string): Promise<string> {
  const frame = await scratch.makeFolder('frame-');
  const inFrame = join(frame, 'objects', 'pack');
  await mkdir(join(frame, 'objects'));
  await Promise.all([
    mkdir(join(frame, 'refs')),
    // Git wants a HEAD, be it a link that leads nowhere: no file is needed that somebody could edit.
    symlink('refs/heads/none', join(frame, 'HEAD')),
    packDir === undefined ? mkdir(inFrame) : symlink(packDir, inFrame),
  ]);
  return frame;
}
