import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadObjects } from '../../test/support/object-store.ts';
import type { ObjectStore } from '../../test/support/object-store.ts';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';
import type { Oid } from '../domain/oid.ts';
import { changedPaths, DEFAULT_CHANGE_LIMITS } from './changes.ts';
import type { ChangeLimits } from './changes.ts';
import type { ReadObject } from './history.ts';

const SEED = Number(process.env['SEED'] ?? 20_261_126);
const TREES = 120;

/** Few names, so that files and directories often take each other's place. */
const name = fc.constantFrom('a', 'b', 'a.b', 'a-b', 'é');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
const mode = fc.constantFrom('100644', '100644', '100755', '120000', '160000');
const leaf = fc.tuple(path, mode, fc.integer({ min: 0, max: 3 }));
const trees = fc.array(leaf, { minLength: 1, maxLength: 14 });

/** A fast-import stream in which every commit has just these files, one taking another's place. */
function streamOf(histories: readonly (readonly [string, string, number])[][]): string {
  const blobs = [0, 1, 2, 3].map((i) => `blob\nmark :${i + 1}\ndata 1\n${i}\n`);
  const commits = histories.map((files) => {
    const lines = files.map(([at, kind, content]) => {
      const what =
        kind === '160000' ? `${content}`.repeat(39).padStart(40, 'f') : `:${content + 1}`;
      return `M ${kind} ${what} ${at}\n`;
    });
    const by = 'committer T <t@example.com> 1 +0000\ndata 0\n';
    return `commit refs/heads/main\n${by}deleteall\n${lines.join('')}\n`;
  });
  return [...blobs, ...commits].join('');
}

let repo: TestRepo;
let store: ObjectStore;
let roots: readonly Oid[];
beforeAll(async () => {
  repo = await buildRepo();
  const input = streamOf(fc.sample(trees, { numRuns: TREES, seed: SEED }));
  const done = await repo.run(['fast-import', '--quiet'], { input });
  if (done.status !== 0) throw new Error(done.stderr);
  roots = (await repo.git('log', '--format=%T', 'main')).split('\n').map((oid) => oid as Oid);
  store = await loadObjects(repo);
});
afterAll(() => repo.remove());

type Row = readonly [path: string, before: string | undefined, after: string | undefined];

async function ours(before: Oid | undefined, after: Oid): Promise<readonly Row[]> {
  const changes = await changedPaths(before, after, store.read);
  if (!changes.ok) throw new Error(changes.stop.message);
  return changes.value.map((change) => [change.path, change.before, change.after] as const);
}

async function gits(before: Oid, after: Oid): Promise<readonly Row[]> {
  const args = ['diff-tree', '-r', '--no-renames', '--raw', '-z', before, after];
  const fields = (await repo.run(args)).stdout.toString().split('\0');
  const rows = new Map<string, Row>();
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [, , old = '', young = ''] = (fields[i] ?? '').split(' ');
    const at = fields[i + 1] ?? '';
    rows.set(at, [at, /^0+$/.test(old) ? undefined : old, /^0+$/.test(young) ? undefined : young]);
  }
  return [...rows.values()].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

describe('changedPaths', () => {
  it(`${TREES} random trees (SEED=${SEED}), what git diff-tree lists`, async () => {
    expect(roots).toHaveLength(TREES);
    let swaps = 0;
    for (const [i, before] of roots.entries()) {
      const after = roots[i + 1] ?? before;
      const rows = await ours(before, after);
      expect(rows).toEqual(await gits(before, after));
      swaps += rows.filter(([at]) => rows.some(([other]) => other.startsWith(`${at}/`))).length;
    }
    expect(swaps).toBeGreaterThan(20);
  }, 60_000);

  it('no tree before, every path of the tree', async () => {
    const [root] = roots;
    if (root === undefined) throw new Error('no tree');
    const listed = (await repo.run(['ls-tree', '-r', '-z', '--name-only', root])).stdout.toString();
    const paths = (await ours(undefined, root)).map(([at]) => at);
    expect(paths).toEqual(listed.split('\0').slice(0, -1).toSorted());
  });

  it('the same tree, nothing and nothing read', async () => {
    const [root] = roots;
    if (root === undefined) throw new Error('no tree');
    const read: ReadObject = () => Promise.reject(new Error('read'));
    expect(await changedPaths(root, root, read)).toEqual({ ok: true, value: [] });
  });

  it('one file in one of many directories, only the way to it is read', async () => {
    const many = Array.from({ length: 200 }, (_, i) => `M 100644 :1 d${i}/f\n`).join('');
    const by = 'committer T <t@example.com> 1 +0000\ndata 0\n';
    const input = `blob\nmark :1\ndata 1\nx\nblob\nmark :2\ndata 1\ny\ncommit refs/heads/wide\n${by}${many}\ncommit refs/heads/wide\n${by}M 100644 :2 d7/f\n`;
    await repo.run(['fast-import', '--quiet'], { input });
    const { read } = await loadObjects(repo);
    let reads = 0;
    const counted: ReadObject = (oid) => {
      reads += 1;
      return read(oid);
    };
    const [before, after] = [await repo.head('wide^^{tree}'), await repo.head('wide^{tree}')];
    const changes = await changedPaths(before, after, counted);
    expect([changes.ok && changes.value.map((change) => change.path), reads]).toEqual([
      ['d7/f'],
      4,
    ]);
  });

  it.each<[string, Partial<ChangeLimits>, string]>([
    ['depth', { maxDepth: 1 }, 'RepositoryTooLarge'],
    ['trees', { maxTrees: 1 }, 'RepositoryTooLarge'],
    ['entries', { maxEntries: 1 }, 'RepositoryTooLarge'],
    ['paths', { maxPaths: 1 }, 'RepositoryTooLarge'],
  ])('more %s than allowed, %s', async (_, limit, reason) => {
    const reasons = new Set<string>();
    for (const root of roots.slice(0, 20)) {
      const limits = { ...DEFAULT_CHANGE_LIMITS, ...limit };
      const changes = await changedPaths(undefined, root, store.read, limits);
      if (!changes.ok) reasons.add(changes.stop.reason);
    }
    expect([...reasons]).toEqual([reason]);
  });

  it.each([
    ['missing', undefined, 'HistoryIncomplete'],
    ['exchanged', Buffer.from(''), 'CommitMalformed'],
  ])('a tree that is %s, stops', async (_, bytes, reason) => {
    const [root] = roots;
    if (root === undefined) throw new Error('no tree');
    const read: ReadObject = async (oid) => ({
      ok: true,
      value: bytes === undefined ? undefined : { oid, type: 'tree', bytes },
    });
    const changes = await changedPaths(undefined, root, read);
    expect(changes.ok ? 'compared' : changes.stop.reason).toBe(reason);
  });

  it('a directory in a directory without end, bounded', async () => {
    const blob = await repo.write('blob', 'x');
    let oid = blob;
    let line = `100644 blob ${blob}\tx`;
    for (let depth = 0; depth < 70; depth += 1) {
      const made = await repo.run(['mktree'], { input: `${line}\n` });
      oid = made.stdout.toString().trim() as Oid;
      line = `040000 tree ${oid}\td`;
    }
    const { read } = await loadObjects(repo);
    const changes = await changedPaths(undefined, oid, read);
    expect(changes.ok ? 'compared' : changes.stop.reason).toBe('RepositoryTooLarge');
  });
});
