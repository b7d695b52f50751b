import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/clock.ts';
import { makePack, oidOf } from '../../../test/support/git-server/pack-maker.ts';
import { heldBy, reasonOf } from '../../../test/support/git-server/world.ts';
import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { encodeIdx } from './idx-file.ts';
import { indexPack } from './pack-index.ts';
import { PackReader } from './pack-reader.ts';

const bytesOf = (at: number): Buffer => Buffer.from(`object ${at}`);
const nameOf = (at: number): Oid => parseOid(oidOf('blob', bytesOf(at))) ?? absent;
const absent = 'f'.repeat(40) as Oid; // Forty digits, as an oid has.

describe('pack reader', () => {
  let gitdir: string;
  let packDir: string;
  const clock = manualClock();

  beforeEach(async () => {
    gitdir = await mkdtemp(join(tmpdir(), 'gw-reader-'));
    packDir = join(gitdir, 'objects', 'pack');
    await mkdir(packDir, { recursive: true });
    await addPack(0, 300);
  });
  afterEach(() => rm(gitdir, { recursive: true }));

  async function addPack(from: number, to: number): Promise<void> {
    const count = to - from;
    const parts = Array.from({ length: count }, (_, at) => {
      return { kind: 'blob', bytes: bytesOf(from + at) } as const;
    });
    const pack = makePack(parts);
    const idx = encodeIdx(await indexPack(pack, () => undefined), pack.subarray(-20));
    const name = join(packDir, `pack-${pack.subarray(-20).toString('hex')}`);
    await writeFile(`${name}.pack`, pack);
    await writeFile(`${name}.idx`, idx);
  }

  it('several packs, objects of all; what is in none, absent', async () => {
    await addPack(300, 400);
    const reader = new PackReader(gitdir, clock);
    const oids = Array.from({ length: 400 }, (_, at) => nameOf(at));
    expect(await heldBy(reader, [...oids, absent])).toEqual(oids);
  });

  it('no folder at all, every object absent', async () => {
    expect(await heldBy(new PackReader(join(gitdir, 'none'), clock), [nameOf(1)])).toEqual([]);
  });

  it('other work, done between the objects of a long read', async () => {
    const reader = new PackReader(gitdir, clock);
    await reader.readMany([nameOf(0)]);
    const state = { turns: 0, isOver: false };
    const turn = (): void => {
      state.turns++;
      if (!state.isOver) setImmediate(turn);
    };
    setImmediate(turn);
    await reader.readMany(Array.from({ length: 300 }, (_, at) => nameOf(at)));
    state.isOver = true;
    expect(state.turns).toBeGreaterThanOrEqual(4);
  });

  it('packs in memory while they are read, given back two seconds later', async () => {
    const reader = new PackReader(gitdir, clock);
    expect(await heldBy(reader, [nameOf(1)])).toEqual([nameOf(1)]);
    await rm(packDir, { recursive: true });
    await clock.advance(1_999);
    expect(await heldBy(reader, [nameOf(2)])).toEqual([nameOf(2)]);
    await clock.advance(2_000);
    expect(await heldBy(reader, [nameOf(2)])).toEqual([]);
    await reader.drop();
    expect(clock.pending()).toBe(0);
  });

  it('loose object, alternates, replaced ref and shallow file planted beside the packs, not seen', async () => {
    const planted = Buffer.from('blob 7\0planted');
    const oid = parseOid(oidOf('blob', Buffer.from('planted'))) ?? absent;
    const files: Record<string, string | Uint8Array> = {
      [`objects/${oid.slice(0, 2)}/${oid.slice(2)}`]: deflateSync(planted),
      'objects/info/alternates': '/var/other/objects\n',
      [`refs/replace/${nameOf(1)}`]: `${nameOf(2)}\n`,
      shallow: `${nameOf(1)}\n`,
    };
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(gitdir, path, '..'), { recursive: true });
      await writeFile(join(gitdir, path), content);
    }
    const read = await new PackReader(gitdir, clock).readMany([oid, nameOf(1)]);
    expect(read.ok && [...read.value.keys()]).toEqual([nameOf(1)]);
    expect(read.ok && Buffer.from(read.value.get(nameOf(1))?.bytes ?? '').toString()).toBe(
      'object 1',
    );
  });

  it('a pack without its index, not seen; an index without its pack, a stop until forgiven', async () => {
    await writeFile(join(packDir, `pack-${'0'.repeat(40)}.pack`), 'half');
    const reader = new PackReader(gitdir, clock);
    expect(await heldBy(reader, [nameOf(1)])).toEqual([nameOf(1)]);
    await reader.drop();
    await writeFile(join(packDir, `pack-${'0'.repeat(40)}.idx`), 'half');
    expect(reasonOf(await reader.readMany([nameOf(1)]))).toBe('GitTruncated');
    await rm(join(packDir, `pack-${'0'.repeat(40)}.idx`));
    expect(reasonOf(await reader.readMany([nameOf(1)]))).toBe('GitTruncated');
    await reader.forgive();
    expect(await heldBy(reader, [nameOf(1)])).toEqual([nameOf(1)]);
  });
});
