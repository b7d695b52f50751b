import type { JsonObject } from '../../domain/json.ts';
import { apiVersionOf } from '../../domain/object-ref.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { ServedKind, WatchListener } from '../../reconcile/ports.ts';
import type { ApiError } from './api-error.ts';
import { isStatus, unavailable } from './api-stop.ts';
import { Reflector } from './reflector.ts';
import type { ReflectorTarget } from './reflector.ts';
import { pathOf } from './request.ts';
import { Tracker } from './tracker.ts';
import type { WatchedPart, WatchOptions } from './watches.ts';

/** What one reflector looks at. */
export type WatchedScope = Readonly<{ kind: ServedKind; namespace: string; part: WatchedPart }>;

/** Time between full lists unless the options say otherwise. */
export const RELIST_MS = 600_000;

/** `fresh` until a full list that began after its arrival has ended. */
type Seat = {
  readonly listener: WatchListener;
  fresh: 'waiting' | 'listing' | 'served';
  told: Health;
};
type Health = Parameters<WatchListener['health']>[0] | undefined;

const metadataAs = (kind: string): string =>
  `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`;

/** One reflector and all who listen to it. */
export class SharedWatch {
  readonly #options: WatchOptions;
  readonly #scope: WatchedScope;
  readonly #seats = new Set<Seat>();
  readonly #reflector: Reflector;
  #health: Health;

  constructor(options: WatchOptions, scope: WatchedScope) {
    this.#options = options;
    this.#scope = scope;
    const tracker = new Tracker({
      upsert: (object, to) => this.#upsert(object, to),
      gone: (identity) => this.#tell((seat) => seat.listener.gone(identity)),
    });
    this.#reflector = new Reflector({
      client: options.client,
      clock: options.clock,
      random: options.random,
      relistMs: options.relistMs ?? RELIST_MS,
      target: targetOf(scope),
      tracker,
      listing: () => this.#listing(),
      listed: () => this.#listed(),
      alive: () => this.#turn({ alive: true }),
      dead: (error) => this.#died(error),
      missed: (count) => options.hooks?.missedByWatch?.(scope.kind, scope.namespace, count),
    });
    // Not at once: who opens several listeners in a row gets one list for all of them.
    queueMicrotask(() => void this.#reflector.run());
  }

  get isEmpty(): boolean {
    return this.#seats.size === 0;
  }

  /** Adds a listener; the answer removes it. */
  add(listener: WatchListener): () => void {
    const seat: Seat = { listener, fresh: 'waiting', told: undefined };
    this.#seats.add(seat);
    this.#reflector.relist();
    queueMicrotask(() => this.#tellHealth());
    return () => void this.#seats.delete(seat);
  }

  close(): void {
    this.#seats.clear();
    this.#reflector.close();
  }

  #listing(): void {
    for (const seat of this.#seats) if (seat.fresh === 'waiting') seat.fresh = 'listing';
  }

  #listed(): void {
    this.#tell((seat) => {
      if (seat.fresh === 'listing') seat.fresh = 'served';
      if (seat.fresh === 'served') seat.listener.synced();
    });
  }

  #upsert(object: JsonObject, to: 'all' | 'fresh'): void {
    // Items of typed lists come without these two.
    const { kind } = this.#scope;
    const whole =
      object['kind'] === undefined
        ? { apiVersion: apiVersionOf(kind), kind: kind.kind, ...object }
        : object;
    this.#tell((seat) => {
      if (to === 'all' || seat.fresh === 'listing') seat.listener.upsert(whole);
    });
  }

  #died(error: ApiError): void {
    if (isStatus(error, 404)) this.#options.hooks?.kindGone?.(this.#scope.kind);
    this.#turn({ alive: false, why: explain(this.#scope, error) });
  }

  #turn(health: NonNullable<Health>): void {
    this.#health = health;
    this.#tellHealth();
  }

  #tellHealth(): void {
    const health = this.#health;
    if (health === undefined) return;
    this.#tell((seat) => {
      if (isSameHealth(seat.told, health)) return;
      seat.told = health;
      seat.listener.health(health);
    });
  }

  /** A listener that throws is a bug of its own; the others must hear all the same. */
  #tell(say: (seat: Seat) => void): void {
    for (const seat of this.#seats) {
      try {
        say(seat);
      } catch (error) {
        this.#options.hooks?.listenerFailed?.(this.#scope.kind, error);
      }
    }
  }
}

function targetOf({ kind, namespace, part }: WatchedScope): ReflectorTarget {
  const path = pathOf(kind, namespace);
  if (part === 'objects') return { list: { path }, watch: { path } };
  // A server takes each of them for its own verb only; with the wrong one a watch stays silent.
  return {
    list: { path, accept: metadataAs('PartialObjectMetadataList') },
    watch: { path, accept: metadataAs('PartialObjectMetadata') },
  };
}

function isSameHealth(left: Health, right: Health): boolean {
  if (left?.alive !== right?.alive || left?.alive !== false || right?.alive !== false) {
    return left?.alive === right?.alive;
  }
  return left.why.message === right.why.message;
}

/** What is in the way and who can help, for the health of a watch. */
function explain({ kind, namespace }: WatchedScope, error: ApiError): Stop {
  const where = namespace === '' ? '' : ` in namespace ${namespace}`;
  const what = `${kind.resource}${kind.group === '' ? '' : `.${kind.group}`}${where}`;
  if (isStatus(error, 403)) {
    const rule = `{apiGroups: ["${kind.group}"], resources: ["${kind.resource}"], verbs: [get, list, watch]}`;
    return stop('Forbidden', `gitward may not list and watch ${what}: grant its account ${rule}.`);
  }
  if (isStatus(error, 404)) {
    return stop('APIUnavailable', `The API server does not serve ${what} any more.`);
  }
  return unavailable(`Watching ${what} failed`, error);
}
