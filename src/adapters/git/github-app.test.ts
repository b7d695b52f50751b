import { generateKeyPairSync, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GitWorld, MAIN, NEVER, adopt, reasonOf } from '../../../test/support/git-server/world.ts';
import type { Credentials } from '../../reconcile/ports.ts';
import { embeddedGit } from './embedded.ts';

const TOKEN = 'ghs_canary0123456789';
const HOUR_MS = 3_600_000;

const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});

type Asked = Readonly<{ method: string; path: string; authorization: string; body: string }>;

/** A forge: its API answers with tokens, its Git server wants one. */
describe('GitHub App', () => {
  let world: GitWorld;
  let api: Server;
  let base: string;
  let asked: Asked[] = [];
  let status = 201;
  let answer: (now: number) => unknown;

  const good = (now: number): unknown => ({
    token: TOKEN,
    expires_at: new Date(now + HOUR_MS).toISOString(),
  });

  beforeAll(async () => {
    const auth = { username: 'x-access-token', password: TOKEN };
    world = await GitWorld.create(
      (dataDir, clock) =>
        embeddedGit({ dataDir, clock, allowHttp: true, allowPrivateAddresses: true }),
      { auth },
    );
    api = createServer((request, response) => {
      void read(request).then((body) => {
        const { method = '', url: path = '', headers } = request;
        asked.push({ method, path, authorization: headers.authorization ?? '', body });
        response.writeHead(status, { location: 'http://127.0.0.1:1/' });
        return response.end(JSON.stringify(answer(world.clock.now())));
      });
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const { port } = api.address() as AddressInfo; // A listening TCP server has no other kind.
    base = `http://127.0.0.1:${port}/api/v3`;
  });
  afterEach(() => {
    asked = [];
    status = 201;
  });
  afterAll(async () => {
    api.close();
    api.closeAllConnections();
    await world.close();
  });

  function credentials(change: object = {}): Credentials {
    const app = { appId: '123', installationId: '456', privateKey: pair.privateKey, baseUrl: base };
    return { kind: 'githubApp', ...app, ...change };
  }

  it('a fetch: one token for reading contents, asked for with a signed request, used as a password', async () => {
    answer = good;
    const port = await world.open({ remote: { credentials: credentials() } });
    world.server.forget();
    expect(await adopt(port)).toBe(await world.work.head());
    const [first] = asked;
    if (first === undefined) throw new Error('nobody asked for a token');
    const { method, path, body, authorization } = first;
    expect([asked.length, method, path, JSON.parse(body)]).toEqual([
      1,
      'POST',
      '/api/v3/app/installations/456/access_tokens',
      { permissions: { contents: 'read' } },
    ]);
    const [head = '', claims = '', signature = ''] = authorization
      .replace('Bearer ', '')
      .split('.');
    const parsed = [head, claims].map((part) =>
      JSON.parse(Buffer.from(part, 'base64url').toString()),
    );
    const seconds = world.clock.now() / 1_000;
    expect(parsed).toEqual([
      { alg: 'RS256', typ: 'JWT' },
      { iss: '123', iat: seconds - 60, exp: seconds + 540 },
    ]);
    const signed = Buffer.from(`${head}.${claims}`);
    const isSigned = verify('sha256', signed, pair.publicKey, Buffer.from(signature, 'base64url'));
    expect(isSigned).toBe(true);
    const basic = `Basic ${Buffer.from(`x-access-token:${TOKEN}`).toString('base64')}`;
    expect(new Set(world.server.traffic.authorizations)).toEqual(new Set([basic]));
  });

  it('a token, kept until five minutes before its end, and apart for each key', async () => {
    answer = good;
    const source = world.source(await world.dataDir());
    const poll = async (change: object = {}): Promise<string> => {
      const port = await world.open({ source, remote: { credentials: credentials(change) } });
      return reasonOf(await port.refs([MAIN], NEVER));
    };
    const counts: number[] = [];
    for (const pass of [0, HOUR_MS - 301_000, 1_000, 0]) {
      await world.clock.advance(pass);
      expect(await poll()).toBe('ok');
      counts.push(asked.length);
    }
    expect(counts).toEqual([1, 1, 2, 2]);
    expect(await poll({ installationId: '457' })).toBe('ok');
    expect(asked.length).toBe(3);
  });

  it('a token that the Git server does not take, AuthenticationFailed and asked for anew', async () => {
    const source = world.source(await world.dataDir());
    answer = (now) => ({ ...(good(now) as object), token: 'ghs_stale' }); // As built above.
    const port = await world.open({ source, remote: { credentials: credentials() } });
    expect(reasonOf(await port.refs([MAIN], NEVER))).toBe('AuthenticationFailed');
    answer = good;
    expect(reasonOf(await port.refs([MAIN], NEVER))).toBe('ok');
  });

  it.each([
    ['401', 401, good, 'AuthenticationFailed'],
    ['404', 404, good, 'AuthenticationFailed'],
    ['422', 422, good, 'AuthenticationFailed'],
    ['500', 500, good, 'GitUnreachable'],
    ['a redirect', 302, good, 'RedirectRefused'],
    ['200', 200, good, 'GitProtocolError'],
    ['no token', 201, () => ({}), 'GitProtocolError'],
    ['null', 201, () => null, 'GitProtocolError'],
    ['a token with a line break', 201, () => ({ token: 'a\r\nb' }), 'GitProtocolError'],
    ['far too much', 201, () => ({ token: 'x'.repeat(100_000) }), 'RepositoryTooLarge'],
    ['no end of its life', 201, () => ({ token: TOKEN }), 'ok'],
  ] as const)('%s from the API, %#', async (_name, given, body, reason) => {
    status = given;
    answer = body;
    const port = await world.open({ remote: { credentials: credentials() } });
    world.server.forget();
    const answered = await port.refs([MAIN], NEVER);
    expect(reasonOf(answered)).toBe(reason);
    expect(JSON.stringify(answered.ok ? '' : answered.stop)).not.toMatch(/canary|PRIVATE/);
    expect(world.server.traffic.connections > 0).toBe(reason === 'ok');
  });

  it.each([
    ['no PEM', { privateKey: 'x' }],
    [
      'no RSA key',
      {
        privateKey: generateKeyPairSync('ed25519').privateKey.export({
          type: 'pkcs8',
          format: 'pem',
        }),
      },
    ],
    ['a public key', { privateKey: pair.publicKey }],
    ['an API on another host', { baseUrl: 'http://localhost:1/' }],
    ['an API that is metadata', { baseUrl: 'http://169.254.169.254/' }],
    ['an API with userinfo', { baseUrl: 'http://a:b@127.0.0.1/' }],
    ['an API that is no URL', { baseUrl: 'x' }],
  ])('%s, AuthenticationFailed before any request', async (_name, change) => {
    answer = good;
    const port = await world.open({ remote: { credentials: credentials(change) } });
    expect(reasonOf(await port.refs([MAIN], NEVER))).toBe('AuthenticationFailed');
    expect(asked).toEqual([]);
  });
});

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  // No encoding is set.
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString();
}
