import { describe, expect, it } from 'vitest';
import type { RawObject } from '../domain/git-object.ts';
import type { Oid } from '../domain/oid.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import { walkHistory } from './history.ts';
import type { HistoryEnd, HistoryEvidence } from './history.ts';
import { hashObject } from './oid.ts';

const store = new Map<Oid, RawObject>();
const read = (oid: Oid): Promise<Result<RawObject | undefined>> =>
  Promise.resolve(ok(store.get(oid)));

function put(...parents: readonly Oid[]): Oid {
  const lines = [`tree ${'a'.repeat(40)}`, ...parents.map((oid) => `parent ${oid}`)];
  const person = `A <a@example.com> ${store.size} +0000`;
  const text = [...lines, `author ${person}`, `committer ${person}`, '', 'm'].join('\n');
  const bytes = Buffer.from(text);
  const oid = hashObject('commit', bytes);
  store.set(oid, { oid, type: 'commit', bytes });
  return oid;
}

const root = put();
const one = put(root);
const two = put(one);
const side = put(one);
const merge = put(two, side);
const above = put(merge);
const absent = 'd'.repeat(40) as Oid; // 40 hex digits.
const orphan = put(absent);

async function walk(tip: Oid, base: Oid | undefined, limit = 10): Promise<HistoryEvidence> {
  const answer = await walkHistory(tip, base, read, limit);
  if (!answer.ok) throw new Error(answer.stop.message);
  return answer.value;
}

type Row = Readonly<{
  name: string;
  tip: Oid;
  base?: Oid;
  limit?: number;
  commits: readonly Oid[];
  end: HistoryEnd;
}>;

describe('walkHistory', () => {
  const mergeEnd: HistoryEnd = { kind: 'merge', oid: merge, parents: [two, side] };
  const rows: readonly Row[] = [
    { name: 'tip to base', tip: two, base: root, commits: [two, one], end: { kind: 'base' } },
    { name: 'tip is the base', tip: two, base: two, commits: [], end: { kind: 'base' } },
    { name: 'no base', tip: two, commits: [two, one, root], end: { kind: 'root' } },
    { name: 'base aside', tip: two, base: side, commits: [two, one, root], end: { kind: 'root' } },
    {
      name: 'parent not sent',
      tip: orphan,
      base: root,
      commits: [orphan],
      end: { kind: 'missing', oid: absent },
    },
    { name: 'tip not sent', tip: absent, commits: [], end: { kind: 'missing', oid: absent } },
    { name: 'merge as tip', tip: merge, base: root, commits: [merge], end: mergeEnd },
    {
      name: 'merge whose first parent leads to the base',
      tip: above,
      base: root,
      commits: [above, merge],
      end: mergeEnd,
    },
    { name: 'merge as base', tip: above, base: merge, commits: [above], end: { kind: 'base' } },
    { name: 'limit', tip: two, limit: 2, commits: [two, one], end: { kind: 'limit', count: 2 } },
    {
      name: 'limit just enough',
      tip: two,
      base: root,
      limit: 2,
      commits: [two, one],
      end: { kind: 'base' },
    },
  ];

  it.each(rows)('$name, $end.kind', async ({ tip, base, limit, commits, end }) => {
    const found = await walk(tip, base, limit);
    expect(found.end).toStrictEqual(end);
    expect(found.commits.map((commit) => commit.oid)).toStrictEqual(commits);
  });

  it('bytes of another commit under the asked name, malformed', async () => {
    const lie = { oid: one, type: 'commit', bytes: store.get(side)?.bytes ?? Buffer.of() } as const;
    const answer = await walkHistory(
      two,
      root,
      (oid) => Promise.resolve(ok(oid === one ? lie : store.get(oid))),
      10,
    );
    expect(answer.ok && answer.value.end.kind).toBe('malformed');
    expect(answer.ok && answer.value.commits.map((commit) => commit.oid)).toStrictEqual([two]);
  });

  it('an object that names itself otherwise, malformed', async () => {
    const other = store.get(side);
    const answer = await walkHistory(two, root, () => Promise.resolve(ok(other)), 10);
    expect(answer.ok && answer.value.end.kind).toBe('malformed');
  });

  it('a read that stops, the same stop', async () => {
    const why = stop('GitUnreachable', 'no connection');
    const answer = await walkHistory(two, root, () => Promise.resolve(stopped(why)), 10);
    expect(answer).toStrictEqual({ ok: false, stop: why });
  });
});
