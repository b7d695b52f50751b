import { cp, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  GitWorld,
  MAIN,
  NEVER,
  adopt,
  filesIn,
  heldBy,
  must,
  reasonOf,
} from '../../../test/support/git-server/world.ts';
import type { Oid } from '../../domain/oid.ts';
import { repoKey } from '../../domain/repo-key.ts';
import { systemDisk } from './disk.ts';
import type { Disk } from './disk.ts';
import { chooseEngine, makeEngine } from './choose.ts';
import { ScratchRoom } from './scratch.ts';
import { gitSource } from './source.ts';
import { PackStore } from './store.ts';
import type { Scratch } from './store.ts';

const KEY = repoKey('payments', 'app');

/** Packs that may pile up in these tests. */
const MAX_PACKS = 3;

/** A disk that dies at its n-th change, in the middle of it where it can, and stays dead. */
class DyingDisk {
  readonly disk: Disk;
  left = Number.POSITIVE_INFINITY;

  constructor() {
    const change =
      <A extends readonly unknown[], T>(work: (...args: A) => Promise<T>) =>
      (...args: A): Promise<T> => {
        this.left--;
        return this.left < 0 ? Promise.reject(new Error('killed')) : work(...args);
      };
    this.disk = {
      ...systemDisk,
      makeDir: change(systemDisk.makeDir),
      link: change(systemDisk.link),
      rename: change(systemDisk.rename),
      sync: change(systemDisk.sync),
      remove: change(systemDisk.remove),
      write: async (path, chunks) => {
        this.left--;
        if (this.left >= 0) return systemDisk.write(path, chunks);
        if (this.left === -1) await systemDisk.write(path, half(chunks));
        throw new Error('killed');
      },
    };
  }
}

async function* half(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield chunk.subarray(0, chunk.length / 2);
}

