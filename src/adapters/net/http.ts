import { Agent, request as requestHttp } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as requestHttps } from 'node:https';
import { Socket } from 'node:net';
import type { LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext } from 'node:tls';
import { dial, secure } from './dial.ts';
import { CONNECT_TIMEOUT_MS, SILENCE_TIMEOUT_MS } from './deadline.ts';
import type { Deadline } from './deadline.ts';
import { NetError, netError } from './failure.ts';
import type { NetPermissions } from './git-url.ts';
import type { ProxyRoute } from './proxy.ts';
import { pinned, resolvePermitted, systemResolve } from './resolve.ts';
import type { Resolve } from './resolve.ts';

/** A certificate with its chain, and its private key. PEM. */
export type ClientCertificate = Readonly<{ cert: string; key: string }>;

/** Whom to speak to, and under which bounds. */
export type SessionOptions = Readonly<{
  /** Passed `parseGitUrl`; requests go to its origin only. */
  url: URL;
  permissions: NetPermissions;
  deadline: Deadline;
  /** PEM; replaces the system's CAs. */
  ca?: string;
  /** PEM; shown to servers that ask for one. */
  clientCertificate?: ClientCertificate;
  resolve?: Resolve;
  proxy?: ProxyRoute;
}>;

/** One request; `path` begins with a slash and is sent as it is. */
export type HttpRequest = Readonly<{
  method: 'GET' | 'POST';
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array;
  /** Most bytes of the answer's body. */
  maxBytes: number;
}>;

/** An answer whose body is still to be read; breaking off closes the connection. */
export type HttpResponse = Readonly<{
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  /** Throws `NetError`. */
  body: AsyncIterable<Uint8Array>;
}>;

/**
 * Requests to one origin over one pinned connection: the name is resolved once, each address judged
 * and then used; redirects are never followed; every phase has a deadline and every body a byte cap
 * that is counted before anything is kept. Answers in another than the identity encoding are refused.
 */
export class HttpSession {
  readonly #options: SessionOptions;
  readonly #agent: Agent;
  #lookup: LookupFunction | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    const settings = { keepAlive: true, maxSockets: 1, scheduling: 'fifo' } as const;
    const isTls = options.url.protocol === 'https:';
    const trust = { ...trustOf(options), minVersion: 'TLSv1.2', rejectUnauthorized: true } as const;
    this.#agent = isTls ? new TlsAgent({ ...settings, ...trust }) : new Agent(settings);
    if (options.proxy !== undefined) throughProxy(this.#agent, options);
  }

  /** Sends a request; resolves when the headers of the answer are there. Throws `NetError`. */
  async request(request: HttpRequest): Promise<HttpResponse> {
    this.#options.deadline.check();
    checkTrust(this.#options);
    this.#lookup ??= await this.#resolve();
    const incoming = await this.#send(request, this.#lookup);
    const { statusCode: status = 0, headers } = incoming;
    const refusal = refusalOf(status, headers, request.maxBytes);
    if (refusal !== undefined) {
      incoming.destroy();
      throw refusal;
    }
    const flat = Object.entries(headers).map(([name, value]) => [name, value?.toString()]);
    return {
      status,
      headers: Object.fromEntries(flat) as Record<string, string | undefined>, // As built above.
      body: this.#read(incoming, request.maxBytes),
    };
  }

  /** Closes the connection, whatever is under way. */
  close(): void {
    this.#agent.destroy();
  }

  async #resolve(): Promise<LookupFunction> {
    const { url, permissions, deadline, resolve = systemResolve, proxy } = this.#options;
    // The proxy looks the name up; no socket of this agent may do so.
    if (proxy !== undefined) return pinned([]);
    const found = resolvePermitted(url.hostname, permissions, resolve);
    return pinned(await deadline.within(CONNECT_TIMEOUT_MS, "the name's address", found));
  }

