import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { embeddedGit } from '../../src/adapters/git/embedded.ts';
import { NaiveClone } from '../support/git-server/naive.ts';
import { GitWorld, MAIN, NEVER, adopt, filesIn, reasonOf } from '../support/git-server/world.ts';

/** The server says that history ends at the tip, though nobody asked for a shallow answer. */
describe.each([1, 2] as const)('attack: forced shallow, protocol version %i', (protocol) => {
  let world: GitWorld;

  beforeAll(async () => {
    world = await GitWorld.create(
      (dataDir, clock) =>
        embeddedGit({ dataDir, clock, allowHttp: true, allowPrivateAddresses: true }),
      { protocol },
    );
  });
  afterAll(() => world.close());

  it('naive client, believes in one commit of three', async () => {
    const naive = await NaiveClone.create(world.remote.url);
    const tip = await world.work.head();
    world.server.setFault({ kind: 'shallow' });
    expect(await naive.fetch()).toBe(tip);
    expect(await naive.history(tip)).toBe(1);
    await naive.remove();
  });

  it('first and later fetch, HistoryIncomplete and nothing kept; the next good one heals', async () => {
    const dataDir = await world.dataDir();
    const port = await world.open({ dataDir });
    world.server.setFault({ kind: 'shallow' });
    expect(reasonOf(await port.fetch([MAIN], undefined, NEVER))).toBe('HistoryIncomplete');
    expect(await filesIn(dataDir)).toEqual([]);
    world.server.setFault(undefined);
    const anchor = await adopt(port);
    const tip = await world.advance();
    world.server.setFault({ kind: 'shallow' });
    expect(reasonOf(await port.fetch([MAIN], anchor, NEVER))).toBe('HistoryIncomplete');
    world.server.setFault(undefined);
    expect(await adopt(port, anchor)).toBe(tip);
  });

  it('a server that is a shallow clone itself, HistoryIncomplete', async () => {
    const { root, bare, server } = world;
    await bare.git(
      'clone',
      '--quiet',
      '--bare',
      '--depth=1',
      `file://${bare.dir}`,
      `${root}/cut.git`,
    );
    const port = await world.open({ remote: { url: `${server.url}/cut.git` } });
    expect(reasonOf(await port.fetch([MAIN], undefined, NEVER))).toBe('HistoryIncomplete');
  });
});
