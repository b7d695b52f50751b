import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBareRepo, buildRepo } from '../../../test/support/repo-builder.ts';
import type { TestRepo } from '../../../test/support/repo-builder.ts';
import { chooseEngine } from '../../adapters/git/choose.ts';
import type { Oid } from '../../domain/oid.ts';
import { systemClock } from '../../wire/clock.ts';
import type { RangeWish } from '../check/options.ts';
import { openLocal } from './local.ts';
import type { Opened } from './opened.ts';

let repo: TestRepo;
let bare: TestRepo;
let [first, second, tag]: (Oid | undefined)[] = [];

beforeAll(async () => {
  repo = await buildRepo();
  bare = await buildBareRepo();
  first = await repo.commit({ files: { 'a/file': 'one\n' }, message: 'first\n' });
  await repo.git('tag', '-a', '-m', 'release', 'v1.0');
  tag = await repo.head('v1.0');
  await repo.git('tag', 'light');
  second = await repo.commit({ message: 'second\n' });
  await repo.push(bare.dir);
  await repo.git('branch', 'v1.0-branch', first);
  await repo.git('update-ref', 'refs/remotes/origin/main', second);
  await repo.git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
  await repo.git('worktree', 'add', '--quiet', '--detach', join(repo.dir, 'wt'), first);
});

afterAll(() => Promise.all([repo.remove(), bare.remove()]));

type Found = Readonly<{ to: Opened['to']; from: Opened['from']; has: boolean }>;

async function opened(
  path: string | undefined,
  range: RangeWish = {},
  more: Readonly<{ cwd?: string; engine?: 'native' | 'embedded' }> = {},
): Promise<Found | string> {
  const engine = chooseEngine(more.engine ?? 'native', process.env['PATH']);
  const terminal = { cwd: more.cwd ?? '/', clock: systemClock };
  const found = await openLocal({ path, range, branch: undefined, engine }, terminal);
  if (!found.ok) return found.stop.kind;
  const { to, from, objects, close } = found.value;
  try {
    const read = await objects.readMany([to.oid]);
    return { to, from, has: read.ok && read.value.has(to.oid) };
  } finally {
    await close();
  }
}

const ends = (oid: Oid | undefined, label: string, ref?: string): Found['to'] => {
  if (oid === undefined) throw new Error('no oid');
  return { oid, label, ...(ref === undefined ? {} : { ref }) };
};

