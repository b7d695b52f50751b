import type { Clock } from '../../domain/clock.ts';
import { stringAt } from '../../domain/json.ts';
import { apiVersionOf } from '../../domain/object-ref.ts';
import type { GroupVersionKind } from '../../domain/object-ref.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { KindPort, ServedKind, WatchHandle, WatchListener } from '../../reconcile/ports.ts';
import { isStatus, unavailable } from './api-stop.ts';
import { parseAggregated, parseResourceList } from './discovery.ts';
import type { KindTable } from './discovery.ts';
import type { ApiClient } from './request.ts';
import type { Watches } from './watches.ts';

/** The discovery mapper. */
export interface Kinds extends KindPort {
  /** Forgets what was learnt of a group: its CRD changed, or a call answered 404. */
  forget(group: string): void;
}

/** An unknown kind is asked for again, but not more often than this for one group and version. */
export const ASK_AGAIN_AFTER_MS = 500;

/** Groups and versions remembered; manifests may name any number that does not exist. */
const MAX_VERSIONS_KNOWN = 4_096;

const AGGREGATED =
  'application/json;v=v2;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList,' +
  'application/json;v=v2beta1;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList,application/json';

/** A mapper without knowledge; it learns by asking. */
export function createKinds(client: ApiClient, clock: Clock): Kinds {
  return new DiscoveredKinds(client, clock);
}

type Known = Readonly<{ table: KindTable; askedAt: number }>;

class DiscoveredKinds implements Kinds {
  readonly #client: ApiClient;
  readonly #clock: Clock;
  /** By `group/version`. A version that is not served has an empty table. */
  readonly #known = new Map<string, Known>();
  readonly #asking = new Map<string, Promise<Result<Known>>>();
  #primed: Promise<void> | undefined;

  constructor(client: ApiClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async find(kind: GroupVersionKind): Promise<Result<ServedKind | undefined>> {
    this.#primed ??= this.#prime();
    await this.#primed;
    const apiVersion = apiVersionOf(kind);
    const before = this.#known.get(apiVersion);
    const found = before?.table.get(kind.kind);
    if (found !== undefined) return ok(found);
    const isFresh =
      before !== undefined && this.#clock.monotonic() - before.askedAt < ASK_AGAIN_AFTER_MS;
    if (isFresh) return ok(undefined);
    const asked = await this.#ask(kind, apiVersion);
    return asked.ok ? ok(asked.value.table.get(kind.kind)) : asked;
  }

  forget(group: string): void {
    for (const apiVersion of this.#known.keys()) {
      const slash = apiVersion.indexOf('/');
      if ((slash < 0 ? '' : apiVersion.slice(0, slash)) === group) this.#known.delete(apiVersion);
    }
  }

  /** One answer instead of one per version; a server without it answers with less, and is asked one by one. */
  async #prime(): Promise<void> {
    const roots = await Promise.all(
      ['api', 'apis'].map((root) =>
        this.#client.call({ method: 'GET', path: [root], accept: AGGREGATED }),
      ),
    );
    const askedAt = this.#clock.monotonic();
    for (const root of roots) {
      if (!root.ok) continue;
      for (const [apiVersion, table] of parseAggregated(root.value)) {
        this.#known.set(apiVersion, { table, askedAt });
      }
    }
  }

  #ask(kind: GroupVersionKind, apiVersion: string): Promise<Result<Known>> {
    const running = this.#asking.get(apiVersion);
    if (running !== undefined) return running;
    const asking = this.#fetch(kind, apiVersion).finally(() => this.#asking.delete(apiVersion));
    this.#asking.set(apiVersion, asking);
    return asking;
  }

  async #fetch(kind: GroupVersionKind, apiVersion: string): Promise<Result<Known>> {
    const { group, version } = kind;
    const path = group === '' ? ['api', version] : ['apis', group, version];
    const answer = await this.#client.call({ method: 'GET', path });
    if (!answer.ok && !isStatus(answer.stop, 404)) {
      return stopped(unavailable(`Asking for the kinds of ${apiVersion} failed`, answer.stop));
    }
    const table: KindTable = answer.ok ? parseResourceList(answer.value, kind) : new Map();
    const known = { table, askedAt: this.#clock.monotonic() };
    if (this.#known.size >= MAX_VERSIONS_KNOWN) this.#known.clear();
    this.#known.set(apiVersion, known);
    return ok(known);
  }
}

const CRDS: ServedKind = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  resource: 'customresourcedefinitions',
  namespaced: false,
};

/** Forgets a group whenever one of its CRDs changes, then tells `onChange`. */
export function followCrds(
  watches: Watches,
  kinds: Kinds,
  onChange: (group: string) => void = () => undefined,
): WatchHandle {
  const changed = (name: string): void => {
    // A CRD is named `<plural>.<group>`.
    const group = name.slice(name.indexOf('.') + 1);
    kinds.forget(group);
    onChange(group);
  };
  const listener: WatchListener = {
    upsert: (object) => changed(stringAt(object, 'metadata', 'name') ?? ''),
    gone: ({ name }) => changed(name),
    synced: () => undefined,
    health: () => undefined,
  };
  // Schemas are megabytes and nothing here reads them.
  return watches.open(CRDS, '', listener, 'metadata');
}
