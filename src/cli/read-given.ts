import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { printable } from '../domain/stop.ts';
import { isSystemError } from './repo/files.ts';

/** Reads a file that the caller named, or says that it cannot be read. */
export async function readGiven(cwd: string, path: string): Promise<Result<Buffer, string>> {
  try {
    return ok(await readFile(resolve(cwd, path)));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return stopped(`${printable(path)} cannot be read (${error.code ?? 'no reason given'})`);
  }
}
