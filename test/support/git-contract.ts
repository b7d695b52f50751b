import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseOid } from '../../src/domain/oid.ts';
import type { Result } from '../../src/domain/result.ts';
import type { Quarantine } from '../../src/reconcile/ports.ts';
import {
  BULK_BYTES,
  GitWorld,
  MAIN,
  NEVER,
  adopt,
  filesIn,
  heldBy,
  must,
  oidNamed,
  reasonOf,
  tipOf,
} from './git-server/world.ts';
import type { MakeSource, WorldOptions } from './git-server/world.ts';
import { oidOf } from './git-server/pack-maker.ts';
import { buildBareRepo } from './repo-builder.ts';

/** What every adapter of `GitPort` must do, against a real server with the real git behind it. */
export function describeGitPort(
  name: string,
  make: MakeSource,
  options: WorldOptions = {},
  parts: readonly (keyof typeof PARTS)[] = ['refs', 'fetch', 'store'],
): void {
  describe(`${name}, the GitPort contract`, () => {
    let world: GitWorld;
    beforeAll(async () => void (world = await GitWorld.create(make, options)));
    afterAll(() => world.close());

    for (const part of parts) PARTS[part](() => world);
  });
}

const PARTS = { refs: describeRefs, fetch: describeFetch, store: describeStore } as const;

function describeRefs(world: () => GitWorld): void {
  it('one branch, its oid with one pair of requests and no pack', async () => {
    const { server, work } = world();
    const port = await world().open();
    server.forget();
    expect(await oidNamed(port)).toBe(await work.head());
    const { infoRefs, lsRefs, uploadPack, connections } = server.traffic;
    expect([infoRefs, uploadPack, connections]).toEqual([1, 0, 1]);
    expect(lsRefs).toBeLessThanOrEqual(1);
  });

  it('polled again by the same process, one request each time', async () => {
    const { server } = world();
    const source = world().source(await world().dataDir());
    await oidNamed(await world().open({ source }));
    for (const again of [1, 2]) {
      server.forget();
      expect(await oidNamed(await world().open({ source }))).toBe(await world().work.head());
      const { infoRefs, lsRefs, uploadPack } = server.traffic;
      expect([again, infoRefs + lsRefs, uploadPack]).toEqual([again, 1, 0]);
    }
  });

  it('a branch that only begins like another, missing; to fetch it, RefNotFound', async () => {
    await world().work.push(world().bare.dir, { branch: 'mainly' });
    const port = await world().open();
    expect(await oidNamed(port, 'refs/heads/mainl')).toBe('missing');
    expect(reasonOf(await port.fetch(['refs/heads/mainl'], undefined, NEVER))).toBe('RefNotFound');
  });

  it('a missing repository, RefNotFound', async () => {
    const port = await world().open({ remote: { url: `${world().server.url}/none.git` } });
    expect(reasonOf(await port.refs([MAIN], NEVER))).toBe('RefNotFound');
  });

  it('an empty repository, nothing; to fetch from it, RefNotFound', async () => {
    await buildBareRepo(join(world().root, 'empty.git'));
    const port = await world().open({ remote: { url: `${world().server.url}/empty.git` } });
    expect(must(await port.refs([MAIN, 'refs/tags/'], NEVER))).toEqual(new Map());
    expect(reasonOf(await port.fetch([MAIN], undefined, NEVER))).toBe('RefNotFound');
  });

  it('names and prefixes at once, annotated tags with the commit behind them', async () => {
    const { bare } = world();
    const head = await bare.head('main');
    await bare.git('tag', 'light', 'main');
    await bare.git('-c', 'user.name=a', '-c', 'user.email=a@b', 'tag', '-m', 'x', 'v1', 'main');
    const port = await world().open();
    const found = must(await port.refs([MAIN, 'refs/tags/', 'refs/notes/'], NEVER));
    const v1 = await bare.head('refs/tags/v1');
    expect([...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: MAIN, oid: head },
      { name: 'refs/tags/light', oid: head },
      { name: 'refs/tags/v1', oid: v1, peeled: head },
    ]);
    await bare.git('tag', '-d', 'light', 'v1');
  });

  it.each(['refs/heads/none', 'refs/heads/mainly'])('HEAD at %s, no matter', async (target) => {
    await world().bare.git('symbolic-ref', 'HEAD', target);
    const port = await world().open();
    const tip = await world().work.head();
    expect(await oidNamed(port)).toBe(tip);
    expect(await adopt(port)).toBe(tip);
    await world().bare.git('symbolic-ref', 'HEAD', 'refs/heads/main');
  });

  it.each(['-x', 'a..b', 'x.lock', 'a@{1}', 'a b', 'a\nb', 'a~1', '@', 'a//b', '.a', 'a.'])(
    'branch %j, InvalidSpec before any request',
    async (branch) => {
      const port = await world().open();
      const wanted = [MAIN, `refs/heads/${branch}`];
      world().server.forget();
      expect(reasonOf(await port.refs(wanted, NEVER))).toBe('InvalidSpec');
      expect(reasonOf(await port.fetch(wanted, undefined, NEVER))).toBe('InvalidSpec');
      expect(world().server.traffic.connections).toBe(0);
    },
  );
}

