import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { SHELL, underLimits } from './child.ts';
import type { OsLimits } from './child.ts';

/** A git program that can be used, by its full path. */
export type GitProgram = Readonly<{ path: string; version: string }>;

/** The oldest release with all that is asked of it: `core.fsync` is of 2.36. */
const OLDEST = [2, 36] as const;

/** Where programs are looked for unless the caller says otherwise. */
const SYSTEM_PATH = ['/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);

const LIMITS: OsLimits = {
  memoryBytes: 512 * 1024 * 1024,
  fileBytes: 0,
  cpuSeconds: undefined,
};

const ANSWER_TIMEOUT_MS = 10_000;

/**
 * The first git on a path list, if it is 2.36 or newer and starts; else why there is none. Folders
 * that are not absolute do not count. Blocks while git starts: for the start of the process.
 */
export function findGit(
  searchPath = SYSTEM_PATH,
): Readonly<{ found: GitProgram }> | Readonly<{ missing: string }> {
  const folders = searchPath.split(delimiter).filter((folder) => isAbsolute(folder));
  const path = folders.map((folder) => join(folder, 'git')).find(isProgram);
  if (path === undefined) return { missing: 'there is no git on PATH' };
  // With limits: a system that cannot set them has no git that can be used.
  const ran = spawnSync(SHELL, underLimits(path, ['version'], LIMITS), {
    env: { LC_ALL: 'C' },
    encoding: 'utf8',
    timeout: ANSWER_TIMEOUT_MS,
  });
  const version = ran.status === 0 ? versionOf(ran.stdout) : undefined;
  if (version === undefined) return { missing: `${path} does not tell its version under limits` };
  if (isTooOld(version)) return { missing: `git ${version} is older than ${OLDEST.join('.')}` };
  return { found: { path, version } };
}

/** `2.39.5` of `git version 2.39.5 (Apple Git-154)`; `undefined` of anything else. */
export function versionOf(answer: string): string | undefined {
  return /^git version (\d{1,4}\.\d{1,4}(?:\.\d{1,4})?)(?![\d])/.exec(answer)?.[1];
}

/** Is this release older than what is needed? */
export function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
