import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Oid } from '../../src/domain/oid.ts';
import { GpgHome } from '../support/gpg.ts';
import { UNREACHABLE } from '../support/line/git.ts';
import { configFile } from '../support/line/files.ts';
import { LineWorld } from '../support/line/world.ts';
import { buildRepo } from '../support/repo-builder.ts';
import type { TestRepo } from '../support/repo-builder.ts';

// G15: somebody keeps the source out of reach, so that a fix never arrives. The naive guard sees its
// objects in sync and says that all is well.

const HOUR = 3_600_000;

let home: GpgHome;
let work: TestRepo;
let world: LineWorld;
let [old, fix]: Oid[] = [];
beforeAll(async () => {
  home = await GpgHome.create();
  const ada = await home.newKey('Ada', 'ada@example.com');
  work = await buildRepo();
  old = await work.commit({ files: configFile('old'), sign: ada });
  fix = await work.commit({ files: configFile('fix'), sign: ada });
  world = await LineWorld.create(work, ada);
}, 60_000);

afterAll(async () => {
  await work.remove();
  await home.remove();
});

/** Are the objects as the last accepted commit says? */
const naive = (): boolean => world.memory.failures.length === 0;

describe('a source that is kept out of reach', () => {
  it('for less than maxStaleness a retry, for longer SourceStale, and the fix is taken once seen', async () => {
    world.git.tip = old;
    await world.pass();
    world.git.down = UNREACHABLE;
    await world.clock.advance(24 * HOUR);
    expect([naive(), (await world.pass()).stop?.reason]).toEqual([true, 'GitUnreachable']);
    await world.clock.advance(1);
    expect([naive(), (await world.pass()).stop?.reason]).toEqual([true, 'SourceStale']);
    world.git.down = undefined;
    world.git.tip = fix;
    expect((await world.pass()).notes.map(({ reason }) => reason)).toEqual(['CommitAccepted']);
    world.git.down = UNREACHABLE;
    await world.clock.advance(HOUR);
    expect((await world.pass()).stop?.reason).toBe('GitUnreachable');
  });
});
