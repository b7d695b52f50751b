import { parseSalt, SALT_PATH } from '../../secrets/salt.ts';
import { askGit } from './ask-git.ts';
import type { GitGround } from './git-run.ts';
import { readRoot } from './history-facts.ts';

/**
 * The key of the fingerprints as the operator has it: the salt in the tip, else the oid of the first
 * commit. Of an empty repository nothing is told, whatever the key.
 */
export async function chooseSalt(git: GitGround, tip: string | undefined): Promise<string> {
  if (tip === undefined) return '';
  const file = await askGit(git, ['cat-file', 'blob', `${tip}:${SALT_PATH}`]);
  const salt = file === undefined ? undefined : parseSalt(file);
  return salt ?? (await readRoot(git, tip)) ?? tip;
}
