import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../../../test/support/clock.ts';
import {
  literalDelta,
  makePack,
  oidOf,
  repeatingDelta,
} from '../../../../test/support/git-server/pack-maker.ts';
import { parseOid } from '../../../domain/oid.ts';
import type { Oid } from '../../../domain/oid.ts';
import { Deadline } from '../../net/deadline.ts';
import { systemDisk } from '../disk.ts';
import type { TakenPack } from '../engine.ts';
import { stopOf } from '../failure.ts';
import { ScratchRoom } from '../scratch.ts';
import { makeFrame } from './frame.ts';
import { IndexPackIntake } from './index-pack.ts';
import { PackSums } from './pack-sums.ts';
import { findGit } from './program.ts';
import type { GitProgram } from './program.ts';

const MIB = 1024 * 1024;
const ONE = Buffer.from('one');
const one = parseOid(oidOf('blob', ONE)) ?? never();
const absent = parseOid('f'.repeat(40)) ?? never();
const clock = manualClock();

function never(): never {
  throw new Error('not an oid');
}

function realGit(): GitProgram {
  const looked = findGit(process.env['PATH']);
  if ('found' in looked) return looked.found;
  throw new Error(looked.missing);
}

describe('git index-pack', () => {
  let dir: string;
  let packDir: string;
  let deadline: Deadline;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gw-intake-'));
    packDir = join(dir, 'pack');
    await systemDisk.makeDir(packDir);
    deadline = new Deadline(clock, 60_000, new AbortController().signal);
  });
  afterEach(async () => {
    deadline.close();
    await rm(dir, { recursive: true });
  });

  async function begin(git = realGit(), maxPackBytes = MIB): Promise<IndexPackIntake> {
    const frame = await makeFrame(new ScratchRoom(dir, systemDisk));
    const tools = { git, frame, sums: new PackSums() };
    return new IndexPackIntake(packDir, { maxPackBytes, deadline }, tools);
  }

  /** The outcome of a whole intake; nothing may be left of its work. */
  async function taken(
    bytes: Uint8Array,
    options: Readonly<{ git?: GitProgram; max?: number; wanted?: readonly Oid[] }> = {},
  ): Promise<TakenPack | string> {
    const intake = await begin(options.git, options.max);
    try {
      await intake.write(bytes);
      return await intake.finish(options.wanted ?? []);
    } catch (error) {
      await intake.cancel();
      return stopOf(error).reason;
    } finally {
      expect(await readdir(join(dir, 'scratch'))).toEqual([]);
    }
  }

  async function fakeGit(script: string): Promise<GitProgram> {
    const path = join(dir, 'git');
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return { path, version: '2.40.0' };
  }

  const good = makePack([{ kind: 'blob', bytes: ONE }]);
  const zeros = Buffer.alloc(700 * MIB);

  it('a good pack, it and its index and what is missing in it', async () => {
    const name = `pack-${good.subarray(-20).toString('hex')}`;
    expect(await taken(good, { wanted: [one, absent] })).toEqual({ name, missing: [absent] });
    expect((await readdir(packDir)).toSorted()).toEqual([`${name}.idx`, `${name}.pack`]);
  });

  it('a pack without objects, everything missing', async () => {
    expect(await taken(makePack([]), { wanted: [one] })).toMatchObject({ missing: [one] });
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'GitTruncated'],
    ['half of it', good.subarray(0, good.length / 2), 'GitTruncated'],
    ['a wrong checksum', Buffer.concat([good.subarray(0, -1), Buffer.of(0)]), 'GitTruncated'],
    ['something behind it', Buffer.concat([good, Buffer.from('junk')]), 'GitTruncated'],
    ['much behind it', Buffer.concat([good, Buffer.alloc(MIB / 2)]), 'GitTruncated'],
    [
      'a delta without its base',
      makePack([{ kind: 'ref', oid: absent, delta: literalDelta(3, ONE) }]),
      'GitTruncated',
    ],
    [
      'more objects than memory has room for',
      makePack([{ kind: 'blob', bytes: ONE }], 0xfffffff0),
      'RepositoryTooLarge',
    ],
    [
      'a commit that inflates beyond memory',
      makePack([{ kind: 'commit', bytes: zeros }]),
      'RepositoryTooLarge',
    ],
    [
      'a delta that does',
      makePack([
        { kind: 'blob', bytes: Buffer.alloc(60_000) },
        {
          kind: 'ref',
          oid: oidOf('blob', Buffer.alloc(60_000)),
          delta: repeatingDelta(60_000, 60_000, 15_000),
        },
      ]),
      'RepositoryTooLarge',
    ],
  ])('%s, %#', async (_name, bytes, reason) => {
    expect([await taken(bytes), await readdir(packDir)]).toEqual([reason, []]);
  });

  it('a pack above the limit, refused by git as well', async () => {
    expect(await taken(good, { max: 10 })).toBe('RepositoryTooLarge');
  });

  it.each([
    ['an answer that is no checksum', 'cat >/dev/null; echo keep me'],
    ['a failure', 'cat >/dev/null; exit 1'],
    ['an end before the pack', 'exit 0'],
  ])('%s, GitTruncated', async (_name, script) => {
    expect(await taken(good, { git: await fakeGit(script) })).toBe('GitTruncated');
  });

  it('killed by the system, RepositoryTooLarge', async () => {
    const git = await fakeGit('cat >/dev/null; kill -KILL $$');
    expect(await taken(good, { git })).toBe('RepositoryTooLarge');
  });

  it('a full volume, StoreUnavailable', async () => {
    const git = await fakeGit(
      'cat >/dev/null; echo "fatal: No space left on device" >&2; exit 128',
    );
    expect(await taken(good, { git })).toBe('StoreUnavailable');
  });

  it('a program that is not there, an error of its own and nothing left', async () => {
    const git = { path: join(dir, 'none'), version: '2.40.0' };
    expect(await taken(good, { git })).toBe('GitTruncated');
  });

  it('nothing of this process in the environment, no file that it could read', async () => {
    process.env['GIT_TRACE'] = '/tmp/canary';
    const seen = join(dir, 'seen');
    await taken(good, { git: await fakeGit(`env >${seen}; cat >/dev/null; exit 1`) });
    delete process.env['GIT_TRACE'];
    const names = (await systemDisk.read(seen)).toString().replace(/=.*/g, '').trim().split('\n');
    const expected =
      /^(?:GIT_(?:DIR|CONFIG_.*|NO_.*|ALLOW_PROTOCOL|TERMINAL_PROMPT)|PATH|HOME|LC_ALL|MALLOC_ARENA_MAX|PWD|OLDPWD|SHLVL|_)$/;
    expect(names.filter((name) => !expected.test(name))).toEqual([]);
  });

  it('a slow reader, the writer waits; the deadline ends the whole process group', async () => {
    const pids = join(dir, 'pids');
    const git = await fakeGit(`sleep 600 & echo $! >${pids}; sleep 600`);
    const intake = await begin(git, 100 * MIB);
    const writing = intake.write(Buffer.alloc(8 * MIB)).then(
      () => 'written',
      (error: unknown) => stopOf(error).reason,
    );
    while (!(await systemDisk.list(dir)).includes('pids')) await clock.advance(0);
    let isOver = false;
    void writing.then(() => (isOver = true));
    await clock.advance(59_000);
    expect(isOver).toBe(false);
    await clock.advance(2_000);
    expect(await writing).toBe('GitTimeout');
    // It waits for the end of the pipes, which the sleeper in the background holds as well.
    await intake.cancel();
  });
});
