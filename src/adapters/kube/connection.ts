import type { RequestOptions } from 'node:https';
import { delimiter } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../domain/clock.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import { openTransport } from './transport.ts';
import type { TlsMaterial, Transport } from './transport.ts';

/** Where the credentials come from. */
export type ConnectOptions = Readonly<{
  clock: Clock;
  /** One file, or several as `KUBECONFIG` lists them; absent: the Pod's own ServiceAccount. */
  kubeconfig?: string;
  /** Another than the current context. */
  context?: string;
}>;

/** How to reach the API server. */
export interface Connection {
  /** `https://host:port`, without path. */
  readonly origin: string;
  /** What every path starts with, without trailing slash; nearly always ''. */
  readonly prefix: string;
  /** The Pod's or the context's namespace. */
  readonly namespace: string | undefined;
  /** Authentication headers for the next request; tokens and TLS files are read again as needed. Throws where they can not be read. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** Forgets the credentials that a 401 proved wrong. */
  refresh(): void;
  /** For calls: a bounded pool. */
  calls(): Dispatcher;
  /** For watches and leadership: one connection each. */
  watches(): Dispatcher;
  close(): Promise<void>;
}

/** How long credentials are taken from memory; files and plug-ins are asked after that. */
const CREDENTIALS_TTL_MS = 10_000;

/** Reads credentials and TLS settings; opens no connection. Stops with `APIUnavailable`. */
export async function connect(options: ConnectOptions): Promise<Result<Connection>> {
  try {
    const connection = new KubeConnection(options);
    await connection.headers();
    return ok(connection);
  } catch (error) {
    const where = options.kubeconfig ?? "the Pod's ServiceAccount";
    return stopped(stop('APIUnavailable', `Reading ${where} failed: ${firstLine(error)}`));
  }
}

function load(options: ConnectOptions): KubeConfig {
  const config = new KubeConfig();
  const files = options.kubeconfig?.split(delimiter).filter((file) => file !== '') ?? [];
  const [first, ...others] = files;
  if (first === undefined) config.loadFromCluster();
  else config.loadFromFile(first);
  for (const file of others) {
    const more = new KubeConfig();
    more.loadFromFile(file);
    config.mergeConfig(more, true);
  }
  if (options.context !== undefined) config.setCurrentContext(options.context);
  return config;
}

function serverOf(config: KubeConfig): URL {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`there is no context "${config.getCurrentContext()}"`);
  const url = new URL(cluster.server);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new Error(`the server's scheme is ${url.protocol}`);
  }
  return url;
}

class KubeConnection implements Connection {
  readonly origin: string;
  readonly prefix: string;
  readonly namespace: string | undefined;
  readonly #options: ConnectOptions;
  #config: KubeConfig;
  #transport: Transport | undefined;
  #headers: Promise<Readonly<Record<string, string>>> | undefined;
  #readAt = 0;

  constructor(options: ConnectOptions) {
    this.#options = options;
    this.#config = load(options);
    const server = serverOf(this.#config);
    this.origin = server.origin;
    this.prefix = server.pathname.replace(/\/+$/, '');
    this.namespace = this.#config.getContextObject(this.#config.getCurrentContext())?.namespace;
  }

  headers(): Promise<Readonly<Record<string, string>>> {
    const now = this.#options.clock.monotonic();
    if (this.#headers !== undefined && now - this.#readAt <= CREDENTIALS_TTL_MS) {
      return this.#headers;
    }
    const headers = this.#read();
    this.#readAt = now;
    this.#headers = headers;
    headers.catch(() => {
      if (this.#headers === headers) this.#headers = undefined;
    });
    return headers;
  }

  refresh(): void {
    this.#headers = undefined;
    try {
      this.#config = load(this.#options);
    } catch {
      // A file that is being replaced: the next request reads it with the settings of before.
    }
  }

  calls(): Dispatcher {
    return this.#open().calls;
  }

  watches(): Dispatcher {
    return this.#open().watches;
  }

  async close(): Promise<void> {
    await this.#transport?.destroy();
  }

  #open(): Transport {
    if (this.#transport === undefined) throw new Error('headers() comes first');
    return this.#transport;
  }

  async #read(): Promise<Readonly<Record<string, string>>> {
    const cluster = this.#config.getCurrentCluster();
    // The library refuses http:// without this; there is no TLS to verify then.
    if (cluster !== null && this.origin.startsWith('http:')) {
      Object.assign(cluster, { skipTLSVerify: true });
    }
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    this.#use(options, cluster?.proxyUrl);
    return authHeaders(options);
  }

  #use(options: RequestOptions, proxy: string | undefined): void {
    const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options;
    const material = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
    const tls: TlsMaterial = Object.fromEntries(
      Object.entries(material).filter(([, value]) => value !== undefined),
    );
    if (this.#transport?.fits(tls) === true) return;
    const before = this.#transport;
    this.#transport = openTransport(tls, proxy);
    before?.retire();
  }
}

function authHeaders(options: RequestOptions): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (value !== undefined) headers[name.toLowerCase()] = String(value);
  }
  if (typeof options.auth === 'string') {
    headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  return headers;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? '';
}