  #send(request: HttpRequest, lookup: LookupFunction): Promise<IncomingMessage> {
    const { url, deadline } = this.#options;
    const body = request.body ?? new Uint8Array();
    const length = request.method === 'POST' ? { 'content-length': String(body.length) } : {};
    const options: RequestOptions = {
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      path: request.path,
      headers: { ...request.headers, ...length, 'accept-encoding': 'identity' },
      agent: this.#agent,
      signal: deadline.signal,
      lookup,
    };
    return new Promise((resolve, reject) => {
      const refuse = (error: unknown): void =>
        reject(deadline.signal.aborted ? deadline.signal.reason : netError(error, false));
      try {
        const sent = url.protocol === 'https:' ? requestHttps(options) : requestHttp(options);
        const disarm = guardPhases(sent, deadline);
        sent.on('response', resolve);
        sent.on('error', refuse);
        sent.on('upgrade', (_response, socket) => socket.destroy());
        sent.once('close', disarm);
        sent.once('response', disarm);
        sent.end(body);
      } catch (error) {
        refuse(error);
      }
    });
  }

  async *#read(incoming: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
    const { deadline } = this.#options;
    const chunks: AsyncIterator<Uint8Array> = incoming[Symbol.asyncIterator]();
    let total = 0;
    try {
      while (true) {
        const step = await deadline.within(SILENCE_TIMEOUT_MS, 'more of the answer', chunks.next());
        if (step.done === true) return;
        total += step.value.length;
        if (total > maxBytes) throw tooLarge(maxBytes);
        yield step.value;
      }
    } catch (error) {
      throw deadline.signal.aborted ? deadline.signal.reason : netError(error, true);
    } finally {
      if (!incoming.complete) incoming.destroy();
    }
  }
}

type Trust = Readonly<{ ca?: string; cert?: string; key?: string }>;

function trustOf({ ca, clientCertificate }: SessionOptions): Trust {
  return { ...(ca === undefined ? {} : { ca }), ...clientCertificate };
}

/** Node would take text without a certificate for no CA at all, and tell little about the rest. */
function checkTrust({ ca, clientCertificate }: SessionOptions): void {
  if (ca !== undefined && !ca.includes('-----BEGIN CERTIFICATE-----')) {
    throw new NetError('tls', 'ca.crt of the Secret holds no PEM certificate');
  }
  if (clientCertificate === undefined) return;
  try {
    createSecureContext(clientCertificate);
  } catch {
    const message =
      'tls.crt and tls.key of the Secret are no PEM certificate and key that belong together';
    throw new NetError('tls', message);
  }
}

/** Makes the agent open its connections through the proxy, TLS to the server inside. */
function throughProxy(agent: Agent, options: SessionOptions): void {
  const { url, deadline } = options;
  const isTls = url.protocol === 'https:';
  const place = { host: url.hostname, port: Number(url.port) || (isTls ? 443 : 80) };
  const open = async (): Promise<Socket> => {
    const socket = await dial(place, options);
    return isTls ? secure(socket, place.host, deadline, trustOf(options)) : socket;
  };
  const hand = async (callback: OnConnection): Promise<void> => {
    try {
      callback(null, await open());
    } catch (error) {
      // The agent hands the error on; it does not touch the socket then.
      callback(netError(error, false), new Socket());
    }
  };
  agent.createConnection = (_request, callback) => {
    if (callback !== undefined) void hand(callback);
    // As Node's documentation allows: the connection comes with the callback.
    return undefined;
  };
}

type OnConnection = (error: Error | null, socket: Duplex) => void;

/** Arms the deadline of connecting, then that of waiting for headers. */
function guardPhases(sent: ClientRequest, deadline: Deadline): () => void {
  let disarm = deadline.arm(CONNECT_TIMEOUT_MS, 'a connection');
  const connected = (): void => {
    disarm();
    disarm = deadline.arm(SILENCE_TIMEOUT_MS, 'an answer');
  };
  sent.once('socket', (socket) => {
    if (!socket.connecting) return connected();
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', connected);
  });
  return () => disarm();
}

function refusalOf(
  status: number,
  headers: IncomingMessage['headers'],
  maxBytes: number,
): NetError | undefined {
  if (status >= 300 && status < 400) {
    return new NetError('redirect', `the server answered ${status}, a redirect`);
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    return new NetError('malformed', 'the answer is compressed, which was not asked for');
  }
  return Number(headers['content-length'] ?? 0) > maxBytes ? tooLarge(maxBytes) : undefined;
}

function tooLarge(maxBytes: number): NetError {
  return new NetError('tooLarge', `the answer is larger than ${maxBytes} bytes`);
}
