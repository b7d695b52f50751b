import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Terminal } from '../terminal.ts';
import { HookGit } from './git.ts';
import type { HookPlaces } from './git.ts';
import { objectFolders, openHookObjects } from './objects.ts';
import type { HookObjects } from './objects.ts';

/** The repository that a hook runs in. */
export type HookRepo = Readonly<{ git: HookGit; objects: HookObjects; places: HookPlaces }>;

/**
 * Opens the repository of a hook, or says why it cannot. Objects are looked for in these further folders
 * too. Whoever opens it closes its objects.
 */
export async function openHookRepo(
  terminal: Terminal,
  more: readonly string[] = [],
): Promise<Result<HookRepo, string>> {
  const git = new HookGit(terminal);
  const places = await git.places();
  if (!places.ok) return places;
  const path = gitOn(terminal.env['PATH'] ?? '');
  if (path === undefined) return stopped('there is no git on PATH');
  const folders = [...more, ...objectFolders(places.value, terminal)];
  const objects = await openHookObjects(folders, path, terminal.clock);
  return ok({ git, objects, places: places.value });
}

/**
 * The git that the list of folders names first. It is not asked for its version, as the operator does it,
 * for that takes as long as a whole answer: it has just answered.
 */
function gitOn(searchPath: string): string | undefined {
  const folders = searchPath.split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.map((folder) => join(folder, 'git')).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
