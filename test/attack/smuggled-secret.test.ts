import { beforeEach, describe, expect, it } from 'vitest';
import type { Oid } from '../../src/domain/oid.ts';
import { shortOid } from '../../src/domain/oid.ts';
import { gitward } from '../support/cli.ts';
import { fakeToken } from '../support/door.ts';
import { buildBareRepo, buildRepo, HERMETIC_GIT_ENV } from '../support/repo-builder.ts';
import type { TestRepo } from '../support/repo-builder.ts';

const ZERO = '0'.repeat(40);
const token = fakeToken(31);

let server: TestRepo;
let clone: TestRepo;
let start: Oid;

beforeEach(async () => {
  [server, clone] = await Promise.all([buildBareRepo(), buildRepo()]);
  start = await clone.commit({ files: { 'README.md': 'hello\n' } });
  await clone.push(server.dir);
  return async () => {
    await Promise.all([server.remove(), clone.remove()]);
  };
});

const commit = (files: Readonly<Record<string, string>>): Promise<Oid> => clone.commit({ files });

/** What the hook says of these moves; their objects are on the server and no ref names them yet. */
async function received(
  ...moves: readonly (readonly [old: string, next: string, ref: string])[]
): Promise<Readonly<{ code: number; said: string; places: readonly string[] }>> {
  await server.git('fetch', '--quiet', clone.dir, '+refs/*:refs/gone/*', 'HEAD');
  const gone = await server.git('for-each-ref', '--format=delete %(refname)', 'refs/gone');
  await server.run(['update-ref', '--stdin'], { input: `${gone}\n` });
  const input = moves.map((move) => `${move.join(' ')}\n`).join('');
  const place = { cwd: server.dir, env: HERMETIC_GIT_ENV, input };
  const { code, out, err } = await gitward(['hook', 'pre-receive'], place);
  if (`${out}${err}`.includes(token)) throw new Error('the secret itself was told');
  const places = [...err.matchAll(/^ {4}(?:commit ([0-9a-f]{12}) {2})?(\S.*?) {2}\(/gm)];
  return { code, said: out + err, places: places.map(([, oid = '', at = '']) => `${oid} ${at}`) };
}

describe('a secret smuggled past a look at the net change', () => {
  it('added and taken away again, found where the two ends are the same', async () => {
    const bad = await commit({ a: `k: ${token}\n` });
    await clone.git('rm', '--quiet', 'a');
    const tip = await clone.commit();
    const { code, places } = await received([start, tip, 'refs/heads/main']);
    expect([code, places]).toEqual([1, [`${shortOid(bad)} a:1`]]);
    // The naive control.
    expect(await clone.git('diff', start, tip)).toBe('');
  });

  it('brought by a merge alone, found where patches show nothing', async () => {
    await commit({ a: 'a\n' });
    await clone.branch('side', start);
    const side = await commit({ b: 'b\n' });
    await clone.branch('main');
    await clone.run(['merge', '--no-commit', '--no-ff', side]);
    const bad = await commit({ c: `k: ${token}\n` });
    const { code, places } = await received([start, bad, 'refs/heads/main']);
    expect([code, places]).toEqual([1, [`${shortOid(bad)} c:1`]]);
    // The naive control.
    expect(await clone.git('log', '-p', `${start}..${bad}`)).not.toContain(token);
  });

  it('with the list that allows it, found where the list is read from the push', async () => {
    const found = await commit({ a: `k: ${token}\n` });
    const { said } = await received([start, found, 'refs/heads/main']);
    const [, fingerprint = ''] = /fingerprint ([0-9a-f]{32})/.exec(said) ?? [];
    await clone.reset(start);
    const bad = await commit({ a: `k: ${token}\n`, '.gitleaksignore': `${fingerprint}\n` });
    expect((await received([start, bad, 'refs/heads/main'])).code).toBe(1);
    // The naive control: the branch as it would be after the push allows it.
    await server.git('update-ref', 'refs/heads/after', bad);
    await server.git('config', 'gitward.protectedRef', 'refs/heads/after');
    await server.git('update-ref', '-d', 'refs/heads/main');
    const again = await clone.commit({ files: { z: 'z\n' } });
    expect((await received([ZERO, again, 'refs/heads/main'])).code).toBe(0);
    await server.git('update-ref', '-d', 'refs/heads/after');
    await server.git('config', '--unset', 'gitward.protectedRef');
  });

  it('under a replaced name, found in what the name stands for', async () => {
    await clone.branch('evil');
    const bad = await commit({ a: `k: ${token}\n` });
    await clone.branch('main');
    await received([ZERO, bad, 'refs/heads/x']);
    await server.git('update-ref', `refs/replace/${bad}`, start);
    // The naive control: git itself shows the other commit now.
    expect(await server.git('rev-parse', `${bad}^{tree}`)).toBe(
      await clone.git('rev-parse', `${start}^{tree}`),
    );
    const { code, places } = await received([ZERO, bad, 'refs/heads/x']);
    expect([code, places]).toEqual([1, [`${shortOid(bad)} a:1`]]);
    await server.git('update-ref', '-d', `refs/replace/${bad}`);
  });

  it('what is on the server already, not looked at again by a forced push', async () => {
    const known = await commit({ a: `k: ${token}\n` });
    await clone.push(server.dir, { branch: 'old' });
    await clone.reset(start);
    const clean = await commit({ b: 'b\n' });
    expect((await received([known, clean, 'refs/heads/old'])).code).toBe(0);
    expect((await received([ZERO, known, 'refs/heads/again'])).code).toBe(0);
  });

  it('a deletion, and nothing at all, let through', async () => {
    expect((await received([start, ZERO, 'refs/heads/side'])).code).toBe(0);
    expect((await received()).code).toBe(0);
  });

  it('a name of nothing, refused', async () => {
    expect((await received([ZERO, 'a'.repeat(40), 'refs/heads/x'])).code).toBe(3);
  });
});