function describeFetch(world: () => GitWorld): void {
  it('first fetch, every reachable object byte for byte, in quarantine only', async () => {
    const port = await world().open();
    const quarantine = must(await port.fetch([MAIN], undefined, NEVER));
    const oids = await world().reachable(tipOf(quarantine));
    const read = must(await quarantine.readMany(oids));
    expect(read.size).toBe(oids.length);
    for (const [oid, { type, bytes }] of read) expect(oidOf(type, bytes)).toBe(oid);
    expect(await heldBy(port.published, oids)).toEqual([]);
    await quarantine.discard();
  });

  it('one new commit, one small pack; a naive fresh directory, everything again', async () => {
    const port = await world().open();
    const before = await adopt(port);
    const tip = await world().advance();
    const cost = async (ask: () => Promise<Result<Quarantine>>): Promise<number> => {
      world().server.forget();
      const quarantine = must(await ask());
      expect(tipOf(quarantine)).toBe(tip);
      const oids = await world().reachable(tip);
      expect(await heldBy(quarantine, oids)).toHaveLength(oids.length);
      await quarantine.discard();
      return world().server.traffic.bytesSent;
    };
    const naive = await world().open();
    expect(await cost(() => port.fetch([MAIN], before, NEVER))).toBeLessThan(10_000);
    expect(await cost(() => naive.fetch([MAIN], undefined, NEVER))).toBeGreaterThan(BULK_BYTES);
  });

  it('nothing new, no pack asked for', async () => {
    const port = await world().open();
    const tip = await adopt(port);
    world().server.forget();
    const quarantine = must(await port.fetch([MAIN], tip, NEVER));
    expect([tipOf(quarantine), world().server.traffic.uploadPack]).toEqual([tip, 0]);
    expect(await heldBy(quarantine, [tip])).toEqual([tip]);
    must(await quarantine.publish());
    expect(await heldBy(port.published, [tip])).toEqual([tip]);
  });

  it('fetched anew over a filled store, the same objects', async () => {
    const port = await world().open();
    const tip = await adopt(port);
    expect(await adopt(port)).toBe(tip);
    const oids = await world().reachable(tip);
    expect(await heldBy(port.published, oids)).toHaveLength(oids.length);
  });

  it('branch, tag and notes at once, in one pack; a ref that is missing, left out', async () => {
    const { bare } = world();
    await bare.git('-c', 'user.name=a', '-c', 'user.email=a@b', 'tag', '-m', 'x', 'v2', 'main');
    const note = ['notes', '--ref=reviews', 'add', '-m', 'looks good', 'main'];
    await bare.git('-c', 'user.name=a', '-c', 'user.email=a@b', ...note);
    const [tag, notes] = ['refs/tags/v2', 'refs/notes/reviews'] as const;
    const port = await world().open();
    const quarantine = must(await port.fetch([tag, MAIN, notes, 'refs/tags/no'], undefined, NEVER));
    expect([...quarantine.refs.keys()].toSorted()).toEqual([MAIN, notes, tag]);
    const tips = [tag, MAIN, notes].map((ref) => tipOf(quarantine, ref));
    expect(await heldBy(quarantine, tips)).toEqual(tips);
    must(await quarantine.publish());
    const again = must(await port.fetch([MAIN, tag], tipOf(quarantine), NEVER));
    expect(await heldBy(again, tips)).toEqual(tips);
    await again.discard();
    for (const ref of [tag, notes]) await bare.git('update-ref', '-d', ref);
  });

  it('anchor that the server never had, or that the store lost: everything', async () => {
    const port = await world().open();
    const stranger = parseOid('1234567890'.repeat(4));
    expect(await adopt(port, stranger)).toBe(await world().work.head());
  });

  it('branch moved back and to a sibling, the tip as it is now', async () => {
    const port = await world().open();
    const anchor = await adopt(port);
    await world().work.reset(await world().work.head('HEAD~1'));
    const sibling = await world().advance();
    const quarantine = must(await port.fetch([MAIN], anchor, NEVER));
    const oids = await world().reachable(sibling);
    expect(await heldBy(quarantine, oids)).toHaveLength(oids.length);
    await quarantine.discard();
  });

  it('pack above the limit, RepositoryTooLarge before it is all there', async () => {
    const port = await world().open({ limits: { maxPackBytes: 10_000 } });
    expect(reasonOf(await port.fetch([MAIN], undefined, NEVER))).toBe('RepositoryTooLarge');
  });

  it('cancelled before and during, a stop and nothing left', async () => {
    const dataDir = await world().dataDir();
    const port = await world().open({ dataDir });
    expect(reasonOf(await port.refs([MAIN], AbortSignal.abort()))).toBe('GitTimeout');
    const controller = new AbortController();
    world().server.forget();
    world().server.setFault({ kind: 'hang', on: 'pack' });
    const fetching = port.fetch([MAIN], undefined, controller.signal);
    while (world().server.traffic.uploadPack === 0) await world().clock.advance(0);
    controller.abort();
    expect(reasonOf(await fetching)).toBe('GitTimeout');
    world().server.setFault(undefined);
    expect(await filesIn(dataDir)).toEqual([]);
  });
}

