import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SALT_PATH } from '../secrets/salt.ts';
import { printable } from '../domain/stop.ts';
import { readArgs } from './args.ts';
import { runProgram } from './approve/program.ts';
import { isSystemError } from './repo/files.ts';
import { EXIT, usageError } from './terminal.ts';
import type { ExitCode, Terminal } from './terminal.ts';

/** 256 bits: nobody who sees a fingerprint alone can try out secrets. */
const SALT_BYTES = 32;

const FLAGS = {
  write: { type: 'boolean', default: false },
} as const;

/** `gitward salt`: makes the salt of a repository's fingerprints; an existing one is never replaced. */
export async function salt(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const given = readArgs(args, FLAGS);
  if (!given.ok) return usageError(terminal, given.stop);
  if (given.value.positionals.length > 0) return usageError(terminal, 'salt takes no operand');
  const text = `${randomBytes(SALT_BYTES).toString('base64url')}\n`;
  if (!given.value.values.write) {
    await terminal.out(text);
    return EXIT.clean;
  }
  const root = await runProgram(['git', 'rev-parse', '--show-toplevel'], terminal);
  const top = root.stdout.toString('utf8').replace(/\n$/, '');
  if (root.status !== 0 || top === '') return usageError(terminal, 'there is no work tree here');
  const problem = await writeNew(join(top, SALT_PATH), text);
  if (problem !== undefined) return usageError(terminal, problem);
  await terminal.out(`wrote ${SALT_PATH}; commit it to the protected branch\n`);
  return EXIT.clean;
}

/** Writes a file that is not there yet, or says why it cannot. */
async function writeNew(path: string, text: string): Promise<string | undefined> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: 'wx' });
    return undefined;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code !== 'EEXIST') {
      return `${printable(path)} cannot be written (${error.code ?? 'no reason given'})`;
    }
    return `${SALT_PATH} is there; another salt would give every finding another fingerprint`;
  }
}
