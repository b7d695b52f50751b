import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** How the proxy is set up. */
export type ConnectProxyOptions = Readonly<{
  /** Asked of every request when given. */
  auth?: Readonly<{ username: string; password: string }>;
  /** PEM; the proxy itself is spoken to over TLS. */
  tls?: Readonly<{ key: string; cert: string }>;
  /** Answers each request with this status and no connection. */
  refuse?: number;
  /** Names that it knows, and where they really are. */
  hosts?: Readonly<Record<string, string>>;
}>;

/** A CONNECT proxy on 127.0.0.1 that notes where it was asked to lead. */
export interface ConnectProxy {
  readonly url: string;
  /** `host:port` of each request. */
  readonly asked: readonly string[];
  /** Requests that were no CONNECT. */
  readonly others: readonly string[];
  close(): Promise<void>;
}

/** Starts a proxy on a port of its own. */
export async function startConnectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const asked: string[] = [];
  const others: string[] = [];
  const sockets = new Set<Duplex>();
  const server: Server = options.tls === undefined ? createServer() : createTlsServer(options.tls);
  server.on('request', (request, response) => {
    others.push(request.url ?? '');
    response.writeHead(405).end();
  });
  server.on('connect', (request, socket, head) => {
    sockets.add(socket.on('error', () => undefined));
    asked.push(request.url ?? '');
    const status = options.refuse ?? statusFor(request.headers['proxy-authorization'], options);
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const inner = connect(Number(port), options.hosts?.[host] ?? host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) inner.write(head);
      inner.pipe(socket).pipe(inner);
    });
    sockets.add(inner.on('error', () => socket.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // A listening TCP server has no other kind.
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    asked,
    others,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function statusFor(given: string | undefined, { auth }: ConnectProxyOptions): number {
  if (auth === undefined) return 200;
  const wanted = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
  return given === `Basic ${wanted}` ? 200 : 407;
}
