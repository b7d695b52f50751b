import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { CONNECT_TIMEOUT_MS } from './deadline.ts';
import type { Deadline } from './deadline.ts';
import { NetError, netError } from './failure.ts';
import type { NetPermissions } from './git-url.ts';
import type { ProxyRoute } from './proxy.ts';
import { pinned, resolvePermitted, systemResolve } from './resolve.ts';
import type { Resolve } from './resolve.ts';

/** A host as URLs write it, and a port. */
export type Place = Readonly<{ host: string; port: number }>;

/** Whom may be spoken to, and until when. */
export type DialOptions = Readonly<{
  permissions: NetPermissions;
  deadline: Deadline;
  resolve?: Resolve;
  /** Everything goes through it; it then looks up the names. */
  proxy?: ProxyRoute;
}>;

/**
 * Opens a TCP connection, directly or through a CONNECT proxy (RFC 9110, 9.3.6). The name of whoever
 * is connected to is resolved once, and each of its addresses judged. Throws `NetError`.
 */
export async function dial(place: Place, options: DialOptions): Promise<Socket> {
  const { proxy } = options;
  if (proxy === undefined) return dialDirectly(place, options);
  const { hostname, port, protocol } = proxy.url;
  const trust = proxy.ca === undefined ? {} : { ca: proxy.ca };
  const isTls = protocol === 'https:';
  const via = { host: hostname, port: port === '' ? (isTls ? 443 : 80) : Number(port) };
  const plain = await dialDirectly(via, options);
  try {
    const socket = isTls ? await secure(plain, via.host, options.deadline, trust) : plain;
    return await tunnel(socket, place, { proxy, deadline: options.deadline });
  } catch (error) {
    plain.destroy();
    throw error;
  }
}

/** Wraps a connection in TLS; the certificate must be good for `host`. Throws `NetError`. */
export function secure(
  socket: Socket,
  host: string,
  deadline: Deadline,
  trust: ConnectionOptions = {},
): Promise<Socket> {
  const bare = bareHost(host);
  // RFC 6066: no address in the server name.
  const name = isIP(bare) === 0 ? { servername: bare } : { host: bare };
  const wrapped = connectTls({
    ...trust,
    ...name,
    socket,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
  });
  return settled(wrapped, 'secureConnect', { deadline, what: 'TLS' });
}

async function dialDirectly(place: Place, options: DialOptions): Promise<Socket> {
  const { permissions, deadline, resolve = systemResolve } = options;
  deadline.check();
  const found = resolvePermitted(place.host, permissions, resolve);
  const addresses = await deadline.within(CONNECT_TIMEOUT_MS, "the name's address", found);
  const host = bareHost(place.host);
  const socket = connect({ host, port: place.port, lookup: pinned(addresses), noDelay: true });
  return settled(socket, 'connect', { deadline, what: 'a connection' });
}

/** Waits until a socket is connected; one that is not is closed. */
async function settled<T extends Socket>(
  socket: T,
  event: 'connect' | 'secureConnect',
  { deadline, what }: Readonly<{ deadline: Deadline; what: string }>,
): Promise<T> {
  const ready = new Promise<T>((resolve, reject) => {
    socket.once(event, () => resolve(socket));
    // For good: an error that comes when nobody listens any more must not end the process.
    socket.on('error', (error) => reject(netError(error, false)));
    socket.once('close', () => reject(new NetError('unreachable', 'the connection was closed')));
  });
  try {
    return await deadline.within(CONNECT_TIMEOUT_MS, what, ready);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function tunnel(
  socket: Socket,
  { host, port }: Place,
  { proxy, deadline }: Readonly<{ proxy: ProxyRoute; deadline: Deadline }>,
): Promise<Socket> {
  const target = `${host}:${port}`;
  const { authorization } = proxy;
  const asked = request({
    method: 'CONNECT',
    path: target,
    createConnection: () => socket,
    headers: {
      host: target,
      ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
    },
  });
  const answered = new Promise<Socket>((resolve, reject) => {
    asked.once('connect', (response: IncomingMessage, _socket, head: Buffer) => {
      const refusal = refusalOf(response.statusCode ?? 0);
      if (refusal !== undefined) return reject(refusal);
      // The server behind it may have spoken already, as SSH servers do.
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asked.once('error', (error) => reject(netError(error, false)));
    asked.end();
  });
  return deadline.within(CONNECT_TIMEOUT_MS, "the proxy's answer", answered);
}

function refusalOf(status: number): NetError | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status === 407 || status === 401) {
    const message = `the proxy answered ${status}; check username and password in the Secret of source.proxySecretRef`;
    return new NetError('proxyAuth', message);
  }
  return new NetError('unreachable', `the proxy answered ${status} when asked for the connection`);
}

function bareHost(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
