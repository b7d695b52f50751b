import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Socket, Server as TcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/clock.ts';
import { CONNECT_TIMEOUT_MS, Deadline, SILENCE_TIMEOUT_MS } from './deadline.ts';
import { NetError } from './failure.ts';
import type { NetFailureKind } from './failure.ts';
import { HttpSession } from './http.ts';
import type { HttpRequest, SessionOptions } from './http.ts';
import { pinned } from './resolve.ts';

const GET = { method: 'GET', path: '/', headers: {}, maxBytes: 1_000 } as const;
const OPEN = { allowHttp: true, allowPrivateAddresses: true };
const TOTAL_MS = 60_000;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function listen(server: TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port; // A listening TCP server has no other kind.
}

async function serve(answer: Answer): Promise<number> {
  const server = createServer(answer);
  closers.push(() => server.closeAllConnections());
  return listen(server);
}

/** A server that speaks no HTTP of its own. */
async function serveRaw(speak: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  closers.push(() => sockets.forEach((socket) => socket.destroy()));
  return listen(
    createTcpServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      speak(socket);
    }),
  );
}

function open(port: number, options: Partial<SessionOptions> & { host?: string } = {}) {
  const clock = manualClock();
  const deadline = new Deadline(clock, TOTAL_MS, new AbortController().signal);
  const url = new URL(`http://${options.host ?? '127.0.0.1'}:${port}/`);
  const session = new HttpSession({ url, permissions: OPEN, deadline, ...options });
  closers.push(() => session.close());
  return { session, clock, deadline };
}

async function text(session: HttpSession, request: HttpRequest = GET): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await session.request(request)).body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** A promise that somebody else resolves. */
function gate<T>(): Readonly<{ promise: Promise<T>; resolve: (value: T) => void }> {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => void (settle = resolve));
  return { promise, resolve: (value) => settle(value) };
}

async function outcome(work: Promise<unknown>): Promise<NetFailureKind | 'ok'> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    if (error instanceof NetError) return error.kind;
    throw error;
  }
}

describe('bounded HTTP', () => {
  it('two requests, one connection, one look-up; the body sent and answered', async () => {
    let connections = 0;
    const port = await serve((request, response) => {
      if (request.socket.bytesWritten === 0) connections++;
      request.pipe(response);
    });
    const asked: string[] = [];
    const resolve = async (name: string): Promise<readonly string[]> => {
      asked.push(name);
      return ['127.0.0.1'];
    };
    const { session } = open(port, { host: 'git.example', resolve });
    const post = { ...GET, method: 'POST', body: Buffer.from('hello') } as const;
    expect([await text(session, post), await text(session, post)]).toEqual(['hello', 'hello']);
    expect([connections, asked]).toEqual([1, ['git.example']]);
  });

  it.each([
    ['exactly the limit', 'x'.repeat(1_000), true, 'ok'],
    ['one byte more, announced', 'x'.repeat(1_001), true, 'tooLarge'],
    ['one byte more, unannounced', 'x'.repeat(1_001), false, 'tooLarge'],
  ])('a body of %s, %#', async (_name, body, announced, expected) => {
    const port = await serve((_request, response) => {
      if (announced) response.setHeader('content-length', body.length);
      response.write(body.slice(0, 10));
      response.end(body.slice(10));
    });
    expect(await outcome(text(open(port).session))).toBe(expected);
  });

  it('a body without end, the connection closed once the limit is passed', async () => {
    const closed = gate<number>();
    let sent = 0;
    const port = await serve((_request, response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(10_000))) sent += 10_000;
      };
      response.on('drain', pour).on('close', () => closed.resolve(sent));
      pour();
    });
    expect(await outcome(text(open(port).session))).toBe('tooLarge');
    expect(await closed.promise).toBeLessThan(20_000_000);
  });

  it.each([301, 302, 303, 307, 308])('status %i, redirect', async (status) => {
    let asked = 0;
    const port = await serve((_request, response) => {
      asked++;
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    expect(await outcome(text(open(port).session))).toBe('redirect');
    expect(asked).toBe(1);
  });

  it('a compressed answer, malformed', async () => {
    const port = await serve((_request, response) => {
      response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync(Buffer.alloc(1_000_000)));
    });
    expect(await outcome(text(open(port).session))).toBe('malformed');
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n', 'malformed'],
    ['a wrong length', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc', 'truncated'],
    ['a cut chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nabc', 'truncated'],
    ['endless headers', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(10_000)}`, 'malformed'],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
      'malformed',
    ],
    ['nothing at all', '', 'unreachable'],
  ])('%s, %#', async (_name, bytes, expected) => {
    const port = await serveRaw((socket) => void socket.once('data', () => socket.end(bytes)));
    expect(await outcome(text(open(port).session))).toBe(expected);
  });

  it('nobody listens, unreachable', async () => {
    expect(await outcome(text(open(1).session))).toBe('unreachable');
  });

  it('no headers, timeout after the silence that is allowed', async () => {
    const asked = gate<void>();
    const port = await serveRaw((socket) => void socket.once('data', () => asked.resolve()));
    const { session, clock } = open(port);
    const waiting = outcome(text(session));
    await asked.promise;
    await clock.advance(SILENCE_TIMEOUT_MS);
    expect(await waiting).toBe('timeout');
    expect(clock.monotonic()).toBe(SILENCE_TIMEOUT_MS);
  });

  it('a byte now and then, timeout when the whole time is up', async () => {
    const port = await serve((_request, response) => {
      const timer = setInterval(() => response.write('x'), 1);
      response.on('close', () => clearInterval(timer));
    });
    const { session, clock } = open(port);
    const response = await session.request({ ...GET, maxBytes: 1_000_000 });
    // Time passes with each byte that came, so that a slow server is never mistaken for a silent one.
    const reading = async (): Promise<string> => {
      for await (const chunk of response.body) await clock.advance(chunk.length === 0 ? 0 : 100);
      return 'ended';
    };
    expect([await outcome(reading()), clock.monotonic()]).toEqual(['timeout', TOTAL_MS]);
  });

  it('a name that never resolves, timeout of connecting', async () => {
    const never = new Promise<never>(() => undefined);
    const { session, clock } = open(1, { host: 'git.example', resolve: () => never });
    const waiting = outcome(text(session));
    await clock.advance(CONNECT_TIMEOUT_MS);
    expect(await waiting).toBe('timeout');
  });

  it('timers, none left when all is over', async () => {
    const port = await serve((_request, response) => void response.end('ok'));
    const { session, clock, deadline } = open(port);
    await text(session);
    session.close();
    deadline.close();
    expect(clock.pending()).toBe(0);
  });
});

describe('pinned look-up', () => {
  it('the judged addresses, whoever asks and whatever for', async () => {
    const lookup = pinned(['127.0.0.1', '::1']);
    const all = new Promise((resolve) => {
      lookup('other.example', { all: true }, (_error, found) => resolve(found));
    });
    const one = new Promise((resolve) => {
      lookup('other.example', {}, (_error, found, family) => resolve([found, family]));
    });
    expect(await all).toEqual([
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
    expect(await one).toEqual(['127.0.0.1', 4]);
  });
});
