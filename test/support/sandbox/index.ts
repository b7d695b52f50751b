import type { Authorizer, DenyRule, User } from './auth.ts';
import { Gate } from './auth.ts';
import type { Call } from './call.ts';
import { Faults } from './faults.ts';
import type { Match } from './faults.ts';
import { RequestLog } from './log.ts';
import { Reads } from './read.ts';
import { Registry } from './registry.ts';
import { attributesOf, occasionOf } from './route.ts';
import { seed } from './seed.ts';
import { listen } from './server.ts';
import { Store } from './store.ts';
import { Creator } from './strategy.ts';
import type { Dict } from './value.ts';
import type { Watch } from './watch.ts';
import { Writes } from './write.ts';

export type { Attributes, Authorizer, DenyRule, User } from './auth.ts';
export type { Fault, Match, Occasion, RequestEffect, WatchEffect } from './faults.ts';
export type { LogEntry, LogFilter } from './log.ts';
export type { Dict, Value } from './value.ts';

/** How a sandbox behaves; every part has a default. */
export type SandboxOptions = Readonly<{
  /** Users behind bearer tokens; default: `admin-token`, `operator-token`, `alice-token`. */
  tokens: { readonly [token: string]: User };
  /** Default: everything is allowed. */
  authorize: Authorizer;
  deny: readonly DenyRule[];
  /** How many changes per resource a watch or list can look back; older ones are 410. */
  historyWindow: number;
  /** Milliseconds between bookmarks of a watch that wants them. */
  bookmarkMs: number;
  /** Namespaces that exist from the start, besides the usual four. */
  namespaces: readonly string[];
  /** Milliseconds since the epoch, for timestamps. */
  now: () => number;
}>;

/** A running sandbox API server. */
export type Sandbox = Readonly<{
  url: string;
  /**
   * Text of a kubeconfig; the user is the first token's unless another is named. Its server URL holds
   * the token too, for kubectl sends none over plain HTTP.
   */
  kubeconfig: (token?: string) => string;
  faults: Faults;
  requests: RequestLog;
  /** Rules that forbid; may be changed at any time. */
  denied: DenyRule[];
  /** Puts objects (namespaces made as needed) as the API would store them, as field manager `seed`. */
  seed: (...objects: readonly Dict[]) => void;
  /** The object stored now, by resource (`apps/deployments`, `/configmaps`), namespace ('' for none) and name. */
  stored: (storage: string, namespace: string, name: string) => Dict | undefined;
  /** Forgets history: watches from before now and old continue tokens get 410. */
  compact: () => void;
  /** Closes, or silences, the open watches that match; yields how many. */
  disturb: (match: Match, effect: 'half-open' | 'cut') => number;
  openWatches: () => number;
  close: () => Promise<void>;
}>;

const DEFAULT_TOKENS: { readonly [token: string]: User } = {
  'admin-token': { user: 'admin', groups: ['system:masters'] },
  'operator-token': { user: 'operator' },
  'alice-token': { user: 'alice' },
};
const DEFAULT_HISTORY_WINDOW = 100_000;
const DEFAULT_BOOKMARK_MS = 60_000;
const USUAL_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Starts an API server in this process, on plain HTTP at an ephemeral port of 127.0.0.1. */
export async function startSandbox(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const tokens = options.tokens ?? DEFAULT_TOKENS;
  const store = new Store(options.historyWindow ?? DEFAULT_HISTORY_WINDOW);
  const registry = new Registry();
  const gate = new Gate(tokens, options.authorize ?? (() => true), options.deny ?? []);
  const faults = new Faults();
  const requests = new RequestLog();
  const watches = new Set<Watch>();
  const creator = new Creator(options.now ?? Date.now);
  const mayCreate = (call: Call): void => gate.check({ ...attributesOf(call), verb: 'create' });
  const writes = new Writes(store, registry, creator, mayCreate);
  const bookmarkMs = options.bookmarkMs ?? DEFAULT_BOOKMARK_MS;
  const reads = new Reads(store);
  const parts = { store, registry, gate, faults, reads, writes, watches, requests, bookmarkMs };
  const put = seed(registry, store, writes);
  for (const name of [...USUAL_NAMESPACES, ...(options.namespaces ?? [])]) {
    put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const { server, url } = await listen(parts);
  const [first = ''] = Object.keys(tokens);
  return {
    url,
    kubeconfig: (token = first) => kubeconfig(url, token),
    faults,
    requests,
    denied: gate.denied,
    seed: put,
    stored: (storage, namespace, name) =>
      store.collection(storage).items.get(`${namespace}/${name}`)?.object,
    compact: () => store.compact(),
    disturb: (match, effect) => {
      const hit = [...watches].filter(({ call }) => fits(match, call));
      for (const watch of hit) watch.disturb(effect);
      return hit.length;
    },
    openWatches: () => watches.size,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function fits(match: Match, call: Watch['call']): boolean {
  const occasion = occasionOf(call);
  if (typeof match === 'function') return match(occasion);
  return Object.entries(match).every(
    ([key, value]) => occasion[key as keyof typeof occasion] === value,
  ); // Only its own keys.
}

function kubeconfig(url: string, token: string): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'sandbox', cluster: { server: `${url}/token/${encodeURIComponent(token)}` } },
    ],
    users: [{ name: 'sandbox', user: { token } }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user: 'sandbox' } }],
    'current-context': 'sandbox',
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
