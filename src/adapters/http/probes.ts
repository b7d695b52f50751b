import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one path answers; evaluated at each request. */
export type Page = () => Promise<Readonly<{ status: number; type: string; body: string }>>;

/** A listening server. */
export type Listening = Readonly<{ port: number; close(): Promise<void> }>;

/** Longest a client may take to send its request head. */
const REQUEST_TIMEOUT_MS = 5_000;

/** Most sockets kept open at once: probes and one or two scrapers. */
const MAX_CONNECTIONS = 64;

/**
 * Serves fixed paths for GET and HEAD; anything else is 404 or 405. Request bodies are never read,
 * so that nothing sent here costs memory.
 */
export function servePages(
  port: number,
  pages: Readonly<Record<string, Page>>,
): Promise<Listening> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405);
    if (page === undefined) return send(response, 404);
    page().then(
      (answer) => send(response, answer.status, answer.type, answer.body),
      () => send(response, 500),
    );
  });
  server.maxConnections = MAX_CONNECTIONS;
  return listen(server, port);
}

/** A page of plain text. */
export function textPage(status: number, body: string): Awaited<ReturnType<Page>> {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n` };
}

function send(response: ServerResponse, status: number, type = 'text/plain', body = ''): void {
  response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' });
  response.end(body);
}

function listen(server: Server, port: number): Promise<Listening> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      // A TCP server's address is never a pipe's name.
      const address = server.address() as AddressInfo;
      resolve({ port: address.port, close: () => close(server) });
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
