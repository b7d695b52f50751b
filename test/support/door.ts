import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runTool } from './gpg.ts';
import type { Ran } from './gpg.ts';
import { picker } from './picker.ts';
import { buildBareRepo, buildRepo, HERMETIC_GIT_ENV } from './repo-builder.ts';
import type { TestRepo } from './repo-builder.ts';

/** The built command: hooks are started by git, often, and must not wait for a compiler. */
const ENTRY = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Something that looks like a token of a forge and is none; never whole in any file. */
export function fakeToken(seed: number): string {
  const pick = picker(seed);
  return ['ghp', Array.from({ length: 36 }, () => ALPHABET[pick(ALPHABET.length)]).join('')].join(
    '_',
  );
}

/** Runs the built `gitward` in a folder. */
export function gitwardIn(
  dir: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  if (!existsSync(ENTRY)) throw new Error('dist is not built: npm run build');
  const env = { ...HERMETIC_GIT_ENV, HOME: dir, ...more };
  return runTool([process.execPath, ENTRY, ...args], { cwd: dir, env });
}

/** A server with hooks of gitward's, and a clone that pushes to it. */
export type Door = Readonly<{ server: TestRepo; clone: TestRepo; close: () => Promise<void> }>;

/** Makes both; the server's branch main has one clean commit, pushed before the hooks stood there. */
export async function openDoor(hooks: readonly string[] = ['pre-receive']): Promise<Door> {
  const server = await buildBareRepo();
  const clone = await buildRepo();
  await clone.git('remote', 'add', 'origin', server.dir);
  await clone.commit({ files: { 'README.md': 'hello\n' }, message: 'root\n' });
  await clone.git('push', '--quiet', 'origin', 'main');
  const named = hooks.flatMap((hook) => ['--hook', hook]);
  if (hooks.length > 0) await gitwardIn(server.dir, ['hook', 'install', ...named]);
  return {
    ...{ server, clone },
    close: async () => {
      await Promise.all([server.remove(), clone.remove()]);
    },
  };
}

/** What a push came to: whether it was refused, and everything that was said on the way. */
export type PushRun = Readonly<{ status: number; said: string }>;

/** Pushes from the clone, for real. */
export async function push(
  { clone }: Pick<Door, 'clone'>,
  ...args: readonly string[]
): Promise<PushRun> {
  const { status, stdout, stderr } = await clone.run(['push', 'origin', ...args]);
  return { status, said: `${stdout.toString()}${stderr}` };
}

/** Puts a hook of somebody's own there. */
export async function writeHook(
  repo: TestRepo,
  name: string,
  lines: readonly string[],
): Promise<void> {
  const file = join(repo.dir, 'hooks', name);
  await writeFile(file, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
}
