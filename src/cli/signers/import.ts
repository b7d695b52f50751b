import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { OBJECT_NAME } from '../../api/validate/shape.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';
import { importRevokedKeys } from '../../signature/ssh/revoked.ts';
import { readArgs } from '../args.ts';
import { isSystemError } from '../repo/files.ts';
import { EXIT, usageError } from '../terminal.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { writeSignerSet } from './manifest.ts';
import type { ImportedHolders } from './holders.ts';
import { readSigners } from './read-file.ts';
import { yamlText } from './yaml-text.ts';

/** What `gitward signers import` was told. */
export type ImportOptions = Readonly<{ file: string; name: string; revoked?: string }>;

const FLAGS = { name: { type: 'string' }, revoked: { type: 'string' } } as const;

/** Reads the arguments of `gitward signers`, or says in one line what is wrong with them. */
export function parseImportOptions(args: readonly string[]): Result<ImportOptions, string> {
  const [verb, ...rest] = args;
  if (verb !== 'import')
    return stopped('signers knows one command: signers import FILE --name SET');
  const given = readArgs(rest, FLAGS);
  if (!given.ok) return given;
  const { values, positionals } = given.value;
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) return stopped('signers import takes one FILE');
  const { name, revoked } = values;
  if (name === undefined) return stopped('signers import needs --name, the name of the SignerSet');
  if (name.length > OBJECT_NAME.maxLength || !new RegExp(OBJECT_NAME.pattern, 'u').test(name)) {
    return stopped(`--name takes ${OBJECT_NAME.form}`);
  }
  return ok({ file, name, ...(revoked === undefined ? {} : { revoked }) });
}

/**
 * `gitward signers`: writes a SignerSet for a file of allowed signers or a keyring on stdout. What is
 * left out is told on stderr and ends with code 1; a file of which nothing can be used, with code 2.
 */
export async function signers(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const options = parseImportOptions(args);
  if (!options.ok) return usageError(terminal, options.stop);
  const { file, name, revoked } = options.value;
  const bytes = await readGiven(terminal.cwd, file);
  if (!bytes.ok) return usageError(terminal, bytes.stop);
  const read = readSigners(bytes.value, file);
  if (!read.ok) return usageError(terminal, `${file}: ${read.stop}`);
  if (read.value.kind === 'manifest') {
    return usageError(terminal, `${file}: it is a SignerSet already`);
  }
  const marked = await markRevoked(read.value.trust.holders, revoked, terminal.cwd);
  if (!marked.ok) return usageError(terminal, marked.stop);
  const { set, problems } = writeSignerSet(marked.value.holders, name);
  await terminal.out(yamlText(set));
  const told = [...read.value.problems, ...marked.value.problems, ...problems];
  for (const problem of told) terminal.err(`gitward: ${printable(problem)}\n`);
  return told.length === 0 ? EXIT.clean : EXIT.findings;
}

/** Reads a file that the caller named, or says that it cannot be read. */
export async function readGiven(cwd: string, path: string): Promise<Result<Buffer, string>> {
  try {
    return ok(await readFile(resolve(cwd, path)));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return stopped(`${printable(path)} cannot be read (${error.code ?? 'no reason given'})`);
  }
}

async function markRevoked(
  holders: ImportedHolders['holders'],
  revoked: string | undefined,
  cwd: string,
): Promise<Result<ImportedHolders, string>> {
  if (revoked === undefined) return ok({ holders, problems: [] });
  const bytes = await readGiven(cwd, revoked);
  if (!bytes.ok) return bytes;
  const marked = importRevokedKeys(bytes.value.toString('latin1'), holders);
  return marked.ok ? marked : stopped(`${revoked}: ${marked.stop}`);
}
