import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Gate } from './auth.ts';
import type { Call } from './call.ts';
import { refusalOf } from './faults.ts';
import type { Faults, RequestEffect } from './faults.ts';
import type { RequestLog } from './log.ts';
import { formOf, renderList, renderObject } from './media.ts';
import type { Reads } from './read.ts';
import type { Registry } from './registry.ts';
import { attributesOf, callOf, occasionOf } from './route.ts';
import { scaleOf, writeScale } from './scale.ts';
import { internal, Refusal } from './status.ts';
import type { Store } from './store.ts';
import type { Dict } from './value.ts';
import { checkWatchParameters, Watch } from './watch.ts';
import type { Writes } from './write.ts';

/** What the listener works with. */
export type Parts = Readonly<{
  store: Store;
  registry: Registry;
  gate: Gate;
  faults: Faults;
  reads: Reads;
  writes: Writes;
  watches: Set<Watch>;
  requests: RequestLog;
  bookmarkMs: number;
}>;

/** What is sent; `broken` is a connection reset by a fault. */
type Answer =
  | {
      readonly kind: 'text';
      readonly code: number;
      readonly text: string;
      readonly type?: string;
      readonly headers?: { readonly [name: string]: string };
    }
  | { readonly kind: 'watch'; readonly call: Call }
  | { readonly kind: 'broken' };

type Exchange = {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly body: string;
  call?: Call;
};

const MAX_BODY_BYTES = 3 * 1024 * 1024;
const OPEN_PATHS = /^\/(healthz|livez|readyz)(\/|$)/;
const TOKEN_PREFIX = /^\/token\/([^/]+)(?=\/|$)/;
// An empty document in protobuf: kubectl then checks nothing and sends what it has.
const OPENAPI_TYPE = 'application/octet-stream';
const VERSION: Dict = {
  major: '1',
  minor: '20',
  gitVersion: 'v1.20.2',
  gitCommit: 'faecb196815e248d3ecfb03c680a4507229c2a56',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'go1.19.8',
  compiler: 'gc',
  platform: 'linux/amd64',
};

/** Listens on an ephemeral port of 127.0.0.1. */
export async function listen(parts: Parts): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    serve(parts, request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // A TCP server has one.
  return { server, url: `http://127.0.0.1:${port}` };
}

async function serve(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  takeToken(request, url);
  const exchange: Exchange = { request, url, body: await bodyOf(request) };
  const answer = await answerOf(parts, exchange);
  const code = answer.kind === 'text' ? answer.code : 200;
  const { method = 'GET', headers } = request;
  const entry = {
    method,
    path: url.pathname,
    query: url.search,
    userAgent: headers['user-agent'] ?? '',
  };
  parts.requests.add({ ...entry, code: answer.kind === 'broken' ? 0 : code }, exchange.call);
  switch (answer.kind) {
    case 'broken':
      request.socket.resetAndDestroy();
      return;
    case 'watch':
      follow(parts, answer.call, response);
      return;
    case 'text':
      response.writeHead(code, {
        'content-type': answer.type ?? 'application/json',
        ...answer.headers,
      });
      response.end(answer.text);
  }
}

// kubectl sends no credentials over plain HTTP: its kubeconfig carries the token as a path prefix.
function takeToken(request: IncomingMessage, url: URL): void {
  const [prefix, token = ''] = TOKEN_PREFIX.exec(url.pathname) ?? [];
  if (prefix === undefined) return;
  url.pathname = url.pathname.slice(prefix.length);
  request.headers.authorization ??= `Bearer ${decodeURIComponent(token)}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer; // A request without an encoding yields buffers.
    size += bytes.length;
    if (size <= MAX_BODY_BYTES) chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function text(value: Dict, code = 200): Answer {
  return { kind: 'text', code, text: JSON.stringify(value) };
}

async function answerOf(parts: Parts, exchange: Exchange): Promise<Answer> {
  try {
    return await dispatch(parts, exchange);
  } catch (error) {
    // What is no refusal is a fault of the sandbox: its text helps the test that meets it.
    const refusal = error instanceof Refusal ? error : internal(`sandbox: ${String(error)}`);
    if (refusal.message.startsWith('404 page')) {
      return {
        kind: 'text',
        code: 404,
        text: `${refusal.message}\n`,
        type: 'text/plain; charset=utf-8',
      };
    }
    return {
      kind: 'text',
      code: refusal.code,
      text: JSON.stringify(refusal.status),
      headers: refusal.headers,
    };
  }
}

async function dispatch(parts: Parts, exchange: Exchange): Promise<Answer> {
  const { request, url, body } = exchange;
  const path = url.pathname;
  if (OPEN_PATHS.test(path)) return { kind: 'text', code: 200, text: 'ok', type: 'text/plain' };
  if (path === '/version') return text(VERSION);
  const caller = parts.gate.identify(request.headers);
  if (path === '/openapi/v2') return { kind: 'text', code: 200, text: '', type: OPENAPI_TYPE };
  const found = parts.registry.discover(path);
  if (found !== undefined) return text(found);
  const call = callOf(parts.registry, { request, url, caller, body });
  exchange.call = call;
  const effects = parts.faults.onRequest(occasionOf(call));
  for (const effect of effects) if (effect.kind === 'delay') await sleep(effect.ms);
  if (effects.some((effect) => effect.kind === 'reset')) return { kind: 'broken' };
  for (const effect of effects) if (effect.kind === 'status') throw refusalOf(effect);
  parts.gate.check(attributesOf(call));
  const answer = answerCall(parts, call, behindOf(effects));
  return effects.some((effect) => effect.kind === 'lose-answer') ? { kind: 'broken' } : answer;
}

function behindOf(effects: readonly RequestEffect[]): number {
  return effects.reduce(
    (most, effect) => (effect.kind === 'stale' ? Math.max(most, effect.revisions) : most),
    0,
  );
}

function answerCall(parts: Parts, call: Call, behind: number): Answer {
  const { reads, writes } = parts;
  const json = (body: string): Answer => ({ kind: 'text', code: 200, text: body });
  switch (call.verb) {
    case 'watch':
      checkWatchParameters(call);
      return { kind: 'watch', call };
    case 'list':
      checkWatchParameters(call);
      return json(reads.listText(call, behind));
    case 'get':
      if (call.subresource === 'scale') return text(scaleOf(reads.get(call, behind)));
      return json(reads.getText(call, behind));
    case 'create':
      return written(call, writes.create(call));
    case 'update':
    case 'patch':
      if (call.subresource === 'scale') return text(writeScale(call, reads.get(call, 0), writes));
      return written(call, call.verb === 'patch' ? writes.patch(call) : writes.replace(call));
    case 'delete':
      return written(call, writes.remove(call));
    case 'deletecollection': {
      const selected = reads.selected(call);
      writes.removeAll(call, selected);
      const metadata = { resourceVersion: String(parts.store.revision) };
      return json(renderList(selected, call.resource, { kind: 'object' }, metadata));
    }
  }
}

function written(
  call: Call,
  { code, object }: { readonly code: number; readonly object: Dict },
): Answer {
  if (object['kind'] === 'Status') return text(object, code);
  const form = formOf(call.headers.accept ?? '', call.query);
  return { kind: 'text', code, text: renderObject(object, call.resource, form) };
}

function follow(parts: Parts, call: Call, response: ServerResponse): void {
  const watch = new Watch(call, response, parts.store, parts.faults);
  parts.watches.add(watch);
  watch.onClose = () => parts.watches.delete(watch);
  watch.start(parts.bookmarkMs);
}
