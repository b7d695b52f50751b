import { createHash } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import { Agent, ProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import { DEFAULT_LIMIT } from './limiter.ts';

/** What TLS is made of: CA, client certificate and key, server name. */
export type TlsMaterial = Readonly<
  Pick<
    ConnectionOptions,
    'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'rejectUnauthorized' | 'servername'
  >
>;

/** The sockets of one set of TLS material. */
export interface Transport {
  readonly calls: Dispatcher;
  readonly watches: Dispatcher;
  /** Whether it was opened with this very material. */
  fits(tls: TlsMaterial): boolean;
  /** Takes no new request; what is under way ends by itself. */
  retire(): void;
  destroy(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Linux then probes every second, ten times: a half-open connection is noticed within 40 s. */
const TCP_KEEPALIVE_AFTER_MS = 30_000;
const IDLE_SOCKET_MS = 30_000;

/** Opens no socket yet. Deadlines are the caller's: undici's own are off. */
export function openTransport(tls: TlsMaterial, proxy: string | undefined): Transport {
  const digest = digestOf(tls);
  const calls = dispatcher(tls, proxy, { connections: DEFAULT_LIMIT.inFlight });
  const watches = dispatcher(tls, proxy, {});
  return {
    calls,
    watches,
    fits: (other) => digestOf(other) === digest,
    retire: () => {
      // Sockets that refuse to end are cut by their callers' deadlines; nobody waits for that here.
      calls.close().catch(() => undefined);
      watches.close().catch(() => undefined);
    },
    destroy: async () => {
      await Promise.all([calls.destroy(), watches.destroy()]);
    },
  };
}

function dispatcher(tls: TlsMaterial, proxy: string | undefined, pool: Agent.Options): Dispatcher {
  const options: Agent.Options = {
    ...pool,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: IDLE_SOCKET_MS,
    allowH2: false,
  };
  const connect = {
    ...tls,
    timeout: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEPALIVE_AFTER_MS,
  };
  if (proxy === undefined) return new Agent({ ...options, connect });
  return new ProxyAgent({ ...options, uri: proxy, requestTls: { ...tls } });
}

function digestOf(tls: TlsMaterial): string {
  return createHash('sha256').update(JSON.stringify(tls)).digest('hex');
}
