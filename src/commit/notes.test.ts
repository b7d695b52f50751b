import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadObjects } from '../../test/support/object-store.ts';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';
import { hashObject } from './oid.ts';
import { findNote } from './notes.ts';
import type { Oid } from '../domain/oid.ts';

const NOTES = 3_000;

let repo: TestRepo;
beforeAll(async () => {
  repo = await buildRepo();
});
afterAll(() => repo.remove());

/** Oids of things that are not there. */
const subject = (index: number): Oid => hashObject('blob', Buffer.from(`subject ${index}`));

describe('findNote', () => {
  it(`${NOTES} notes in git's own fan-out, each found and no other`, async () => {
    const by = 'committer T <t@example.com> 1 +0000\ndata 0\n';
    const stream = Array.from({ length: NOTES }, (_, i) => [
      `blob\nmark :${2 * i + 1}\ndata 10\n${`${i}`.padEnd(10)}\n`,
      `commit refs/heads/main\nmark :${2 * i + 2}\n${by}`,
    ]).flat();
    const notes = Array.from({ length: NOTES }, (_, i) => `N :${2 * i + 1} :${2 * i + 2}\n`);
    const input = [...stream, `commit refs/notes/many\n${by}`, ...notes].join('');
    const done = await repo.run(['fast-import', '--quiet'], { input });
    expect(done.stderr).toBe('');
    // One more by the command itself, which rewrites the fan-out as it likes.
    await repo.git('notes', '--ref=many', 'add', '-f', '-m', 'approved', 'main');
    const root = await repo.head('refs/notes/many^{tree}');
    const names = await repo.git('ls-tree', '--name-only', root);
    expect(names.split('\n').every((name) => name.length === 2)).toBe(true);
    const listed = await repo.git('notes', '--ref=many', 'list');
    const { read } = await loadObjects(repo);
    for (const line of listed.split('\n')) {
      const [note = '', oid = ''] = line.split(' ');
      expect(await findNote(root, oid as Oid, read)).toEqual({ ok: true, value: [note] });
    }
    expect(listed.split('\n')).toHaveLength(NOTES);
    expect(await findNote(root, subject(NOTES), read)).toEqual({ ok: true, value: [] });
  }, 60_000);

  it('a tree that mixes fan-outs and other files, every note, nearest the root first', async () => {
    const oid = subject(0);
    const [a, b, c, x] = await Promise.all(
      ['flat', 'one', 'two', 'other'].map((text) => repo.write('blob', text)),
    );
    const tree = async (lines: readonly string[]): Promise<string> => {
      const made = await repo.run(['mktree', '--missing'], { input: `${lines.join('\n')}\n` });
      return made.stdout.toString().trim();
    };
    const two = await tree([`100644 blob ${c}\t${oid.slice(4)}`, `100644 blob ${x}\tREADME`]);
    const one = await tree([
      `100755 blob ${b}\t${oid.slice(2)}`,
      `040000 tree ${two}\t${oid.slice(2, 4)}`,
    ]);
    const root = await tree([
      `100644 blob ${a}\t${oid}`,
      `040000 tree ${one}\t${oid.slice(0, 2)}`,
      `100644 blob ${x}\tREADME.md`,
    ]);
    const { read } = await loadObjects(repo);
    expect(await findNote(root as Oid, oid, read)).toEqual({ ok: true, value: [a, b, c] });
  });

  it.each([
    ['a symlink', (blob: string) => `120000 blob ${blob}\t${subject(0)}`],
    ['a prefix that is a file', (blob: string) => `100644 blob ${blob}\t${subject(0).slice(0, 2)}`],
    ['upper-case digits', (blob: string) => `100644 blob ${blob}\t${subject(0).toUpperCase()}`],
    ['a file behind the oid', (blob: string) => `100644 blob ${blob}\t${subject(0)}.txt`],
  ])('%s, no note', async (_, line) => {
    const blob = await repo.write('blob', 'x');
    const made = await repo.run(['mktree'], { input: `${line(blob)}\n` });
    const { read } = await loadObjects(repo);
    const root = made.stdout.toString().trim() as Oid;
    expect(await findNote(root, subject(0), read)).toEqual({ ok: true, value: [] });
  });

  it('a missing tree, HistoryIncomplete', async () => {
    const { read } = await loadObjects(repo);
    const answer = await findNote(subject(9_999), subject(0), read);
    expect(answer.ok ? 'found' : answer.stop.reason).toBe('HistoryIncomplete');
  });
});
