import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Remote } from '../../../src/reconcile/ports.ts';
import { startConnectProxy } from '../connect-proxy.ts';
import type { ConnectProxy, ConnectProxyOptions } from '../connect-proxy.ts';
import { makeCertificate } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import { GitWorld, MAIN, NEVER, adopt, filesIn, reasonOf } from './world.ts';
import type { MakeSource } from './world.ts';

/** A fetch over SSH that goes wrong: the reason, nothing left behind, and the next good one heals. */
export function describeGitSshFaults(name: string, make: MakeSource): void {
  describe(`${name}, over SSH and under faults`, () => {
    let world: GitWorld;
    beforeAll(async () => void (world = await GitWorld.create(make, { ssh: {} })));
    afterAll(() => world.close());

    it.each([
      [{ kind: 'truncate', fraction: 0 }, 'GitTruncated'],
      [{ kind: 'truncate', fraction: 1 }, 'GitTruncated'],
      [{ kind: 'hang' }, 'GitTimeout'],
    ] as const)('%o, %s', async (fault, reason) => {
      const dataDir = await world.dataDir();
      const port = await world.open({ dataDir });
      world.server.setFault(fault);
      const fetching = port.fetch([MAIN], undefined, NEVER);
      const failed = await (reason === 'GitTimeout' ? world.settle(fetching) : fetching);
      expect(reasonOf(failed)).toBe(reason);
      expect(await filesIn(dataDir)).toEqual([]);
      world.server.setFault(undefined);
      expect(await adopt(port)).toBe(await world.work.head());
    });
  });
}

/** Client certificates and proxies: the ways through which servers are reached. */
export function describeGitWays(name: string, make: MakeSource): void {
  describe(`${name}, client certificates`, () => {
    let world: GitWorld;
    let mine: Certificate;
    let other: Certificate;
    let server: Certificate;

    beforeAll(async () => {
      [mine, other, server] = await Promise.all([
        makeCertificate(),
        makeCertificate(),
        makeCertificate(),
      ]);
      const tls = { ...server, ca: mine.cert, requestCert: true, rejectUnauthorized: true };
      world = await GitWorld.create(make, { tls });
    });
    afterAll(() => world.close());

    it.each([
      ['the right one', () => mine, 'ok'],
      ['another one', () => other, 'GitUnreachable'],
      ['none', () => undefined, 'GitUnreachable'],
      ['one with the key of another', () => ({ ...mine, key: other.key }), 'GitUnreachable'],
      ['no PEM', () => ({ cert: 'x', key: 'y' }), 'GitUnreachable'],
    ])('%s, %s', async (_name, certificate, reason) => {
      const clientCertificate = certificate();
      const trust = clientCertificate === undefined ? {} : { clientCertificate };
      const port = await world.open({ remote: { ca: server.cert, ...trust } });
      expect(reasonOf(await port.refs([MAIN], NEVER))).toBe(reason);
    });
  });

  describe(`${name}, through a CONNECT proxy`, () => {
    let tls: Certificate;
    const open: { close(): Promise<void> }[] = [];
    beforeAll(async () => void (tls = await makeCertificate()));
    afterAll(async () => void (await Promise.all(open.map((each) => each.close()))));

    async function proxied(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
      const proxy = await startConnectProxy(options);
      open.push(proxy);
      return proxy;
    }

    async function served(secure: boolean): Promise<GitWorld> {
      const world = await GitWorld.create(make, secure ? { tls } : {});
      open.push(world);
      return world;
    }

    it.each([
      ['https', true],
      ['http', false],
    ])(
      '%s, everything inside one tunnel, the name looked up by the proxy',
      async (_name, secure) => {
        const proxy = await proxied({ hosts: { localhost: '127.0.0.1' } });
        const world = await served(secure);
        const url = world.remote.url.replace('127.0.0.1', 'localhost');
        const port = await world.open({ remote: { url, ca: tls.cert, proxy: { url: proxy.url } } });
        expect(await adopt(port)).toBe(await world.work.head());
        expect(proxy.asked).toEqual([new URL(url).host]);
        expect(proxy.others).toEqual([]);
        expect(world.server.traffic.connections).toBe(1);
      },
    );

    const auth = { username: 'u', password: 'canary' };
    const given = (more: object = {}) => ({ ...auth, ...more });
    it.each([
      ['the right password', { auth }, given(), 'ok'],
      ['a wrong password', { auth }, given({ password: 'other' }), 'AuthenticationFailed'],
      ['no password', { auth }, {}, 'AuthenticationFailed'],
      ['a proxy that will not', { refuse: 403 }, {}, 'GitUnreachable'],
      ['a proxy that redirects', { refuse: 302 }, {}, 'GitUnreachable'],
      ['a proxy that cannot', { hosts: { '127.0.0.1': '127.0.0.2' } }, {}, 'GitUnreachable'],
    ] as const)('%s, %s', async (_name, options, credentials, reason) => {
      const proxy = await proxied(options);
      const world = await served(true);
      const remote = { ca: tls.cert, proxy: { url: proxy.url, ...credentials } };
      const answer = await (await world.open({ remote })).refs([MAIN], NEVER);
      expect(reasonOf(answer)).toBe(reason);
      expect(JSON.stringify(answer.ok ? '' : answer.stop)).not.toMatch(/canary|Y2FuYXJ5/);
    });

    it('a proxy that is spoken to over TLS, with a CA of its own', async () => {
      const own = await makeCertificate();
      const proxy = await proxied({ tls: own, auth });
      const world = await served(true);
      const remote = { ca: tls.cert, proxy: { url: proxy.url, ca: own.cert, ...auth } };
      expect(await adopt(await world.open({ remote }))).toBe(await world.work.head());
      expect(proxy.asked).toHaveLength(1);
    });

    it('a proxy whose own certificate nobody knows, GitUnreachable', async () => {
      const proxy = await proxied({ tls });
      const world = await served(true);
      const remote = { ca: tls.cert, proxy: { url: proxy.url } };
      expect(reasonOf(await (await world.open({ remote })).refs([MAIN], NEVER))).toBe(
        'GitUnreachable',
      );
      expect(proxy.asked).toEqual([]);
    });

    it('no proxy there, GitUnreachable and no direct connection', async () => {
      const world = await served(false);
      const gone: Partial<Remote> = { proxy: { url: 'http://127.0.0.1:1' } };
      const port = await world.open({ remote: gone });
      expect(reasonOf(await port.refs([MAIN], NEVER))).toBe('GitUnreachable');
      expect(world.server.traffic.connections).toBe(0);
    });

    it('SSH, through the same tunnel', async () => {
      const proxy = await proxied();
      const world = await GitWorld.create(make, { ssh: {} });
      open.push(world);
      const port = await world.open({ remote: { proxy: { url: proxy.url } } });
      expect(await adopt(port)).toBe(await world.work.head());
      expect(proxy.asked).toHaveLength(1);
    });
  });
}
