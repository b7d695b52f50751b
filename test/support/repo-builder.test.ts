import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GpgHome } from './gpg.ts';
import { buildBareRepo, buildRepo } from './repo-builder.ts';
import type { TestRepo } from './repo-builder.ts';
import { SshHome } from './ssh.ts';

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

it.each(['ssh-ed25519', 'with a certificate'])(
  'commit signed by SSH, %s, git calls it good',
  async (how) => {
    const ssh = await SshHome.create();
    const alice = await ssh.newKey('Alice', 'alice@example.com');
    const isCertified = how !== 'ssh-ed25519';
    const sign = isCertified ? await ssh.certify(alice, alice) : alice;
    const oid = await repo.commit({ files: { 'a/b.yaml': 'a: 2\n' }, sign });
    const allowed = join(ssh.dir, 'allowed');
    const option = isCertified ? 'cert-authority ' : '';
    await writeFile(allowed, `alice@example.com ${option}${alice.line}\n`);
    const config = `gpg.ssh.allowedSignersFile=${allowed}`;
    expect((await repo.run(['-c', config, 'verify-commit', oid])).status).toBe(0);
    expect(await repo.git('show', '--no-patch', '--format=%ae %ce', oid)).toBe(
      'alice@example.com alice@example.com',
    );
    await ssh.remove();
  },
);

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
