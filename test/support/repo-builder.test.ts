import { afterAll, beforeAll, expect, it } from 'vitest';
import { GpgHome } from './gpg.ts';
import { buildBareRepo, buildRepo } from './repo-builder.ts';
import type { TestRepo } from './repo-builder.ts';

let gpg: GpgHome;
let repo: TestRepo;
beforeAll(async () => {
  gpg = await GpgHome.create();
  repo = await buildRepo();
});
afterAll(async () => {
  await repo.remove();
  await gpg.remove();
});

it('signed commit, git itself calls it good', async () => {
  const alice = await gpg.newKey('Alice', 'alice@example.com');
  const oid = await repo.commit({ files: { 'a/b.yaml': 'a: 1\n' }, sign: alice });
  const ran = await repo.run(['verify-commit', '--raw', oid], { env: gpg.env });
  expect(ran.status).toBe(0);
  expect(await repo.git('show', `${oid}:a/b.yaml`)).toBe('a: 1');
});

it('merge, reset and forced push end where they say', async () => {
  const first = await repo.commit();
  await repo.branch('side');
  const side = await repo.commit({ files: { side: 's' } });
  await repo.branch('main');
  await repo.commit({ files: { main: 'm' } });
  const merged = await repo.merge(side);
  expect((await repo.git('log', '-1', '--format=%P', merged)).split(' ')).toHaveLength(2);
  const bare = await buildBareRepo();
  await repo.push(bare.dir);
  expect(await bare.head('main')).toBe(merged);
  await repo.reset(first);
  await repo.push(bare.dir, { force: true });
  expect(await bare.head('main')).toBe(first);
  await bare.remove();
});

it('revoked and expired keys, gpg says so', async () => {
  const old = await gpg.newKey('Old', 'old@example.com', {
    expires: '1d',
    at: new Date('2024-01-01T00:00:00Z'),
  });
  await gpg.revoke(old, 1);
  const listed = (await gpg.gpg(['--with-colons', '--list-keys', old.fingerprint])).toString();
  expect(/^pub:(.)/m.exec(listed)?.[1]).toBe('r');
});
