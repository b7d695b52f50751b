import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { BlockList } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { embeddedGit } from '../../src/adapters/git/embedded.ts';
import type { EmbeddedGitOptions } from '../../src/adapters/git/embedded.ts';
import { repoKey } from '../../src/domain/repo-key.ts';
import type { GitPort } from '../../src/reconcile/ports.ts';
import { manualClock } from '../support/clock.ts';
import { MAIN, NEVER, reasonOf } from '../support/git-server/world.ts';

/** Spellings of this machine that a look at the text does not find. */
const SPELLINGS = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '127.0.0.2',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  'localhost',
] as const;

/** Some host key; nobody gets as far as showing one. */
const HOST_KEY = `ssh-ed25519 ${Buffer.concat([
  Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0 '),
  Buffer.alloc(32),
]).toString('base64')}`;

/** A GuardedRepo's URL leads to a service that only the operator can reach. */
describe('attack: server-side request forgery', () => {
  let inner: Server;
  let port: number;
  let asked = 0;

  beforeAll(async () => {
    inner = createServer((_request, response) => {
      asked++;
      response.end('inner secret');
    });
    await new Promise<void>((resolve) => inner.listen(0, resolve));
    port = (inner.address() as AddressInfo).port; // A listening TCP server has no other kind.
  });
  afterEach(() => void (asked = 0));
  afterAll(() => {
    inner.close();
    inner.closeAllConnections();
  });

  function open(host: string, options: Partial<EmbeddedGitOptions> = {}): GitPort {
    const flags = { allowHttp: true, allowPrivateAddresses: false };
    const source = embeddedGit({
      dataDir: '/nonexistent',
      clock: manualClock(),
      ...flags,
      ...options,
    });
    const remote = {
      url: `http://${host}:${port}/app.git`,
      credentials: { kind: 'none' },
    } as const;
    return source.open(repoKey('a', 'b'), remote, { maxPackBytes: 1_000_000, timeoutMs: 10_000 });
  }

  it('naive text check, reached by most spellings', async () => {
    const blocked = new Set(['127.0.0.1', 'localhost', '[::1]', '169.254.169.254']);
    const passing = SPELLINGS.filter((host) => !blocked.has(host));
    for (const host of passing) await fetch(`http://${host}:${port}/`);
    expect(asked).toBeGreaterThanOrEqual(6);
  });

  it.each(SPELLINGS)('%s, URLNotAllowed before any connection', async (host) => {
    expect(reasonOf(await open(host).refs([MAIN], NEVER))).toBe('URLNotAllowed');
    expect(reasonOf(await open(host).fetch([MAIN], undefined, NEVER))).toBe('URLNotAllowed');
    expect(asked).toBe(0);
  });

  it.each([
    ['this machine', ['127.0.0.1']],
    ['a private network', ['10.1.2.3']],
    ['this machine, in IPv6 clothes', ['::ffff:127.0.0.1']],
    ['a public address and this machine', ['93.184.216.34', '127.0.0.1']],
    ['metadata', ['169.254.169.254']],
  ])(
    'a name that resolves to %s, URLNotAllowed before any connection',
    async (_name, addresses) => {
      const resolve = (): Promise<readonly string[]> => Promise.resolve(addresses);
      expect(reasonOf(await open('git.example', { resolve }).refs([MAIN], NEVER))).toBe(
        'URLNotAllowed',
      );
      expect(asked).toBe(0);
    },
  );

  describe.each([
    ['the SSH server', { url: 'ssh://git@git.example/app.git' }],
    ['the proxy', { url: 'https://1.1.1.1/app.git', proxy: { url: 'http://git.example:3128' } }],
  ])('%s by name', (_name, place) => {
    const identity = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = identity.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    const knownHosts = `git.example ${HOST_KEY}`;
    const ssh = { kind: 'ssh', identity: pem, knownHosts } as const;
    const credentials = place.url.startsWith('ssh') ? ssh : ({ kind: 'none' } as const);

    it.each([
      ['this machine', '127.0.0.1', false],
      ['a private network', '10.1.2.3', false],
      ['metadata', '169.254.169.254', true],
    ])('that resolves to %s, URLNotAllowed', async (_to, address, allowPrivateAddresses) => {
      const resolve = (): Promise<readonly string[]> => Promise.resolve([address]);
      const flags = { allowHttp: false, allowPrivateAddresses };
      const source = embeddedGit({ dataDir: '/none', clock: manualClock(), resolve, ...flags });
      const limits = { maxPackBytes: 1_000_000, timeoutMs: 10_000 };
      const repo = source.open(repoKey('a', 'b'), { ...place, credentials }, limits);
      expect(reasonOf(await repo.refs([MAIN], NEVER))).toBe('URLNotAllowed');
    });
  });

  it('metadata by name, refused with private addresses allowed as well', async () => {
    const resolve = (): Promise<readonly string[]> => Promise.resolve(['169.254.169.254']);
    const options = { resolve, allowPrivateAddresses: true };
    expect(reasonOf(await open('git.example', options).refs([MAIN], NEVER))).toBe('URLNotAllowed');
  });

  describe('DNS rebinding: the first answer is harmless, every later one is not', () => {
    const rebinding = (): Readonly<{ resolve: () => Promise<string[]>; count: () => number }> => {
      let count = 0;
      const resolve = (): Promise<string[]> =>
        Promise.resolve([count++ === 0 ? '127.0.0.2' : '127.0.0.1']);
      return { resolve, count: () => count };
    };

    it('naive check, then connecting by name: another address than the one checked', async () => {
      const { resolve } = rebinding();
      const forbidden = new BlockList();
      forbidden.addAddress('127.0.0.1');
      const [checked = ''] = await resolve();
      expect(forbidden.check(checked)).toBe(false);
      const [connected = ''] = await resolve();
      expect(forbidden.check(connected)).toBe(true);
    });

    it('gitward asks once and uses what it judged', async () => {
      const { resolve, count } = rebinding();
      const addresses: string[] = [];
      const note = (socket: { localAddress?: string }): void =>
        void addresses.push(socket.localAddress ?? '');
      inner.on('connection', note);
      const options = { resolve, allowPrivateAddresses: true };
      expect(reasonOf(await open('git.example', options).refs([MAIN], NEVER))).toBe(
        'GitProtocolError',
      );
      inner.off('connection', note);
      expect(addresses.map((address) => address.replace('::ffff:', ''))).toEqual(['127.0.0.2']);
      expect(count()).toBe(1);
    });
  });
});
