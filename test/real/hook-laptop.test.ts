import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeToken, gitwardIn, openDoor, push } from '../support/door.ts';
import type { Door } from '../support/door.ts';

const token = fakeToken(21);

let door: Door;

beforeEach(async () => {
  door = await openDoor([]);
  await door.clone.git('fetch', '--quiet', 'origin');
  await gitwardIn(door.clone.dir, ['hook', 'install']);
});

afterEach(async () => {
  await door.close();
});

async function put(path: string, text: string): Promise<void> {
  await writeFile(join(door.clone.dir, path), text);
}

/** How `git commit` ended, and whether it said the secret. */
async function commit(...args: readonly string[]): Promise<readonly unknown[]> {
  const ran = await door.clone.run(['commit', '--quiet', '--message', 'x', ...args]);
  return [ran.status, `${ran.stdout.toString()}${ran.stderr}`.includes(token)];
}

const REFUSED = [1, false];
const MADE = [0, false];

describe('the hooks of a laptop', () => {
  it('a commit with a secret, refused; without it, made', async () => {
    await put('a.env', `K=${token}\n`);
    await door.clone.git('add', '--all');
    expect(await commit()).toEqual(REFUSED);
    await put('a.env', 'K=\n');
    // The work tree is clean now, and what is staged is not.
    expect(await commit()).toEqual(REFUSED);
    await door.clone.git('add', '--all');
    expect(await commit()).toEqual(MADE);
  });

  it('commit --all and a partial commit, by the index that git makes for them', async () => {
    await put('README.md', `K=${token}\n`);
    expect(await commit('--all')).toEqual(REFUSED);
    expect(await commit('README.md')).toEqual(REFUSED);
    await put('b.env', `K=${token}\n`);
    await put('README.md', 'clean\n');
    await door.clone.git('add', 'b.env');
    expect(await commit('README.md')).toEqual(MADE);
  });

  it('an amended commit and one in a linked work tree, looked at', async () => {
    await put('a.env', `K=${token}\n`);
    await door.clone.git('add', '--all');
    expect(await commit('--amend')).toEqual(REFUSED);
    await door.clone.git('reset', '--quiet', '--hard');
    await door.clone.git('worktree', 'add', '--quiet', 'linked');
    await put('linked/a.env', `K=${token}\n`);
    await door.clone.run(['-C', 'linked', 'add', '--all']);
    const ran = await door.clone.run(['-C', 'linked', 'commit', '--quiet', '--message', 'x']);
    expect(ran.status).toBe(1);
  });

  it('an exception on the branch of the remote, honoured; in the index alone, not', async () => {
    await put('a.env', `K=${token}\n`);
    await door.clone.git('add', '--all');
    const ran = await door.clone.run(['commit', '--quiet', '--message', 'x']);
    const fingerprint = /fingerprint ([0-9a-f]{32})/.exec(ran.stderr)?.[1] ?? '';
    await put('.gitleaksignore', `${fingerprint}\n`);
    await door.clone.git('add', '--all');
    expect(await commit()).toEqual(REFUSED);
    await door.clone.git('rm', '--quiet', '--cached', 'a.env');
    expect(await commit()).toEqual(MADE);
    expect((await push(door, 'main')).status).toBe(0);
    await door.clone.git('add', '--all');
    expect(await commit()).toEqual(MADE);
  });

  it('a push of what is not on the remote, refused before it leaves', async () => {
    await put('a.env', `K=${token}\n`);
    await door.clone.git('add', '--all');
    await commit('--no-verify');
    await put('a.env', 'K=\n');
    await commit('--all', '--no-verify');
    const ran = await push(door, 'main');
    expect([ran.status, ran.said.includes(token), ran.said.includes('remote:')]).toEqual([
      ...[1, false, false],
    ]);
    expect((await push(door, '--no-verify', 'main')).status).toBe(0);
    await put('b.txt', 'b\n');
    await door.clone.git('add', '--all');
    await commit();
    // What the remote has is not looked at again.
    expect((await push(door, 'main')).status).toBe(0);
    expect((await push(door, 'main:side', '--delete', 'nothing')).status).not.toBe(0);
  });

  it('a broken store, refused and not taken for clean', async () => {
    await put('a.txt', 'other\n');
    await door.clone.git('add', '--all');
    const blob = await door.clone.git('rev-parse', ':a.txt');
    const file = join(door.clone.dir, '.git', 'objects', blob.slice(0, 2), blob.slice(2));
    await chmod(file, 0o644);
    await writeFile(file, 'broken');
    expect((await commit())[0]).toBe(1);
  });
});
