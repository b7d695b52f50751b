import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders that are there now; an interrupted command removes them before it ends. */
const folders = new Set<string>();

/** Makes a folder for its owner only, which goes with `removeTemporary` or the end of the process. */
export async function makeTemporary(purpose: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `gitward-${purpose}-`));
  folders.add(folder);
  return folder;
}

/** Removes such a folder and all that is in it. */
export async function removeTemporary(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  folders.delete(folder);
}

/** Removes all of them at once: for the end of the process. */
export function removeAllTemporary(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}
