import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { embeddedGit } from '../../src/adapters/git/embedded.ts';
import { NaiveClone } from '../support/git-server/naive.ts';
import { GitWorld, MAIN, NEVER, adopt, filesIn, reasonOf } from '../support/git-server/world.ts';

const STATUSES = [301, 302, 307, 308] as const;
const PHASES = ['refs', 'list', 'pack'] as const;

/** A Git server, or whoever took it over, sends gitward elsewhere: to an inner service, with the credentials. */
describe('attack: redirect', () => {
  let world: GitWorld;
  let inner: Server;
  let target: string;
  const seen: string[] = [];

  beforeAll(async () => {
    world = await GitWorld.create((dataDir, clock) =>
      embeddedGit({ dataDir, clock, allowHttp: true, allowPrivateAddresses: true }),
    );
    inner = createServer((request, response) => {
      seen.push(request.url ?? '');
      response.end('inner secret');
    });
    await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve));
    target = `http://127.0.0.1:${(inner.address() as AddressInfo).port}`; // A TCP server has no other kind.
  });
  afterEach(() => {
    world.server.setFault(undefined);
    seen.length = 0;
  });
  afterAll(async () => {
    inner.close();
    inner.closeAllConnections();
    await world.close();
  });

  it('naive client, asks the inner service', async () => {
    const naive = await NaiveClone.create(world.remote.url);
    world.server.setFault({ kind: 'redirect', location: `${target}/latest/meta-data` });
    await naive.fetch();
    expect(seen).toEqual(['/latest/meta-data']);
    await naive.remove();
  });

  it.each(STATUSES.flatMap((status) => PHASES.map((on) => [status, on] as const)))(
    'status %i on %s, RedirectRefused, the target never asked, and the next good fetch heals',
    async (status, on) => {
      const dataDir = await world.dataDir();
      const remote = { credentials: { kind: 'bearer', token: 'canary' } } as const;
      const port = await world.open({ dataDir, remote });
      world.server.setFault({ kind: 'redirect', location: target, status, on });
      expect(reasonOf(await port.fetch([MAIN], undefined, NEVER))).toBe('RedirectRefused');
      expect(seen).toEqual([]);
      expect(await filesIn(dataDir)).toEqual([]);
      world.server.setFault(undefined);
      expect(await adopt(port)).toBe(await world.work.head());
    },
  );

  it.each([
    ['to itself', (url: string) => `${url}/app.git/info/refs?service=git-upload-pack`],
    ['to another path of the same host', (url: string) => `${url}/other.git`],
    ['to a relative path', () => '/other.git'],
    ['to a file', () => 'file:///etc/passwd'],
    ['to metadata', () => 'http://169.254.169.254/'],
    ['to nowhere', () => ''],
  ])('%s, RedirectRefused after one request', async (_name, location) => {
    const port = await world.open();
    world.server.forget();
    world.server.setFault({ kind: 'redirect', location: location(world.server.url) });
    expect(reasonOf(await port.refs([MAIN], NEVER))).toBe('RedirectRefused');
    expect(world.server.traffic.authorizations).toHaveLength(1);
  });
});
