import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  appendingDelta,
  literalDelta,
  makeEntry,
  makePack,
  oidOf,
  repeatingDelta,
  sealed,
} from '../../../test/support/git-server/pack-maker.ts';
import { buildRepo } from '../../../test/support/repo-builder.ts';
import type { TestRepo } from '../../../test/support/repo-builder.ts';
import { GitError } from './failure.ts';
import { decodeIdx, encodeIdx } from './idx-file.ts';
import { mergePacks } from './merge-packs.ts';
import type { PackFiles } from './merge-packs.ts';
import { MAX_OBJECTS, MAX_OBJECT_BYTES } from './pack-entries.ts';
import { indexPack } from './pack-index.ts';

const ONE = Buffer.from('one');
const TWO = Buffer.from('two, and a bit more');
const blob = (bytes: Uint8Array) => ({ kind: 'blob', bytes }) as const;
const MiB = 1024 * 1024;

async function outcome(pack: Buffer): Promise<string> {
  try {
    return (await indexPack(pack, () => undefined)).map(({ name }) => name).join(' ');
  } catch (error) {
    if (error instanceof GitError) return error.stop.reason;
    throw error;
  }
}

describe('pack index, against the real git', () => {
  let repo: TestRepo;
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gw-pack-'));
    repo = await buildRepo();
    const bulk = randomBytes(20_000);
    for (let round = 0; round < 12; round++) {
      bulk.writeUInt32BE(round, round * 100);
      await repo.commit({ files: { 'bulk.bin': bulk, [`f${round}.txt`]: 'x\n'.repeat(round) } });
    }
  });
  afterAll(async () => {
    await repo.remove();
    await rm(dir, { recursive: true });
  });

  async function packed(...args: readonly string[]): Promise<Buffer> {
    const command = ['pack-objects', '--stdout', '-q', '--all', '--revs', ...args];
    return (await repo.run(command, { input: 'HEAD\n' })).stdout;
  }

  async function gitIndex(pack: Buffer): Promise<Buffer> {
    const file = join(dir, 'oracle.pack');
    await writeFile(file, pack);
    const ran = await repo.run(['index-pack', '-o', join(dir, 'oracle.idx'), file]);
    expect(ran.stderr).toBe('');
    const idx = await readFile(join(dir, 'oracle.idx'));
    await rm(join(dir, 'oracle.idx'));
    return idx;
  }

  it.each([
    ['deltas by distance', ['--delta-base-offset']],
    ['deltas by name', []],
    ['long chains', ['--delta-base-offset', '--depth=4000', '--window=50']],
    ['no deltas', ['--window=0']],
  ])('%s, the same index byte for byte', async (_name, args) => {
    const pack = await packed(...args);
    const idx = encodeIdx(await indexPack(pack, () => undefined), pack.subarray(-20));
    expect(idx.equals(await gitIndex(pack))).toBe(true);
  });

  it('packs merged, the index git makes of the result', async () => {
    const parts: Buffer[] = [];
    for (const range of ['HEAD~8', 'HEAD~4\n^HEAD~8', 'HEAD\n^HEAD~4']) {
      const command = ['pack-objects', '--stdout', '-q', '--revs', '--delta-base-offset'];
      parts.push((await repo.run(command, { input: `${range}\n` })).stdout);
    }
    const files: PackFiles[] = [];
    for (const pack of parts) files.push({ pack, idx: await gitIndex(pack) });
    const merged = mergePacks(files);
    const idx = await gitIndex(merged?.pack ?? Buffer.alloc(0));
    expect(merged?.idx.equals(idx)).toBe(true);
  });

  it('a damaged part, not merged', async () => {
    const pack = await packed();
    const idx = await gitIndex(pack);
    const spoilt = Buffer.from(pack);
    spoilt.writeUInt8(spoilt.readUInt8(100) ^ 1, 100);
    expect(mergePacks([{ pack: spoilt, idx }])).toBeUndefined();
    expect(mergePacks([{ pack, idx: idx.subarray(0, -1) }])).toBeUndefined();
    expect(mergePacks([{ pack, idx }])?.pack.equals(pack)).toBe(true);
  });

  it('index written and read back, the same', async () => {
    const objects = await indexPack(await packed(), () => undefined);
    const idx = encodeIdx(objects, Buffer.alloc(20));
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    expect(decodeIdx(idx)).toEqual(objects.toSorted(byName));
  });

  it('2,000 mutants of a real pack under a right checksum: a typed stop, or what git reads', async () => {
    const content = (await packed('--delta-base-offset')).subarray(0, -20);
    const property = fc.asyncProperty(
      fc.nat(content.length - 1),
      fc.integer({ min: 1, max: 255 }),
      async (at, change) => {
        const mutant = Buffer.from(content);
        mutant.writeUInt8(mutant.readUInt8(at) ^ change, at);
        expect(await outcome(sealed(mutant))).toMatch(/^(?:Git|Repository|[0-9a-f]{40})/);
      },
    );
    await fc.assert(property, { numRuns: 2_000 });
  });

  it('the deadline, looked at on the way', async () => {
    const pack = makePack(Array.from({ length: 2_000 }, (_, at) => blob(Buffer.from(`${at}`))));
    const late = new Error('late');
    await expect(
      indexPack(pack, () => {
        throw late;
      }),
    ).rejects.toBe(late);
  });
});