describe.each(['embedded', 'native'] as const)('pack store, %s', (engineName) => {
  const engine = chooseEngine(engineName, process.env['PATH']);
  let world: GitWorld;
  beforeAll(async () => {
    const flags = { allowHttp: true, allowPrivateAddresses: true, maxPacks: MAX_PACKS };
    world = await GitWorld.create((dataDir, clock) =>
      gitSource({ dataDir, clock, engine, ...flags }),
    );
  });
  afterAll(() => world.close());

  async function filled(packs: number): Promise<Readonly<{ dataDir: string; anchor: Oid }>> {
    const dataDir = await world.dataDir();
    const port = await world.open({ dataDir });
    let anchor = await adopt(port);
    while (--packs > 0) {
      await world.advance();
      anchor = await adopt(port, anchor);
    }
    return { dataDir, anchor };
  }

  it('folders and files, for their owner only', async () => {
    const { dataDir } = await filled(1);
    const files = await filesIn(dataDir);
    const store = join(dataDir, 'repos');
    for (const path of [store, ...files]) {
      expect((await stat(path)).mode & 0o077).toBe(0);
    }
    expect(files).toHaveLength(2);
  });

  it('more commits than packs may lie there, few packs and every object', async () => {
    const { dataDir, anchor } = await filled(3 * MAX_PACKS);
    expect((await filesIn(dataDir)).length).toBeLessThanOrEqual(2 * MAX_PACKS);
    const port = await world.open({ dataDir });
    const oids = await world.reachable(anchor);
    expect(await heldBy(port.published, oids)).toHaveLength(oids.length);
    const git = await world.work.run(['index-pack', '--stdin', '--strict'], {
      input: await systemDisk.read((await largestPack(dataDir)) ?? ''),
    });
    expect(git.status).toBe(0);
  });

  it('read while packs are merged away, still found', async () => {
    const { dataDir, anchor } = await filled(MAX_PACKS);
    const port = await world.open({ dataDir });
    expect(await heldBy(port.published, [anchor])).toEqual([anchor]);
    await world.advance();
    const tip = await adopt(port, anchor);
    const oids = await world.reachable(tip);
    expect(await heldBy(port.published, oids)).toHaveLength(oids.length);
  });

  it.each([
    ['a second pack', 1],
    ['a pack that makes them merge', MAX_PACKS],
  ])('kill at every step of publishing %s, the old store or the new one', async (_name, packs) => {
    const { dataDir, anchor } = await filled(packs);
    const tip = await world.advance();
    const fresh = await newPack(dataDir, anchor);
    const [old, all] = [await world.reachable(anchor), await world.reachable(tip)];
    const ends = new Set<number>();
    for (let step = 0, isDone = false; !isDone; step++) {
      const copy = await copied(dataDir);
      isDone = await dieAfter(step, copy, async (store, arm) => {
        const scratch = await filledScratch(store, fresh);
        arm();
        await store.publish(scratch, fresh.name);
      });
      const after = open(copy, systemDisk);
      expect(await heldBy(after.published, old)).toHaveLength(old.length);
      ends.add((await heldBy(after.published, all)).length);
      await after.publish(await filledScratch(after, fresh), fresh.name);
      expect(await heldBy(after.published, all)).toHaveLength(all.length);
      const strays = (await filesIn(copy)).filter((file) => !/pack-\w+\.(?:pack|idx)$/.test(file));
      expect(strays).toEqual([]);
    }
    expect(ends).toEqual(new Set([old.length, all.length]));
  });

  it('kill at every step of a reset, all objects or none', async () => {
    const { dataDir, anchor } = await filled(2);
    const all = await world.reachable(anchor);
    const ends = new Set<number>();
    for (let step = 0, isDone = false; !isDone; step++) {
      const copy = await copied(dataDir);
      isDone = await dieAfter(step, copy, async (store, arm) => {
        arm();
        await store.reset();
      });
      ends.add((await heldBy(open(copy, systemDisk).published, all)).length);
    }
    expect(ends).toEqual(new Set([0, all.length]));
  });

  it('what a killed process left in scratch, gone at the first fetch of the next', async () => {
    const dataDir = await world.dataDir();
    const quarantine = must(await (await world.open({ dataDir })).fetch([MAIN], undefined, NEVER));
    expect(await filesIn(dataDir)).toHaveLength(2);
    const next = must(await (await world.open({ dataDir })).fetch([MAIN], undefined, NEVER));
    expect(await filesIn(dataDir)).toHaveLength(2);
    await Promise.all([quarantine.discard(), next.discard()]);
  });

  // git writes packs by itself: native/index-pack.test.ts has that.
  const writes = engineName === 'native' ? [] : (['write'] as const);
  it.each(['makeDir', 'makeTemp', 'list', ...writes, 'rename', 'sync'] as const)(
    'volume full at %s, StoreUnavailable to be tried again, no scratch left, and the next fetch heals',
    async (operation) => {
      const { dataDir, anchor } = await filled(1);
      await world.advance();
      let isFull = true;
      const full = Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'write' });
      const refuse = (): Promise<never> => Promise.reject(full);
      const disk = new Proxy(systemDisk, {
        get: (whole, name: keyof Disk) => (isFull && name === operation ? refuse : whole[name]),
      });
      const flags = { allowHttp: true, allowPrivateAddresses: true };
      const source = gitSource({ dataDir, clock: world.clock, disk, engine, ...flags });
      const port = source.open(KEY, world.remote, { maxPackBytes: 8_000_000, timeoutMs: 60_000 });
      const fetched = await port.fetch([MAIN], anchor, NEVER);
      const failed = fetched.ok ? await fetched.value.publish() : fetched;
      expect(reasonOf(failed)).toBe('StoreUnavailable');
      expect((await filesIn(dataDir)).filter((file) => file.includes('scratch'))).toEqual([]);
      isFull = false;
      expect(await heldBy(port.published, [anchor])).toEqual([anchor]);
      expect(await adopt(port, anchor)).toBe(await world.work.head());
    },
  );

  function open(dataDir: string, disk: Disk): PackStore {
    const scratch = new ScratchRoom(dataDir, disk);
    const made = makeEngine(engine, { disk, scratch, clock: world.clock });
    return new PackStore(KEY, { dataDir, disk, scratch, engine: made, maxPacks: MAX_PACKS });
  }

  async function copied(dataDir: string): Promise<string> {
    const copy = join(await world.dataDir(), 'copy');
    await cp(dataDir, copy, { recursive: true });
    return copy;
  }

  /** Does something on a disk that dies so many changes after `arm`; was it done before that? */
  async function dieAfter(
    steps: number,
    dataDir: string,
    work: (store: PackStore, arm: () => void) => Promise<void>,
  ): Promise<boolean> {
    const dying = new DyingDisk();
    const arm = (): void => void (dying.left = steps);
    await work(open(dataDir, dying.disk), arm).catch(() => undefined);
    // The scratch of a dead process is swept before the next one writes.
    await systemDisk.remove(join(dataDir, 'scratch'));
    return dying.left >= 0;
  }

  type FreshPack = Readonly<{ name: string; pack: Buffer; idx: Buffer }>;

  /** The pack that brings a store from its anchor to the head. */
  async function newPack(dataDir: string, anchor: Oid): Promise<FreshPack> {
    const before = new Set(await packFiles(dataDir));
    const copy = await copied(dataDir);
    const port = await world.open({ dataDir: copy });
    const quarantine = must(await port.fetch([MAIN], anchor, NEVER));
    const added = (await packFiles(copy)).find((file) => !before.has(file)) ?? '';
    const file = (await filesIn(copy)).find((path) => path.endsWith(added)) ?? '';
    const pack = await systemDisk.read(file);
    const idx = await systemDisk.read(file.replace(/pack$/, 'idx'));
    await quarantine.discard();
    return { name: added.replace('.pack', ''), pack, idx };
  }

  async function packFiles(dataDir: string): Promise<readonly string[]> {
    return (await filesIn(dataDir))
      .map((file) => basename(file))
      .filter((name) => name.endsWith('k'));
  }

  async function filledScratch(store: PackStore, { name, pack, idx }: FreshPack): Promise<Scratch> {
    const scratch = await store.stage();
    await writeFile(join(scratch.packDir, `${name}.pack`), pack);
    await writeFile(join(scratch.packDir, `${name}.idx`), idx);
    return scratch;
  }

  async function largestPack(dataDir: string): Promise<string | undefined> {
    const packs = (await filesIn(dataDir)).filter((file) => file.endsWith('.pack'));
    const sizes = await Promise.all(packs.map(async (file) => (await stat(file)).size));
    return packs[sizes.indexOf(Math.max(...sizes))];
  }
});
