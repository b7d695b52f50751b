import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGitServer } from './git-server.ts';
import type { GitServer } from './git-server.ts';
import { buildBareRepo, buildRepo } from './repo-builder.ts';
import type { TestRepo } from './repo-builder.ts';

describe('git server, with the real git as client', () => {
  let root: string;
  let work: TestRepo;
  let server: GitServer;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'gw-served-'));
    await buildBareRepo(join(root, 'app.git'));
    work = await buildRepo();
    server = await startGitServer({ root, auth: { username: 'me', password: 'secret' } });
  });

  afterAll(async () => {
    await server.close();
    await work.remove();
    await rm(root, { recursive: true });
  });

  const url = (): string => server.url.replace('//', '//me:secret@') + '/app.git';

  it('push, then clone: the same commit', async () => {
    const tip = await work.commit({ files: { 'a.txt': 'a' } });
    await work.push(url());
    for (const version of ['0', '2']) {
      const listed = await work.git(
        '-c',
        `protocol.version=${version}`,
        'ls-remote',
        url(),
        'main',
      );
      expect(listed).toBe(`${tip}\trefs/heads/main`);
    }
    await work.git('fetch', '--quiet', url(), 'main');
    expect(await work.head('FETCH_HEAD')).toBe(tip);
    expect(server.traffic).toMatchObject({ receivePack: 1, uploadPack: 0, lsRefs: 2 });
  });

  it('wrong password, refused', async () => {
    const ran = await work.run(['ls-remote', url().replace('secret', 'guess')]);
    expect(ran.status).not.toBe(0);
  });

  it.each([
    { kind: 'status', status: 500 },
    { kind: 'reset', fraction: 0.5 },
    { kind: 'truncate', fraction: 0.5 },
    { kind: 'flip', fraction: 0.5 },
    { kind: 'vanish' },
    { kind: 'sideband', text: 'no more' },
  ] as const)('$kind, clone fails, and works once it is over', async (fault) => {
    const clone = async (): Promise<number> => {
      const dir = await mkdtemp(join(tmpdir(), 'gw-clone-'));
      const ran = await work.run(['clone', '--quiet', '--bare', url(), dir]);
      await rm(dir, { recursive: true, force: true });
      return ran.status;
    };
    server.setFault(fault);
    expect(await clone()).not.toBe(0);
    server.setFault(undefined);
    expect(await clone()).toBe(0);
  });
});