function describeStore(world: () => GitWorld): void {
  it('published, readable by another process with the server gone', async () => {
    const dataDir = await world().dataDir();
    const tip = await adopt(await world().open({ dataDir }));
    const remote = { url: world().goneUrl };
    const later = await world().open({ dataDir, remote });
    const oids = await world().reachable(tip);
    expect(await heldBy(later.published, oids)).toHaveLength(oids.length);
    expect(reasonOf(await later.refs([MAIN], NEVER))).toBe('GitUnreachable');
  });

  it('discarded, gone; twice and after publish, harmless', async () => {
    const dataDir = await world().dataDir();
    const port = await world().open({ dataDir });
    const quarantine = must(await port.fetch([MAIN], undefined, NEVER));
    await quarantine.discard();
    await quarantine.discard();
    expect(await filesIn(dataDir)).toEqual([]);
    expect((await quarantine.publish()).ok).toBe(false);
    const kept = must(await port.fetch([MAIN], undefined, NEVER));
    must(await kept.publish());
    await kept.discard();
    expect(await heldBy(port.published, [tipOf(kept)])).toEqual([tipOf(kept)]);
  });

  it('object that is not there, absent from the answer', async () => {
    const port = await world().open();
    const tip = await adopt(port);
    const missing = parseOid('f'.repeat(40)) ?? tip;
    expect(await heldBy(port.published, [missing, tip])).toEqual([tip]);
  });

  it('reset, empty; the next fetch fills it again', async () => {
    const port = await world().open();
    const tip = await adopt(port);
    await port.reset();
    expect(await heldBy(port.published, [tip])).toEqual([]);
    expect(await adopt(port, tip)).toBe(tip);
    expect(await heldBy(port.published, [tip])).toEqual([tip]);
  });

  it('damaged files, no object of them and a stop until reset or the next fetch', async () => {
    const dataDir = await world().dataDir();
    const tip = await adopt(await world().open({ dataDir }));
    for (const file of await filesIn(dataDir)) await damage(file);
    const port = await world().open({ dataDir });
    expect((await port.published.readMany([tip])).ok).toBe(false);
    expect(await adopt(port, tip)).toBe(tip);
    const oids = await world().reachable(tip);
    expect(await heldBy(port.published, oids)).toHaveLength(oids.length);
  });
}

async function damage(file: string): Promise<void> {
  const bytes = await readFile(file);
  const middle = Math.floor(bytes.length / 2);
  bytes.fill(0xff, middle, middle + 32);
  await writeFile(file, bytes);
}
