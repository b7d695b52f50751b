import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from './gpg.ts';

/** A key pair of OpenSSH: file contents. */
export type KeyPair = Readonly<{ identity: string; public: string }>;

/** Makes a key pair with the real ssh-keygen. */
export async function makeKey(
  dir: string,
  name: string,
  args: readonly string[],
  passphrase = '',
): Promise<KeyPair> {
  const file = join(dir, name);
  const made = await runTool([
    'ssh-keygen',
    '-q',
    '-N',
    passphrase,
    '-C',
    name,
    '-f',
    file,
    ...args,
  ]);
  if (made.status !== 0) throw new Error(made.stderr);
  return { identity: await readFile(file, 'utf8'), public: await readFile(`${file}.pub`, 'utf8') };
}

/** Makes a line of known_hosts with the name hashed, as ssh-keygen -H does. */
export async function hashed(line: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gw-known-'));
  await writeFile(join(dir, 'known_hosts'), line);
  execFileSync('ssh-keygen', ['-q', '-H', '-f', join(dir, 'known_hosts')], { stdio: 'ignore' });
  const text = await readFile(join(dir, 'known_hosts'), 'utf8');
  await rm(dir, { recursive: true });
  return text;
}