describe.each(['native', 'embedded'] as const)('openLocal, %s', (engine) => {
  it.each<readonly [string, () => readonly [string | undefined, string?], () => Found['to']]>([
    ['a work tree', () => [repo.dir], () => ends(second, 'main', 'refs/heads/main')],
    ['its .git', () => [join(repo.dir, '.git')], () => ends(second, 'main', 'refs/heads/main')],
    [
      'a folder inside, without a path',
      () => [undefined, join(repo.dir, 'a')],
      () => ends(second, 'main', 'refs/heads/main'),
    ],
    ['a worktree', () => [join(repo.dir, 'wt')], () => ends(first, 'HEAD')],
    ['a bare repository', () => [bare.dir], () => ends(second, 'main', 'refs/heads/main')],
    [
      'inside a bare one, without a path',
      () => [undefined, join(bare.dir, 'refs')],
      () => ends(second, 'main', 'refs/heads/main'),
    ],
  ])('%s, opened at its HEAD', async (_, place, outcome) => {
    const [path, cwd = '/'] = place();
    expect(await opened(path, {}, { cwd, engine })).toEqual({
      to: outcome(),
      from: undefined,
      has: true,
    });
  });

  it.each<readonly [string, () => string, () => Found['to']]>([
    ['a branch', () => 'v1.0-branch', () => ends(first, 'v1.0-branch', 'refs/heads/v1.0-branch')],
    ['an annotated tag, itself', () => 'v1.0', () => ends(tag, 'v1.0', 'refs/tags/v1.0')],
    ['a lightweight tag', () => 'light', () => ends(first, 'light', 'refs/tags/light')],
    [
      'a remote branch',
      () => 'origin/main',
      () => ends(second, 'origin/main', 'refs/remotes/origin/main'),
    ],
    ['a remote', () => 'origin', () => ends(second, 'origin/main', 'refs/remotes/origin/main')],
    ['a full name', () => 'refs/heads/main', () => ends(second, 'main', 'refs/heads/main')],
    ['a full oid', () => `${second}`, () => ends(second, `${second}`)],
    ['an abbreviated oid', () => `${first}`.slice(0, 9), () => ends(first, `${first}`.slice(0, 9))],
  ])('%s, resolved', async (_, name, outcome) => {
    const found = await opened(repo.dir, { from: 'light', to: name() }, { engine });
    expect(found).toEqual({
      to: outcome(),
      from: ends(first, 'light', 'refs/tags/light'),
      has: true,
    });
  });

  it('packed refs and objects, resolved and read the same way', async () => {
    const packed = await buildBareRepo();
    await repo.git('push', '--quiet', packed.dir, 'refs/heads/*', 'refs/tags/*');
    await packed.git('gc', '--quiet');
    for (const [name, oid] of [
      ['v1.0', tag],
      ['v1.0-branch', first],
      [`${second}`.slice(0, 10), second],
    ] as const) {
      const found = await opened(packed.dir, { to: name }, { engine });
      expect(typeof found === 'string' ? found : [found.to.oid, found.has]).toEqual([oid, true]);
    }
    await packed.remove();
  });

  it('an oid that is not there, opened without its object', async () => {
    const found = await opened(repo.dir, { to: '0'.repeat(39) + '1' }, { engine });
    expect(typeof found === 'string' ? found : found.has).toBe(false);
  });
});

describe('openLocal', () => {
  it.each<readonly [string, () => string, RangeWish]>([
    ['no such folder', () => join(repo.dir, 'nowhere'), {}],
    ['a folder that is none', () => join(repo.dir, 'a'), {}],
    ['an unknown name', () => repo.dir, { to: 'nothing' }],
    ['an unknown beginning', () => repo.dir, { from: 'nothing' }],
    ['a revision expression', () => repo.dir, { to: 'HEAD~1' }],
    ['a name that climbs', () => repo.dir, { to: '../../etc/passwd' }],
    ['too short an oid', () => repo.dir, { to: `${first}`.slice(0, 3) }],
  ])('%s, a usage error', async (_, path, range) => {
    expect(await opened(path(), range)).toBe('usage');
  });

  it('an empty repository, a usage error', async () => {
    const empty = await buildRepo();
    expect(await opened(empty.dir)).toBe('usage');
    await empty.remove();
  });

  it('a pipe in the place of HEAD, no repository and no hang', async () => {
    const odd = await buildRepo();
    await rm(join(odd.dir, '.git/HEAD'));
    execFileSync('mkfifo', [join(odd.dir, '.git/HEAD')]);
    expect(await opened(odd.dir)).toBe('usage');
    await odd.remove();
  });

  it('symbolic refs in a circle, no branch', async () => {
    const odd = await buildRepo();
    await odd.commit();
    await odd.git('symbolic-ref', 'refs/heads/x', 'refs/heads/y');
    await odd.git('symbolic-ref', 'refs/heads/y', 'refs/heads/x');
    expect(await opened(odd.dir, { to: 'x' })).toBe('usage');
    await odd.remove();
  });

  it('a ref that is a link to another file, never read as a name', async () => {
    const odd = await buildRepo();
    await odd.commit();
    await mkdir(join(odd.dir, '.git/refs/heads/d'), { recursive: true });
    await writeFile(join(odd.dir, 'secret'), 'ref: ../../secret\n');
    await symlink(join(odd.dir, 'secret'), join(odd.dir, '.git/refs/heads/d/e'));
    expect(await opened(odd.dir, { to: 'd/e' })).toBe('usage');
    await odd.remove();
  });
});
