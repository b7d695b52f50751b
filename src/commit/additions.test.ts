import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadObjects } from '../../test/support/object-store.ts';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';
import type { Oid } from '../domain/oid.ts';
import { ok } from '../domain/result.ts';
import { additions } from './additions.ts';
import type { ReadObjects } from './additions.ts';
import { DEFAULT_CHANGE_LIMITS } from './changes.ts';

let repo: TestRepo;
let read: ReadObjects;
const trees = new Map<string, Oid>();

/** Files of one tree each; all share what is equal. */
const TREES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  base: { 'a.txt': '1', 'b/c.txt': '2', 'b/d/e.txt': '3' },
  edited: { 'a.txt': '1', 'b/c.txt': '20', 'b/d/e.txt': '3', new: 'n' },
  renamed: { 'z.txt': '1', 'b/c.txt': '2', 'b/d/e.txt': '3' },
  left: { 'a.txt': 'left', 'b/c.txt': '2', 'b/d/e.txt': '3' },
  right: { 'a.txt': '1', 'b/c.txt': 'right', 'b/d/e.txt': '3' },
  merged: { 'a.txt': 'left', 'b/c.txt': 'right', 'b/d/e.txt': '3' },
  evil: { 'a.txt': 'both', 'b/c.txt': 'right', 'b/d/e.txt': '3', 'b/d/evil': 'x' },
};

beforeAll(async () => {
  repo = await buildRepo();
  for (const [name, files] of Object.entries(TREES)) {
    await repo.git('rm', '--quiet', '-rf', '--ignore-unmatch', '.');
    const commit = await repo.commit({ files });
    trees.set(name, await repo.head(`${commit}^{tree}`));
  }
  // A directory where a file stood, and the other way round.
  await repo.git('rm', '--quiet', '-rf', '.');
  const swapped = await repo.commit({ files: { 'a.txt/x': '1', b: '2' } });
  trees.set('swapped', await repo.head(`${swapped}^{tree}`));
  const { objects } = await loadObjects(repo);
  read = async (oids) =>
    ok(
      new Map(
        oids.flatMap((oid) => {
          const raw = objects.get(oid);
          return raw === undefined ? [] : [[oid, raw] as const];
        }),
      ),
    );
});
afterAll(() => repo.remove());

function tree(name: string): Oid {
  const oid = trees.get(name);
  if (oid === undefined) throw new Error(`no tree ${name}`);
  return oid;
}

describe('additions', () => {
  it.each<[string, readonly string[], string, readonly (readonly [string, number])[]]>([
    [
      'no parent, every file',
      [],
      'base',
      [
        ['a.txt', 0],
        ['b/c.txt', 0],
        ['b/d/e.txt', 0],
      ],
    ],
    ['itself as parent, nothing', ['base'], 'base', []],
    [
      'an edit and a new file, both',
      ['base'],
      'edited',
      [
        ['b/c.txt', 1],
        ['new', 0],
      ],
    ],
    ['another name, the new one', ['base'], 'renamed', [['z.txt', 0]]],
    ['a merge of two sides, nothing of its own', ['left', 'right'], 'merged', []],
    ['a merge, against one parent alone, the other side', ['left'], 'merged', [['b/c.txt', 1]]],
    [
      'a merge with a hand in it, only that',
      ['left', 'right'],
      'evil',
      [
        ['a.txt', 2],
        ['b/d/evil', 0],
      ],
    ],
    [
      'a directory for a file, new',
      ['base'],
      'swapped',
      [
        ['a.txt/x', 0],
        ['b', 0],
      ],
    ],
    [
      'a file for a directory, new',
      ['swapped'],
      'base',
      [
        ['a.txt', 0],
        ['b/c.txt', 0],
        ['b/d/e.txt', 0],
      ],
    ],
  ])('%s', async (_name, parents, after, expected) => {
    const found = await additions(parents.map(tree), tree(after), read);
    expect(found.ok && found.value.map(({ path, before }) => [path, before.length])).toStrictEqual(
      expected,
    );
  });

  it('two trees, the same files as git tells', async () => {
    for (const before of trees.values()) {
      for (const after of trees.values()) {
        const args = ['diff-tree', '-r', '--no-renames', '--diff-filter=AMT', '--name-only'];
        const told = await repo.git(...args, before, after);
        const found = await additions([before], after, read);
        expect(found.ok && found.value.map(({ path }) => path).join('\n')).toBe(told);
      }
    }
  });

  it('a missing tree, HistoryIncomplete; too many, RepositoryTooLarge', async () => {
    const none: ReadObjects = () => Promise.resolve(ok(new Map()));
    const missing = await additions([], tree('base'), none);
    expect(missing.ok ? '' : missing.stop.reason).toBe('HistoryIncomplete');
    for (const limits of [{ maxDepth: 2 }, { maxTrees: 1 }, { maxEntries: 1 }]) {
      const over = await additions([], tree('base'), read, { ...DEFAULT_CHANGE_LIMITS, ...limits });
      expect(over.ok ? '' : over.stop.reason).toBe('RepositoryTooLarge');
    }
  });
});
