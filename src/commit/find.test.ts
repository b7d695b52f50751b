import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadObjects } from '../../test/support/object-store.ts';
import type { ObjectStore } from '../../test/support/object-store.ts';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';
import type { Oid } from '../domain/oid.ts';
import { findPath } from './find.ts';

let repo: TestRepo;
let root: Oid;
let store: ObjectStore;
beforeAll(async () => {
  repo = await buildRepo();
  await repo.commit({ files: { 'deploy/prod/web.yaml': 'a: 1\n', 'deploy/run.sh': 'x' } });
  await repo.git('update-index', '--chmod=+x', 'deploy/run.sh');
  const link = await repo.write('blob', 'prod');
  await repo.git('update-index', '--add', '--cacheinfo', `120000,${link},deploy/link`);
  await repo.git('update-index', '--add', '--cacheinfo', `160000,${'b'.repeat(40)},sub`);
  await repo.git('commit', '--quiet', '-m', 'more');
  root = await repo.head('HEAD^{tree}');
  store = await loadObjects(repo);
});
afterAll(() => repo.remove());

describe('findPath', () => {
  it.each([
    ['a file', 'deploy/prod/web.yaml', 'file'],
    ['an executable', 'deploy/run.sh', 'executable'],
    ['a directory', 'deploy/prod', 'tree'],
    ['a symlink', 'deploy/link', 'symlink'],
    ['a submodule', 'sub', 'gitlink'],
  ])('%s, found as git has it', async (_, path, mode) => {
    const oid = await repo.head(`HEAD:${path}`);
    expect(await findPath(root, path, store.read)).toEqual({ ok: true, value: { mode, oid } });
  });

  it('dot, the root', async () => {
    const value = { mode: 'tree', oid: root };
    expect(await findPath(root, '.', store.read)).toEqual({ ok: true, value });
  });

  it.each([
    ['nothing there', 'deploy/x'],
    ['below a file', 'deploy/run.sh/x'],
    ['below a symlink', 'deploy/link/web.yaml'],
    ['below a submodule', 'sub/x'],
    ['empty', ''],
    ['absolute', '/deploy'],
    ['a slash behind', 'deploy/'],
    ['climbing', 'deploy/../sub'],
    ['other letters', 'Deploy/prod'],
    ['endless', Array(65).fill('deploy').join('/')],
  ])('%s, not found', async (_, path) => {
    expect(await findPath(root, path, store.read)).toEqual({ ok: true, value: undefined });
  });

  it('a missing tree, HistoryIncomplete', async () => {
    const answer = await findPath('c'.repeat(40) as Oid, 'a', store.read);
    expect(answer.ok ? 'found' : answer.stop.reason).toBe('HistoryIncomplete');
  });
});
