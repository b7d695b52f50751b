import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../../../test/support/clock.ts';
import { makePack, oidOf } from '../../../../test/support/git-server/pack-maker.ts';
import { heldBy, reasonOf } from '../../../../test/support/git-server/world.ts';
import { parseOid } from '../../../domain/oid.ts';
import type { Oid } from '../../../domain/oid.ts';
import { systemDisk } from '../disk.ts';
import { encodeIdx } from '../idx-file.ts';
import { MAX_OBJECT_BYTES } from '../pack-entries.ts';
import { indexPack } from '../pack-index.ts';
import { ScratchRoom } from '../scratch.ts';
import { PackSums } from './pack-sums.ts';
import { findGit } from './program.ts';
import type { GitProgram } from './program.ts';
import { CatFileReader } from './reader.ts';

const absent = 'f'.repeat(40) as Oid; // Forty digits, as an oid has.
const bytesOf = (at: number): Buffer => Buffer.from(`object ${at}`);
const nameOf = (at: number): Oid => oid(bytesOf(at));
const oid = (bytes: Buffer): Oid => parseOid(oidOf('blob', bytes)) ?? absent;

function realGit(): GitProgram {
  const looked = findGit(process.env['PATH']);
  if ('found' in looked) return looked.found;
  throw new Error(looked.missing);
}

