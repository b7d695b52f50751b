import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseEngine } from '../../src/adapters/git/choose.ts';
import { decodeIdx, encodeIdx } from '../../src/adapters/git/idx-file.ts';
import { gitSource } from '../../src/adapters/git/source.ts';
import { hashObject } from '../../src/commit/oid.ts';
import { parseOid } from '../../src/domain/oid.ts';
import type { Oid } from '../../src/domain/oid.ts';
import type { GitPort } from '../../src/reconcile/ports.ts';
import { oidOf } from '../support/git-server/pack-maker.ts';
import {
  GitWorld,
  MAIN,
  NEVER,
  adopt,
  filesIn,
  must,
  reasonOf,
} from '../support/git-server/world.ts';
import { TestRepo } from '../support/repo-builder.ts';

/** Whoever can write to the volume, or push odd refs, makes git see another history than there is. */
describe.each(['native', 'embedded'] as const)('attack: planted refs and files, %s', (name) => {
  const engine = chooseEngine(name, process.env['PATH']);
  let world: GitWorld;
  let dataDir: string;
  let port: GitPort;
  let [tip, parent]: Oid[] = [];

  beforeAll(async () => {
    world = await GitWorld.create((dir, clock) =>
      gitSource({ dataDir: dir, clock, engine, allowHttp: true, allowPrivateAddresses: true }),
    );
    dataDir = await world.dataDir();
    port = await world.open({ dataDir });
    tip = await adopt(port);
    parent = await world.work.head('HEAD~1');
  });
  afterAll(() => world.close());

  const asked = (): readonly Oid[] => [tip, parent].filter((oid) => oid !== undefined);

  /** The store's folder, made into what a naive program takes for a repository. */
  async function plant(files: Readonly<Record<string, string | Uint8Array>>): Promise<TestRepo> {
    const kept = await filesIn(join(dataDir, 'repos'));
    const gitdir = join(kept.find((file) => file.endsWith('.idx')) ?? '', '..', '..', '..');
    await mkdir(join(gitdir, 'refs'), { recursive: true });
    for (const [path, content] of Object.entries({ ...files, HEAD: 'ref: refs/heads/main\n' })) {
      await mkdir(dirname(join(gitdir, path)), { recursive: true });
      await writeFile(join(gitdir, path), content);
    }
    return new TestRepo(gitdir);
  }

  /** Every object answered is the one asked for, and none is missing. */
  async function readsTrue(): Promise<void> {
    const fresh = await world.open({ dataDir });
    const read = must(await fresh.published.readMany(asked()));
    expect([...read.values()].map(({ type, bytes }) => hashObject(type, bytes))).toEqual(asked());
  }

  it('a replaced tip, naive git shows the other commit; gitward the tip', async () => {
    const naive = await plant({ [`refs/replace/${tip ?? ''}`]: `${parent ?? ''}\n` });
    const shown = await naive.run(['cat-file', 'commit', tip ?? '']);
    expect(oidOf('commit', shown.stdout)).toBe(parent);
    await readsTrue();
  });

  it('grafts and a shallow file, naive git sees one commit; gitward the parent', async () => {
    const naive = await plant({ 'info/grafts': `${tip ?? ''}\n`, shallow: `${tip ?? ''}\n` });
    const env = { GIT_NO_REPLACE_OBJECTS: '1' };
    const counted = await naive.run(['rev-list', '--count', tip ?? ''], { env });
    expect(counted.stdout.toString()).toBe('1\n');
    await readsTrue();
  });

  it('alternates and loose objects, naive git has the foreign object; gitward has not', async () => {
    const foreign = Buffer.from('planted');
    const oid = parseOid(oidOf('blob', foreign));
    if (oid === undefined) throw new Error('no oid');
    const naive = await plant({
      'objects/info/alternates': `${join(world.work.dir, '.git', 'objects')}\n`,
      [`objects/${oid.slice(0, 2)}/${oid.slice(2)}`]: deflateSync(Buffer.from('blob 7\0planted')),
    });
    const unpushed = await world.work.commit({ message: 'unpushed\n' });
    for (const held of [oid, unpushed]) {
      expect((await naive.run(['cat-file', '-e', held])).status).toBe(0);
    }
    await world.work.reset(await world.work.head('HEAD~1'));
    const fresh = await world.open({ dataDir });
    expect(must(await fresh.published.readMany([oid, unpushed]))).toEqual(new Map());
    await readsTrue();
  });

  it('a configuration with a program in it, naive git obeys it; gitward reads none', async () => {
    const mark = join(world.root, 'started');
    const command = `[core]\n\tbare = true\n[alias]\n\tshow-it = "!touch ${mark}"\n`;
    const naive = await plant({ config: command });
    expect((await naive.run(['show-it'])).status).toBe(0);
    await rm(mark);
    await plant({ config: `${command}[core]\n\tbare = neither\n` });
    await readsTrue();
    await world.advance();
    const fetched = must(await (await world.open({ dataDir })).fetch([MAIN], tip, NEVER));
    await fetched.discard();
    await expect(readFile(mark)).rejects.toThrow('ENOENT');
  });

  it('two offsets of an index swapped, naive git shows the wrong commit; the hash tells', async () => {
    const files = await filesIn(join(dataDir, 'repos'));
    const path = files.find((file) => file.endsWith('.idx')) ?? '';
    const before = await readFile(path);
    const objects = decodeIdx(before) ?? [];
    const offsets = new Map(objects.map((object) => [object.name, object.offset]));
    const swapped = objects.map((object) => {
      const other = object.name === tip ? parent : object.name === parent ? tip : undefined;
      return { ...object, offset: offsets.get(other ?? '') ?? object.offset };
    });
    await writeFile(path, encodeIdx(swapped, before.subarray(-40, -20)));
    const naive = await plant({ config: '' });
    const env = { GIT_NO_REPLACE_OBJECTS: '1' };
    const shown = await naive.run(['cat-file', 'commit', tip ?? ''], { env });
    expect(oidOf('commit', shown.stdout)).toBe(parent);
    const read = await (await world.open({ dataDir })).published.readMany(asked());
    const named = read.ok ? [...read.value.values()] : [];
    const isTold = named.every(({ oid, type, bytes }) => hashObject(type, bytes) !== oid);
    expect([isTold, reasonOf(read)]).toEqual([true, 'ok']);
    await writeFile(path, before);
    await readsTrue();
  });

  it('refs/replace pushed to the server, no ref that is ever asked for', async () => {
    await world.bare.git('update-ref', `refs/replace/${tip ?? ''}`, parent ?? '');
    const fresh = await world.open();
    expect(reasonOf(await fresh.refs([`refs/replace/${tip ?? ''}`], NEVER))).toBe('InvalidSpec');
    const quarantine = must(await fresh.fetch([MAIN], undefined, NEVER));
    const read = must(await quarantine.readMany(asked()));
    expect([...read.values()].map(({ type, bytes }) => hashObject(type, bytes))).toEqual(asked());
    await quarantine.discard();
    await world.bare.git('update-ref', '-d', `refs/replace/${tip ?? ''}`);
  });
});
