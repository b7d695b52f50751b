import { readFile } from 'node:fs/promises';

/** The version of this gitward, as package.json has it: one folder above both source and build. */
export async function readVersion(): Promise<string> {
  const file = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(await readFile(file, 'utf8')) as { version: string }; // Our own file.
  return version;
}
