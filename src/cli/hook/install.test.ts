import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitward } from '../../../test/support/cli.ts';
import type { CliRun } from '../../../test/support/cli.ts';
import { runTool } from '../../../test/support/gpg.ts';
import { buildBareRepo, buildRepo } from '../../../test/support/repo-builder.ts';
import type { TestRepo } from '../../../test/support/repo-builder.ts';
import { CHAINED, hookScript, isOurs } from './script.ts';

let repo: TestRepo;
let bare: TestRepo;

beforeEach(async () => {
  [repo, bare] = await Promise.all([buildRepo(), buildBareRepo()]);
});

afterEach(async () => {
  await Promise.all([repo.remove(), bare.remove()]);
});

const install = (cwd: string, ...args: readonly string[]): Promise<CliRun> =>
  gitward(['hook', 'install', ...args], { cwd });

async function hooksIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => !name.endsWith('.sample')).toSorted();
}

/** A gitward that says what it was called with, and answers with this status. */
async function fakeGitward(status: number): Promise<string> {
  const file = join(repo.dir, 'fake gitward');
  const lines = ['#!/bin/sh', 'echo "gitward $*"', 'cat', `exit ${status}`, ''];
  await writeFile(file, lines.join('\n'), { mode: 0o755 });
  return file;
}

describe('gitward hook install', () => {
  it('a work tree, hooks of a laptop that may be run', async () => {
    const run = await install(repo.dir);
    const folder = join(repo.dir, '.git', 'hooks');
    const { mode } = await stat(join(folder, 'pre-push'));
    expect([run.code, await hooksIn(folder), mode & 0o111]).toEqual([
      ...[0, ['pre-commit', 'pre-push'], 0o111],
    ]);
  });

  it('a bare repository, the hook of a server', async () => {
    expect((await install(bare.dir)).code).toBe(0);
    expect(await hooksIn(join(bare.dir, 'hooks'))).toEqual(['pre-receive']);
  });

  it('a linked work tree, the hooks that all of them share', async () => {
    await repo.commit();
    await repo.git('worktree', 'add', '--quiet', 'linked');
    await install(join(repo.dir, 'linked'), '--hook', 'pre-commit');
    expect(await hooksIn(join(repo.dir, '.git', 'hooks'))).toEqual(['pre-commit']);
  });

  it('core.hooksPath, from the top of the work tree', async () => {
    await repo.git('config', 'core.hooksPath', 'team/hooks');
    await mkdir(join(repo.dir, 'deep'));
    await install(join(repo.dir, 'deep'), '--hook', 'pre-commit');
    expect(await hooksIn(join(repo.dir, 'team', 'hooks'))).toEqual(['pre-commit']);
  });

  it('a hook of somebody else, left alone', async () => {
    const file = join(bare.dir, 'hooks', 'pre-receive');
    await writeFile(file, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    expect((await install(bare.dir)).code).toBe(2);
    expect(await readFile(file, 'utf8')).toBe('#!/bin/sh\nexit 0\n');
  });

  it('with --force, gitward first and then the other with the same input; uninstall puts it back', async () => {
    const file = join(bare.dir, 'hooks', 'pre-receive');
    const theirs = '#!/bin/sh\necho "theirs $*"\ncat\nexit 7\n';
    await writeFile(file, theirs, { mode: 0o755 });
    await install(bare.dir, '--force', '--gitward', await fakeGitward(0));
    await install(bare.dir, '--force', '--gitward', await fakeGitward(0));
    const input = 'one\n\n';
    const ran = await runTool([file, 'a b'], { cwd: bare.dir, input });
    const said = `gitward hook pre-receive a b\n${input}theirs a b\n${input}`;
    expect([ran.status, ran.stdout.toString()]).toEqual([7, said]);
    const refused = await fakeGitward(3);
    await install(bare.dir, '--gitward', refused);
    const stopped = await runTool([file], { cwd: bare.dir, input });
    expect([stopped.status, stopped.stdout.toString().includes('theirs')]).toEqual([3, false]);
    await gitward(['hook', 'uninstall'], { cwd: bare.dir });
    expect([await hooksIn(join(bare.dir, 'hooks')), await readFile(file, 'utf8')]).toEqual([
      ...[['pre-receive'], theirs],
    ]);
  });

  it('uninstall, no hook of somebody else touched', async () => {
    await writeFile(join(bare.dir, 'hooks', 'update'), '#!/bin/sh\n', { mode: 0o755 });
    await install(bare.dir);
    await gitward(['hook', 'uninstall'], { cwd: bare.dir });
    expect(await hooksIn(join(bare.dir, 'hooks'))).toEqual(['update']);
  });

  it.each([
    ['an unknown hook', ['--hook', 'post-commit']],
    ['a relative path', ['--gitward', 'bin/gitward']],
    ['an operand', ['pre-commit']],
  ])('%s, one line of usage', async (_, args) => {
    const run = await install(bare.dir, ...args);
    expect([run.code, run.err.split('\n').length]).toEqual([2, 2]);
  });

  it('a repository of SHA-256, said so', async () => {
    const made = ['git', 'init', '--quiet', '--bare', '--object-format=sha256', 'other'] as const;
    await runTool(made, { cwd: bare.dir });
    expect((await install(join(bare.dir, 'other'))).code).toBe(2);
  });
});

describe('hookScript', () => {
  it('gitward nowhere, refused', async () => {
    const file = join(repo.dir, 'hook');
    const text = hookScript('update', { command: ['/nowhere/gitward'], isChained: false });
    await writeFile(file, text, { mode: 0o755 });
    const ran = await runTool([file], { env: { PATH: '/usr/bin:/bin' } });
    expect([ran.status, ran.stdout.length, ran.stderr.split('\n').length]).toEqual([1, 0, 2]);
  });

  it('a path with quotes and dollars, taken as it is', async () => {
    const folder = join(repo.dir, `a'b"$(touch owned) c`);
    await mkdir(folder);
    const program = join(folder, 'gitward');
    await writeFile(program, '#!/bin/sh\necho "$*"\n', { mode: 0o755 });
    const file = join(repo.dir, 'hook');
    const text = hookScript('update', { command: [program], isChained: false });
    await writeFile(file, text, { mode: 0o755 });
    const ran = await runTool([file, 'x'], { cwd: repo.dir });
    expect([ran.stdout.toString(), (await readdir(repo.dir)).includes('owned')]).toEqual([
      ...['hook update x\n', false],
    ]);
  });

  it('its own scripts, known again', () => {
    const text = hookScript('pre-push', { command: [], isChained: true });
    expect([isOurs(text), isOurs(`#!/bin/sh\nexit 0\n`), text.includes(CHAINED)]).toEqual([
      ...[true, false, true],
    ]);
  });
});
