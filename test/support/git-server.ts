import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { packet } from './git-server/answer.ts';
import { strikes } from './git-server/fault.ts';
import type { GitFault, Phase } from './git-server/fault.ts';
import { runService, uploadPack } from './git-server/upload.ts';
import type { UploadRequest } from './git-server/upload.ts';

export type { GitFault } from './git-server/fault.ts';

/** How the server is set up. */
export type GitServerOptions = Readonly<{
  /** Folder of bare repositories: `<root>/app.git` is served as `<url>/app.git`. */
  root: string;
  /** Asked of every request when given. */
  auth?: Readonly<{ username: string; password: string }> | Readonly<{ token: string }>;
  /** PEM; serves https. */
  tls?: Readonly<{
    key: string;
    cert: string;
    /** The CA of client certificates. */
    ca?: string;
    requestCert?: boolean;
    rejectUnauthorized?: boolean;
  }>;
  fault?: GitFault;
  /** 1 ignores the client's wish for protocol version 2. */
  protocol?: 1 | 2;
}>;

/** What was asked since the start or the last `forget()`. */
export type GitTraffic = {
  infoRefs: number;
  lsRefs: number;
  uploadPack: number;
  receivePack: number;
  /** Bytes of all answers' bodies, as far as they were handed to the socket. */
  bytesSent: number;
  /** `authorization` header of each request. */
  authorizations: string[];
  connections: number;
};

/** A running smart HTTP server over the real git, on 127.0.0.1. Pushing is allowed. */
export interface GitServer {
  /** Without trailing slash; `http` or `https`. */
  readonly url: string;
  readonly traffic: Readonly<GitTraffic>;
  setFault(fault: GitFault | undefined): void;
  /** Sets the traffic back to nothing. */
  forget(): void;
  /** Ends every connection, also those that hang. */
  close(): Promise<void>;
}

