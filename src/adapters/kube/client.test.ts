import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/clock.ts';
import { CALL_TIMEOUT_MS, createApiClient } from './client.ts';
import type { Connection } from './connection.ts';
import type { ApiClient, ApiRequest } from './request.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

const GET: ApiRequest = { method: 'GET', path: ['api', 'v1', 'things'] };
const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step();
});

async function bench(handler: Handler) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    handler(request, response, seen.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server has a numeric port.
  const { port } = server.address() as AddressInfo;
  const clock = manualClock();
  const agent = new Agent();
  let token = 'old';
  const connection: Connection = {
    origin: `http://127.0.0.1:${port}`,
    prefix: '',
    namespace: undefined,
    headers: () => Promise.resolve({ authorization: `Bearer ${token}` }),
    refresh: () => (token = 'new'),
    calls: () => agent,
    watches: () => agent,
    close: () => agent.destroy(),
  };
  const limit = { qps: 1_000, burst: 1_000, inFlight: 1 };
  const client = createApiClient({ connection, clock, userAgent: 'gitward/test', limit });
  cleanUp.push(async () => {
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { client, clock, seen };
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; !holds(); turn++) {
    if (turn > 100_000) throw new Error('it did not come about');
    await setImmediate();
  }
}

const send = (response: ServerResponse, code: number, body: string, headers = {}): void =>
  void response.writeHead(code, headers).end(body);
const outcome = async (client: ApiClient, request = GET): Promise<unknown> => {
  const result = await client.call(request);
  return result.ok ? result.value : result.stop;
};

describe('createApiClient', () => {
  it('a success, brings the JSON as sent and names gitward', async () => {
    const text = '{"kind":"Thing","metadata":{"creationTimestamp":"2026-01-01T00:00:00Z"},"new":1}';
    const { client, seen } = await bench((_, response) => send(response, 200, text));
    expect(JSON.stringify(await outcome(client))).toBe(text);
    expect(seen[0]?.headers).toMatchObject({
      'user-agent': 'gitward/test',
      authorization: 'Bearer old',
    });
  });

  it('429 with Retry-After twice, waits as wished and then succeeds', async () => {
    const { client, clock, seen } = await bench((_, response, count) =>
      count < 3 ? send(response, 429, '', { 'retry-after': '2' }) : send(response, 200, '{}'),
    );
    const answer = outcome(client);
    await until(() => seen.length === 1);
    await until(() => clock.pending() === 1);
    await clock.advance(1_999);
    expect(seen).toHaveLength(1);
    await clock.advance(1);
    await until(() => seen.length === 2);
    await until(() => clock.pending() === 1);
    await clock.advance(2_000);
    expect(await answer).toEqual({});
  });

  it('429 for ever, gives up with the wish of the server', async () => {
    const { client, seen } = await bench((_, response) =>
      send(response, 429, '{"reason":"TooManyRequests"}', { 'retry-after': '0' }),
    );
    expect(await outcome(client)).toMatchObject({ kind: 'status', code: 429, retryAfterMs: 0 });
    expect(seen).toHaveLength(4);
  });

  it('429 without Retry-After, as a webhook may answer, is not sent again', async () => {
    const { client, seen } = await bench((_, response) => send(response, 429, '{}'));
    expect(await outcome(client)).toMatchObject({ kind: 'status', code: 429 });
    expect(seen).toHaveLength(1);
  });

  it('503 with Retry-After, is answered at once and delays the next call', async () => {
    const { client, clock, seen } = await bench((_, response, count) =>
      count === 1 ? send(response, 503, '', { 'retry-after': '1' }) : send(response, 200, '{}'),
    );
    expect(await outcome(client)).toMatchObject({ code: 503, retryAfterMs: 1_000 });
    const next = outcome(client);
    await clock.advance(999);
    expect(seen).toHaveLength(1);
    await clock.advance(1);
    expect(await next).toEqual({});
  });

  it('401, renews the credentials and tries once more', async () => {
    const { client, seen } = await bench((request, response) =>
      send(response, request.headers.authorization === 'Bearer new' ? 200 : 401, '{}'),
    );
    expect(await outcome(client)).toEqual({});
    expect(seen).toHaveLength(2);
  });

  it('no answer, is a timeout after the deadline', async () => {
    const { client, clock, seen } = await bench(() => undefined);
    const answer = outcome(client, { ...GET, timeoutMs: CALL_TIMEOUT_MS });
    await until(() => seen.length === 1);
    await clock.advance(CALL_TIMEOUT_MS);
    expect(await answer).toEqual({ kind: 'timeout', afterMs: CALL_TIMEOUT_MS });
  });

  it.each([
    ['HTML of a proxy with 200', 200, '<html>', { kind: 'unusable' }],
    ['HTML of a proxy with 502', 502, '<html>', { kind: 'status', code: 502 }],
    ['JSON that is no object', 200, '[]', { kind: 'unusable' }],
    ['a redirect, which is never followed', 307, '', { kind: 'status', code: 307 }],
  ])('%s, is told apart', async (_name, code, body, expected) => {
    const { client, seen } = await bench((_, response) =>
      send(response, code, body, { location: 'http://127.0.0.1:1/' }),
    );
    expect(await outcome(client)).toMatchObject(expected);
    expect(seen).toHaveLength(1);
  });

  it('a connection cut within the body, is unreachable', async () => {
    const { client } = await bench((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{', () => response.destroy());
    });
    expect(await outcome(client)).toMatchObject({ kind: 'unreachable' });
  });

  it('leadership lost while waiting for the turn, the write is never sent', async () => {
    let leads = true;
    const open: ServerResponse[] = [];
    const { client, seen } = await bench((_, response) => void open.push(response));
    const first = outcome(client);
    const second = outcome(client, { ...GET, method: 'PATCH', fence: () => leads });
    await until(() => open.length === 1);
    leads = false;
    open[0]?.end('{}');
    expect([await first, await second]).toEqual([{}, { kind: 'fenced' }]);
    expect(seen).toHaveLength(1);
  });

  it('an urgent call, passes calls that wait for their turn', async () => {
    const { client, seen } = await bench((request, response) => {
      if (request.method === 'PUT') send(response, 200, '{}');
    });
    void outcome(client);
    await until(() => seen.length === 1);
    expect(await outcome(client, { ...GET, method: 'PUT', lane: 'urgent' })).toEqual({});
  });

  it('an open watch, takes no slot, has no deadline and ends by its signal', async () => {
    const { client, clock } = await bench((request, response) => {
      response.writeHead(200);
      if (request.url?.includes('watch') === true) response.write('{"a":1}\n');
      else response.end('{}');
    });
    const abort = new AbortController();
    const watch = { ...GET, query: { watch: 'true' } };
    const stream = await client.stream(watch, abort.signal);
    expect(await outcome(client)).toEqual({});
    await clock.advance(86_400_000);
    if (!stream.ok) throw new Error(stream.stop.kind);
    const chunks: string[] = [];
    const reading = (async () => {
      for await (const chunk of stream.value) chunks.push(Buffer.from(chunk).toString());
    })();
    await until(() => chunks.length === 1);
    abort.abort();
    await expect(reading).rejects.toThrow('abort');
    expect(chunks).toEqual(['{"a":1}\n']);
  });

  it('a closed client, answers what waits as unreachable', async () => {
    const { client, seen } = await bench(() => undefined);
    const both = [outcome(client), outcome(client)];
    await until(() => seen.length === 1);
    await client.close();
    expect(await Promise.all(both)).toMatchObject([
      { kind: 'unreachable' },
      { kind: 'unreachable' },
    ]);
  });
});
