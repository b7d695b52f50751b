import { describe, expect, it } from 'vitest';
import { hashObject } from '../../commit/oid.ts';
import type { ParsedCommit } from '../../commit/parse.ts';
import type { RawObject } from '../../domain/git-object.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { ObjectReader } from '../../reconcile/ports.ts';
import { inTopologicalOrder } from './order.ts';
import { ancestorsOf, walkAll } from './walk.ts';

const TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** Commits by name, each with its parents' names, made in the order given. */
class Story {
  readonly objects = new Map<Oid, RawObject>();
  readonly oids = new Map<string, Oid>();
  asked = 0;

  commit(name: string, ...parents: readonly string[]): this {
    const lines = [
      `tree ${TREE}`,
      ...parents.map((parent) => `parent ${this.oid(parent)}`),
      'author A <a@example.com> 1 +0000',
      'committer A <a@example.com> 1 +0000',
      '',
      name,
      '',
    ];
    return this.put(name, Buffer.from(lines.join('\n')));
  }

  put(name: string, bytes: Uint8Array): this {
    const oid = hashObject('commit', bytes);
    this.objects.set(oid, { oid, type: 'commit', bytes });
    this.oids.set(name, oid);
    return this;
  }

  lose(name: string): this {
    this.objects.delete(this.oid(name));
    return this;
  }

  oid(name: string): Oid {
    const oid = this.oids.get(name);
    if (oid === undefined) throw new Error(`no commit ${name}`);
    return oid;
  }

  get reader(): ObjectReader {
    return {
      readMany: (oids) => {
        this.asked += oids.length;
        return Promise.resolve(
          ok(
            new Map(
              oids.flatMap((oid) => {
                const found = this.objects.get(oid);
                return found === undefined ? [] : [[oid, found] as const];
              }),
            ),
          ),
        );
      },
    };
  }
}

/** Names of the commits walked in topological order, and kinds of the bad ends. */
async function walked(story: Story, tip: string, base?: string, limit = 1_000): Promise<unknown> {
  const commits = new Map<Oid, ParsedCommit>();
  const end = await walkAll(story.oid(tip), story.reader, {
    ...{ base: base === undefined ? undefined : story.oid(base), limit },
    visit: async (batch) => {
      for (const { commit } of batch) commits.set(commit.oid, commit);
      return ok(undefined);
    },
  });
  if (!end.ok) return end.stop.reason;
  const order = inTopologicalOrder(story.oid(tip), commits).map(({ subject }) => subject);
  return {
    order: order.join(' '),
    bad: end.value.bad.map(({ kind }) => kind),
    met: end.value.hasMet,
  };
}

const line = (): Story =>
  new Story().commit('a').commit('b', 'a').commit('c', 'b').commit('d', 'c');

/** a-b-e(merge of b and d)-f, with c-d branched off a. */
const diamond = (): Story =>
  new Story()
    .commit('a')
    .commit('b', 'a')
    .commit('c', 'a')
    .commit('d', 'c')
    .commit('e', 'b', 'd')
    .commit('f', 'e');

describe('walkAll', () => {
  it.each<readonly [string, Story, readonly [string, (string | undefined)?, number?], unknown]>([
    ['a line, to its root', line(), ['d'], { order: 'd c b a', bad: [], met: false }],
    ['a range of a line', line(), ['d', 'b'], { order: 'd c', bad: [], met: true }],
    ['an empty range', line(), ['b', 'b'], { order: '', bad: [], met: true }],
    [
      'a merge, told and walked past',
      diamond(),
      ['f'],
      { order: 'f e d c b a', bad: ['merge'], met: false },
    ],
    [
      'a range whose merge leads past its base',
      diamond(),
      ['f', 'b'],
      { order: 'f e d c', bad: ['merge'], met: true },
    ],
    ['a range behind the merge', diamond(), ['f', 'e'], { order: 'f', bad: [], met: true }],
    ['a limit', line(), ['d', undefined, 2], { order: 'd c', bad: ['limit'], met: false }],
    ['a missing parent', line().lose('b'), ['d'], { order: 'd c', bad: ['missing'], met: false }],
    [
      'a missing parent beside a merge',
      diamond().lose('c'),
      ['f'],
      { order: 'f e d b a', bad: ['merge', 'missing'], met: false },
    ],
    ['a missing tip', line().lose('d'), ['d'], { order: '', bad: ['missing'], met: false }],
    [
      'a malformed commit',
      new Story().put('x', Buffer.from('tree x\n\nx\n')),
      ['x'],
      { order: '', bad: ['malformed'], met: false },
    ],
  ])('%s', async (_, story, [tip, base, limit], outcome) => {
    expect(await walked(story, tip, base, limit)).toEqual(outcome);
  });

  it('an object under another name, malformed', async () => {
    const story = line();
    const other = story.objects.get(story.oid('a'));
    if (other === undefined) throw new Error('no object');
    story.objects.set(story.oid('b'), { ...other, oid: story.oid('b') });
    expect(await walked(story, 'd')).toEqual({ order: 'd c', bad: ['malformed'], met: false });
  });

  it('a reader that stops, stopped', async () => {
    const reader: ObjectReader = {
      readMany: () => Promise.resolve(stopped(stop('GitTruncated', 'x'))),
    };
    const bounds = { base: undefined, limit: 9, visit: () => Promise.resolve(ok(undefined)) };
    const end = await walkAll(line().oid('d'), reader, bounds);
    expect(end.ok ? undefined : end.stop.reason).toBe('GitTruncated');
  });

  it('a ladder of merges, each commit once', async () => {
    const story = new Story().commit('l0').commit('r0', 'l0');
    for (let i = 1; i <= 60; i += 1) {
      story.commit(`l${i}`, `l${i - 1}`, `r${i - 1}`).commit(`r${i}`, `r${i - 1}`, `l${i - 1}`);
    }
    const all = await ancestorsOf(story.oid('l60'), story.reader, 1_000);
    expect(all.ok && all.value.size).toBe(121);
    expect(story.asked).toBe(121);
  });
});
