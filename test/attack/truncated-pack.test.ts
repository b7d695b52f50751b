import process from 'node:process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chooseEngine } from '../../src/adapters/git/choose.ts';
import { gitSource } from '../../src/adapters/git/source.ts';
import type { Oid } from '../../src/domain/oid.ts';
import { NaiveClone } from '../support/git-server/naive.ts';
import {
  GitWorld,
  MAIN,
  NEVER,
  adopt,
  filesIn,
  heldBy,
  must,
  reasonOf,
} from '../support/git-server/world.ts';

/** A server, or whoever stands before it, ends the pack early in an answer that is well formed. */
describe.each(['embedded', 'native'] as const)('attack: truncated pack, %s', (name) => {
  const engine = chooseEngine(name, process.env['PATH']);
  const fractions = Array.from({ length: 20 }, (_, at) => at / 20);
  let world: GitWorld;
  let tip: Oid;
  let wanted: readonly Oid[];

  beforeAll(async () => {
    world = await GitWorld.create((dataDir, clock) =>
      gitSource({ dataDir, clock, engine, allowHttp: true, allowPrivateAddresses: true }),
    );
    tip = await world.work.head();
    wanted = await world.reachable(tip);
  });
  afterEach(() => world.server.setFault(undefined));
  afterAll(() => world.close());

  it('naive client, takes it for good and cannot read it', async () => {
    const naive = await NaiveClone.create(world.remote.url);
    world.server.setFault({ kind: 'truncate', fraction: 0.6 });
    expect(await naive.fetch()).toBe(tip);
    expect(await naive.history(tip)).not.toBe(3);
    await naive.remove();
  });

  it.each(fractions)(
    'first fetch cut at %d, GitTruncated, and the next heals',
    async (fraction) => {
      const dataDir = await world.dataDir();
      const port = await world.open({ dataDir });
      world.server.setFault({ kind: 'truncate', fraction });
      expect(reasonOf(await port.fetch([MAIN], undefined, NEVER))).toBe('GitTruncated');
      expect(await filesIn(dataDir)).toEqual([]);
      world.server.setFault(undefined);
      const healed = must(await port.fetch([MAIN], undefined, NEVER));
      expect(await heldBy(healed, wanted)).toHaveLength(wanted.length);
      await healed.discard();
    },
  );

  it('a later fetch cut at every twentieth, the anchor untouched, and the next heals', async () => {
    const dataDir = await world.dataDir();
    const port = await world.open({ dataDir });
    const anchor = await adopt(port);
    const files = await filesIn(dataDir);
    const old = await world.reachable(anchor);
    const next = await world.advance();
    for (const fraction of fractions) {
      world.server.setFault({ kind: 'truncate', fraction });
      expect(reasonOf(await port.fetch([MAIN], anchor, NEVER))).toBe('GitTruncated');
      expect(await filesIn(dataDir)).toEqual(files);
    }
    expect(await heldBy(port.published, old)).toHaveLength(old.length);
    world.server.setFault(undefined);
    const quarantine = must(await port.fetch([MAIN], anchor, NEVER));
    const fresh = await world.reachable(next);
    expect(await heldBy(quarantine, fresh)).toHaveLength(fresh.length);
    await quarantine.discard();
  });
});