/** Starts a server on a port of its own. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const handler = new Handler(options);
  const respond = (request: IncomingMessage, response: ServerResponse): void => {
    handler.respond(request, response).catch(() => response.destroy());
  };
  const server: Server =
    options.tls === undefined ? createServer(respond) : createTlsServer(options.tls, respond);
  server.on('connection', () => handler.traffic.connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // A listening TCP server has no other kind.
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    get traffic() {
      return handler.traffic;
    },
    setFault: (fault) => void (handler.fault = fault),
    forget: () => void (handler.traffic = noTraffic()),
    close: () =>
      new Promise((resolve) => {
        handler.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function noTraffic(): GitTraffic {
  return {
    infoRefs: 0,
    lsRefs: 0,
    uploadPack: 0,
    receivePack: 0,
    bytesSent: 0,
    authorizations: [],
    connections: 0,
  };
}

const ROUTE = /^((?:\/[\w.-]+)+)\/(info\/refs|git-upload-pack|git-receive-pack)$/;

type Service = 'upload-pack' | 'receive-pack';

class Handler {
  traffic = noTraffic();
  fault: GitFault | undefined;
  readonly #options: GitServerOptions;
  #capabilities: Promise<Buffer> | undefined;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: GitServerOptions) {
    this.#options = options;
    this.fault = options.fault;
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, path = '', action = ''] = ROUTE.exec(url.pathname) ?? [];
    this.traffic.authorizations.push(request.headers.authorization ?? '');
    const phase = this.#count(action, body);
    if (strikes(this.fault, phase) && this.#refuse(this.fault, response)) return;
    if (!this.#allowed(request)) return end(response, 401, 'who are you?', AUTHENTICATE);
    const dir = join(this.#options.root, path);
    if (action === '' || path.includes('..') || !existsSync(join(dir, 'HEAD'))) {
      return end(response, 404, 'no such repository');
    }
    const asked = { dir, body, version: this.#version(request) };
    const named = action === 'info/refs' ? url.searchParams.get('service') : action;
    const service = named === 'git-receive-pack' ? 'receive-pack' : 'upload-pack';
    this.#send(response, { phase, ...(await this.#serve(service, asked, phase)) });
  }

  async #serve(
    service: Service,
    asked: UploadRequest,
    phase: Phase,
  ): Promise<Readonly<{ type: string; answer: Buffer }>> {
    if (phase === 'refs') {
      const type = `application/x-git-${service}-advertisement`;
      return { type, answer: await this.#advertise(service, asked) };
    }
    return {
      type: `application/x-git-${service}-result`,
      answer: await this.#answer(service, asked, phase),
    };
  }

  #count(action: string, body: Buffer): Phase {
    const { traffic } = this;
    if (action === 'info/refs') traffic.infoRefs++;
    else if (action === 'git-receive-pack') traffic.receivePack++;
    else if (body.includes('command=ls-refs')) traffic.lsRefs++;
    else traffic.uploadPack++;
    if (action === 'info/refs') return 'refs';
    return body.includes('command=ls-refs') ? 'list' : 'pack';
  }

  #version(request: IncomingMessage): 1 | 2 {
    const asked = String(request.headers['git-protocol'] ?? '').includes('version=2');
    return asked && this.#options.protocol !== 1 ? 2 : 1;
  }

  #allowed(request: IncomingMessage): boolean {
    const { auth } = this.#options;
    if (auth === undefined) return true;
    const wanted =
      'token' in auth
        ? `Bearer ${auth.token}`
        : `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
    return request.headers.authorization === wanted;
  }

  /** Faults that answer without Git. */
  #refuse(fault: GitFault, response: ServerResponse): boolean {
    switch (fault.kind) {
      case 'status':
        end(response, fault.status, `status ${fault.status}`, fault.headers);
        return true;
      case 'redirect':
        end(response, fault.status ?? 302, 'elsewhere', { location: fault.location });
        return true;
      case 'html':
        end(response, 200, '<!DOCTYPE html><title>Sign in</title>', {
          'content-type': 'text/html',
        });
        return true;
      case 'silent':
        return true;
      default:
        return false;
    }
  }

  async #advertise(service: Service, asked: UploadRequest): Promise<Buffer> {
    const advertisement = (): Promise<Buffer> =>
      runService(service, { ...asked, body: Buffer.alloc(0) }, true);
    if (asked.version === 2 && service === 'upload-pack') {
      // Capabilities alone, the same for every repository: refs are listed by the next request.
      this.#capabilities ??= advertisement();
      return this.#capabilities;
    }
    const refs = await advertisement();
    return Buffer.concat([packet(`# service=git-${service}\n`), Buffer.from('0000'), refs]);
  }

  #answer(service: Service, request: UploadRequest, phase: Phase): Promise<Buffer> {
    const fault = strikes(this.fault, phase) ? this.fault : undefined;
    if (service === 'upload-pack' && phase === 'pack') return uploadPack(request, fault);
    return runService(service, request);
  }

  #send(
    response: ServerResponse,
    { type, answer, phase }: Readonly<{ type: string; answer: Buffer; phase: Phase }>,
  ): void {
    const fault = strikes(this.fault, phase) ? this.fault : undefined;
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' });
    response.flushHeaders();
    const write = (bytes: Uint8Array): void => {
      this.traffic.bytesSent += bytes.length;
      response.write(bytes);
    };
    switch (fault?.kind) {
      case 'bytes':
        write(fault.bytes);
        return void response.end();
      case 'hang':
        return;
      case 'slow':
        return this.#drip(response, answer, fault.everyMs);
      case 'reset':
        write(answer.subarray(0, Math.floor(answer.length * fault.fraction)));
        // The written part has to leave before the connection breaks.
        return void setImmediate(() => response.destroy());
      default:
        write(answer);
        response.end();
    }
  }

  #drip(response: ServerResponse, answer: Buffer, everyMs: number): void {
    let at = 0;
    const next = (): void => {
      response.write(answer.subarray(at, ++at));
      this.traffic.bytesSent++;
    };
    next();
    const timer = setInterval(next, everyMs);
    this.#timers.add(timer);
    response.on('close', () => clearInterval(timer));
  }
}

const AUTHENTICATE = { 'www-authenticate': 'Basic realm="git"' };

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array)); // No encoding is set.
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

function end(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'text/plain', ...headers });
  response.end(text);
}