describe('git cat-file', () => {
  let dir: string;
  let gitdir: string;
  let packDir: string;
  const clock = manualClock();

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gw-catfile-'));
    gitdir = join(dir, 'repo');
    packDir = join(gitdir, 'objects', 'pack');
    await mkdir(packDir, { recursive: true });
    await addPack(Array.from({ length: 300 }, (_, at) => bytesOf(at)));
  });
  afterEach(async () => {
    await clock.advance(5_000);
    await rm(dir, { recursive: true });
  });

  async function addPack(objects: readonly Buffer[]): Promise<string> {
    const pack = makePack(objects.map((bytes) => ({ kind: 'blob', bytes }) as const));
    const idx = encodeIdx(await indexPack(pack, () => undefined), pack.subarray(-20));
    const name = join(packDir, `pack-${pack.subarray(-20).toString('hex')}`);
    await writeFile(`${name}.pack`, pack);
    await writeFile(`${name}.idx`, idx);
    return name;
  }

  function open(git = realGit()): CatFileReader {
    const scratch = new ScratchRoom(join(dir, 'data'), systemDisk);
    return new CatFileReader(gitdir, { git, scratch, clock, sums: new PackSums() });
  }

  /** Every start leaves a folder: a file would be above the limit of the system. */
  async function fakeGit(script: string): Promise<GitProgram> {
    const path = join(dir, 'git');
    await mkdir(join(dir, 'starts'));
    await writeFile(path, `#!/bin/sh\nmkdir ${dir}/starts/$$\n${script}\n`);
    await chmod(path, 0o755);
    return { path, version: '2.40.0' };
  }

  const starts = async (): Promise<number> => (await readdir(join(dir, 'starts'))).length;

  it('objects of several packs, in any order and twice; what is in none, absent', async () => {
    await addPack([bytesOf(300), Buffer.alloc(0)]);
    const reader = open();
    const oids = [...Array.from({ length: 301 }, (_, at) => nameOf(at)), oid(Buffer.alloc(0))];
    expect(await heldBy(reader, [...oids.toReversed(), absent, nameOf(7)])).toEqual(
      oids.toReversed(),
    );
    const read = await reader.readMany([nameOf(300)]);
    expect(read.ok && read.value.get(nameOf(300))).toEqual({
      oid: nameOf(300),
      type: 'blob',
      bytes: bytesOf(300),
    });
  });

  it('many readers at once, each with its own answer', async () => {
    const reader = open();
    const reads = Array.from({ length: 50 }, (_, at) => heldBy(reader, [nameOf(at), absent]));
    expect(await Promise.all(reads)).toEqual(reads.map((_, at) => [nameOf(at)]));
  });

  it('no folder, an empty one and no question: nothing, and no program', async () => {
    await rm(packDir, { recursive: true });
    const reader = open(await fakeGit('exit 1'));
    expect(await heldBy(reader, [nameOf(1)])).toEqual([]);
    await mkdir(packDir);
    expect(await heldBy(reader, [nameOf(1)])).toEqual([]);
    expect(await starts()).toBe(0);
    await addPack([bytesOf(1)]);
    expect(await heldBy(reader, [])).toEqual([]);
  });

  it('a pack that comes while the program runs, seen', async () => {
    const reader = open();
    expect(await heldBy(reader, [nameOf(1), nameOf(300)])).toEqual([nameOf(1)]);
    await addPack([bytesOf(300)]);
    expect(await heldBy(reader, [nameOf(300)])).toEqual([nameOf(300)]);
  });

  it('one program for many reads, ended after two idle seconds, started again', async () => {
    const git = realGit();
    const reader = open(await fakeGit(`exec ${git.path} "$@"`));
    for (const at of [1, 2, 3]) await heldBy(reader, [nameOf(at)]);
    expect(await starts()).toBe(1);
    await clock.advance(2_000);
    expect(clock.pending()).toBe(0);
    expect(await heldBy(reader, [nameOf(4)])).toEqual([nameOf(4)]);
    expect(await starts()).toBe(2);
  });

  it('dropped while it reads, answered first; its folder gone', async () => {
    const reader = open();
    const reading = heldBy(reader, [nameOf(1)]);
    await reader.drop();
    expect(await reading).toEqual([nameOf(1)]);
    await reader.drop();
    expect(await readdir(join(dir, 'data', 'scratch'))).toEqual([]);
  });

  it.each([
    ['a pack', '.pack'],
    ['an index', '.idx'],
  ])('%s with one bit flipped, a stop until forgiven', async (_name, suffix) => {
    const name = await addPack([bytesOf(300)]);
    const file = await systemDisk.read(name + suffix);
    const flipped = Buffer.from(file);
    flipped.writeUInt8((flipped[flipped.length >> 1] ?? 0) ^ 1, flipped.length >> 1);
    await writeFile(name + suffix, flipped);
    const reader = open();
    expect(reasonOf(await reader.readMany([nameOf(1)]))).toBe('GitTruncated');
    await writeFile(name + suffix, file);
    expect(reasonOf(await reader.readMany([nameOf(1)]))).toBe('GitTruncated');
    expect(reader.isDamaged).toBe(true);
    await reader.forgive();
    expect(await heldBy(reader, [nameOf(300)])).toEqual([nameOf(300)]);
  });

  it('a pack without index, not seen; an index without pack, of another name or count: a stop', async () => {
    await writeFile(join(packDir, `pack-${'0'.repeat(40)}.pack`), 'half');
    expect(await heldBy(open(), [nameOf(1)])).toEqual([nameOf(1)]);
    const name = await addPack([bytesOf(300)]);
    const idx = await systemDisk.read(`${name}.idx`);
    await rm(`${name}.pack`);
    expect(reasonOf(await open().readMany([nameOf(1)]))).toBe('GitTruncated');
    await rm(`${name}.idx`);
    await writeFile(join(packDir, 'other.idx'), idx);
    expect(reasonOf(await open().readMany([nameOf(1)]))).toBe('GitTruncated');
    await rm(join(packDir, 'other.idx'));
    await addPack([bytesOf(300)]);
    await writeFile(`${name}.idx`, encodeIdx([], Buffer.from(name.slice(-40), 'hex')));
    expect(reasonOf(await open().readMany([nameOf(1)]))).toBe('GitTruncated');
  });

  it('an object above the limit, RepositoryTooLarge, and the rest still read', async () => {
    const huge = Buffer.alloc(MAX_OBJECT_BYTES + 1);
    const pack = makePack([{ kind: 'blob', bytes: huge }]);
    const sum = pack.subarray(-20);
    const name = join(packDir, `pack-${sum.toString('hex')}`);
    await writeFile(`${name}.pack`, pack);
    await writeFile(`${name}.idx`, encodeIdx([{ name: oid(huge), offset: 12, crc: 0 }], sum));
    const reader = open();
    const read = await reader.readMany([nameOf(1), oid(huge)]);
    expect(read.ok ? 'ok' : [read.stop.reason, read.stop.oid]).toEqual([
      'RepositoryTooLarge',
      oid(huge),
    ]);
    expect(await heldBy(reader, [nameOf(1)])).toEqual([nameOf(1)]);
  });

  it('objects that are too much together, RepositoryTooLarge; fewer of them, read', async () => {
    const large = [1, 2, 3].map((fill) => Buffer.alloc(MAX_OBJECT_BYTES, fill));
    const names = large.map(oid);
    for (const bytes of large) await addPack([bytes]);
    const reader = open();
    expect(reasonOf(await reader.readMany([nameOf(1), ...names]))).toBe('RepositoryTooLarge');
    expect(await heldBy(reader, names.slice(1))).toEqual(names.slice(1));
  });

  it.each([
    ['another object', `read x; echo ${absent} blob 1; echo x; sleep 600`],
    ['an unknown type', 'read x; echo $x tree-ish 1; echo x; sleep 600'],
    ['a size that is none', 'read x; echo $x blob -1; sleep 600'],
    ['no end behind the object', 'read x; echo $x blob 1; echo xy; sleep 600'],
    ['a header without end', 'read x; printf %0200d 0; sleep 600'],
    ['an ambiguous name', 'read x; echo $x ambiguous; sleep 600'],
    ['an end', 'read x; exit 0'],
    ['an end before the question', 'exit 3'],
    ['an end in the object', 'read x; echo $x blob 100; echo x'],
    ['more than was asked', 'read x; echo $x missing; echo more; sleep 600'],
  ])('a program that answers with %s, asked once more and then a stop', async (_name, script) => {
    const reader = open(await fakeGit(script));
    const asked = [nameOf(1), nameOf(2)];
    const reads = [await reader.readMany(asked), await reader.readMany(asked)].map(reasonOf);
    expect([reads, await starts(), reader.isDamaged]).toEqual([
      ['GitTruncated', 'GitTruncated'],
      2,
      true,
    ]);
  });

  it('a program that is silent, StoreUnavailable and no damage', async () => {
    const reader = open(await fakeGit('sleep 600'));
    const reading = reader.readMany([nameOf(1)]);
    while ((await starts()) === 0) await clock.advance(0);
    await clock.advance(240_000);
    expect([reasonOf(await reading), reader.isDamaged]).toEqual(['StoreUnavailable', false]);
  });

  it.each([
    ['that complains of it', 'read x; echo "fatal: Out of memory" >&2; exit 128'],
    ['that the system kills', 'read x; kill -KILL $$'],
  ])('a program out of memory %s, StoreUnavailable and no damage', async (_name, script) => {
    const reader = open(await fakeGit(script));
    expect(reasonOf(await reader.readMany([nameOf(1)]))).toBe('StoreUnavailable');
    expect(reader.isDamaged).toBe(false);
  });
});