describe('pack index, hostile packs', () => {
  const good = makePack([blob(ONE), blob(TWO)]);
  const [one, two] = [oidOf('blob', ONE), oidOf('blob', TWO)];
  const three = Buffer.from('three');
  const delta = literalDelta(ONE.length, three);
  const cyclic = (base: string, length: number) =>
    ({ kind: 'ref', oid: base, delta: literalDelta(length, ONE) }) as const;

  it.each([
    ['two objects', good, `${one} ${two}`],
    ['no objects', makePack([]), ''],
    [
      'a delta by name',
      makePack([blob(ONE), { kind: 'ref', oid: one, delta }]),
      `${one} ${oidOf('blob', three)}`,
    ],
    [
      'a delta before its base',
      makePack([{ kind: 'ref', oid: one, delta }, blob(ONE)]),
      `${oidOf('blob', three)} ${one}`,
    ],
    ['an object twice', makePack([blob(ONE), blob(ONE)]), `${one} ${one}`],
    ['an empty blob', makePack([blob(Buffer.alloc(0))]), oidOf('blob', Buffer.alloc(0))],
    ['nothing', Buffer.alloc(0), 'GitTruncated'],
    ['cut in the header', good.subarray(0, 10), 'GitTruncated'],
    ['cut in an object', good.subarray(0, 30), 'GitTruncated'],
    ['cut in the checksum', good.subarray(0, -1), 'GitTruncated'],
    ['a wrong checksum', Buffer.concat([good.subarray(0, -1), Buffer.of(0)]), 'GitTruncated'],
    ['cut, then sealed', sealed(good.subarray(0, 30)), 'GitProtocolError'],
    ['one counted too many', makePack([blob(ONE), blob(TWO)], 3), 'GitProtocolError'],
    ['one counted too few', makePack([blob(ONE), blob(TWO)], 1), 'GitProtocolError'],
    ['version 3', sealed(Buffer.from('PACK\0\0\0\u0003\0\0\0\0', 'latin1')), 'GitProtocolError'],
    [
      'another magic',
      sealed(Buffer.from('KCAP\0\0\0\u0002\0\0\0\0', 'latin1')),
      'GitProtocolError',
    ],
    ['a billion counted', makePack([], 1_000_000_000), 'RepositoryTooLarge'],
    ['many counted, none there', makePack([], MAX_OBJECTS), 'GitProtocolError'],
    ['an object shorter than it says', makePack([{ ...blob(ONE), size: 4 }]), 'GitProtocolError'],
    ['an object longer than it says', makePack([{ ...blob(ONE), size: 2 }]), 'GitProtocolError'],
    ['a huge size', makePack([{ ...blob(ONE), size: 2 ** 40 }]), 'RepositoryTooLarge'],
    [
      'an endless size',
      sealed(
        Buffer.concat([
          Buffer.from('PACK\0\0\0\u0002\0\0\0\u0001', 'latin1'),
          Buffer.alloc(64, 0xff),
        ]),
      ),
      'RepositoryTooLarge',
    ],
    [
      'type 0',
      sealed(
        Buffer.concat([Buffer.from('PACK\0\0\0\u0002\0\0\0\u0001', 'latin1'), Buffer.alloc(20)]),
      ),
      'GitProtocolError',
    ],
    ['a delta to nothing (thin)', makePack([{ kind: 'ref', oid: two, delta }]), 'GitProtocolError'],
    ['a delta to itself', makePack([cyclic(one, 3)]), 'GitProtocolError'],
    ['a cycle of two', makePack([cyclic(one, 3), cyclic(two, 3)]), 'GitProtocolError'],
    [
      'a distance of 0',
      makePack([blob(ONE), { kind: 'ofs', distance: 0, delta }]),
      'GitProtocolError',
    ],
    [
      'a distance before the start',
      makePack([blob(ONE), { kind: 'ofs', distance: 5_000, delta }]),
      'GitProtocolError',
    ],
    [
      'a distance into another object',
      makePack([blob(ONE), { kind: 'ofs', distance: 2, delta }]),
      'GitProtocolError',
    ],
    [
      'a delta for another base',
      makePack([blob(ONE), { kind: 'ref', oid: one, delta: literalDelta(4, three) }]),
      'GitProtocolError',
    ],
    [
      'a delta that copies too far',
      makePack([blob(ONE), { kind: 'ref', oid: one, delta: repeatingDelta(3, 4, 1) }]),
      'GitProtocolError',
    ],
    [
      'a delta that ends early',
      makePack([blob(ONE), { kind: 'ref', oid: one, delta: delta.subarray(0, -1) }]),
      'GitProtocolError',
    ],
    [
      'an empty delta',
      makePack([blob(ONE), { kind: 'ref', oid: one, delta: Buffer.alloc(0) }]),
      'GitProtocolError',
    ],
    [
      'a delta with command 0',
      makePack([blob(ONE), { kind: 'ref', oid: one, delta: Buffer.of(3, 1, 0) }]),
      'GitProtocolError',
    ],
  ])('%s, %#', async (_name, pack, expected) => {
    expect(await outcome(pack)).toBe(expected);
  });

  it('a bomb of 1:1000, RepositoryTooLarge without inflating it', async () => {
    const before = process.memoryUsage().rss;
    const bomb = makePack([blob(Buffer.alloc(MAX_OBJECT_BYTES + 1))]);
    expect(await outcome(bomb)).toBe('RepositoryTooLarge');
    const liar = makePack([{ ...blob(Buffer.alloc(64 * MiB)), size: 10 }]);
    expect(await outcome(liar)).toBe('GitProtocolError');
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MiB);
  });

  it('deltas that grow without end, RepositoryTooLarge with bounded memory', async () => {
    const base = Buffer.alloc(60_000, 1);
    const oid = oidOf('blob', base);
    const grow = (times: number) =>
      ({ kind: 'ref', oid, delta: repeatingDelta(base.length, base.length, times) }) as const;
    expect(await outcome(makePack([blob(base), grow(600)]))).toBe('RepositoryTooLarge');
    const many = (count: number): Buffer =>
      makePack([blob(base), ...Array.from({ length: count }, (_, at) => grow(500 - at))]);
    const before = process.memoryUsage().rss;
    expect(await outcome(many(6))).toMatch(/^[0-9a-f]{40} /);
    expect(await outcome(many(100))).toBe('RepositoryTooLarge');
    expect(process.memoryUsage().rss - before).toBeLessThan(250 * MiB);
  });

  it('a long chain of a large object, expanded once and not once a link', async () => {
    const base = Buffer.alloc(10 * MiB, 7);
    const parts: Buffer[] = [makeEntry(blob(base))];
    for (let link = 0; link < 30; link++) {
      const longer = appendingDelta(base.length + link, Buffer.of(link));
      const distance = parts.at(-1)?.length ?? 0;
      parts.push(makeEntry({ kind: 'ofs', distance, delta: longer }));
    }
    const header = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
    header.writeUInt32BE(parts.length, 8);
    expect(await outcome(sealed(Buffer.concat([header, ...parts])))).toMatch(
      /^(?:[0-9a-f]{40} ?){31}$/,
    );
  });

  it('a chain longer than git makes, refused; the longest git makes, read', async () => {
    const chain = (length: number): Buffer => {
      let last = makeEntry(blob(ONE));
      const entries = [last];
      for (let at = 0; at < length; at++) {
        const bytes = Buffer.from(String(at).padStart(3, '0').slice(-3));
        last = makeEntry({ kind: 'ofs', distance: last.length, delta: literalDelta(3, bytes) });
        entries.push(last);
      }
      const header = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
      header.writeUInt32BE(entries.length, 8);
      return sealed(Buffer.concat([header, ...entries]));
    };
    expect(await outcome(chain(4_095))).toMatch(/^[0-9a-f]{40} /);
    expect(await outcome(chain(4_096))).toBe('GitProtocolError');
  });
});
