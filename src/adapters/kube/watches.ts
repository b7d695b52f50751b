import type { Clock } from '../../domain/clock.ts';
import { apiVersionOf } from '../../domain/object-ref.ts';
import type { ServedKind, WatchHandle, WatchListener, WatchPort } from '../../reconcile/ports.ts';
import type { ApiClient } from './request.ts';
import { SharedWatch } from './shared-watch.ts';

/** What reflectors tell besides objects, for metrics and logs. */
export type WatchHooks = Readonly<{
  /** A relist found changes that the watch had not brought. */
  missedByWatch?(kind: ServedKind, namespace: string, count: number): void;
  /** The server does not serve the kind any more. */
  kindGone?(kind: ServedKind): void;
  /** A listener threw: a bug; the others were served. */
  listenerFailed?(kind: ServedKind, error: unknown): void;
}>;

/** What reflectors need. */
export type WatchOptions = Readonly<{
  client: ApiClient;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Time between full lists, before jitter; 10 minutes by default. */
  relistMs?: number;
  hooks?: WatchHooks;
}>;

/** What of the objects is asked for: all, or `metadata` alone (`PartialObjectMetadata`). */
export type WatchedPart = 'objects' | 'metadata';

/** Shared reflectors that can be ended together. */
export interface Watches extends WatchPort {
  open(
    kind: ServedKind,
    namespace: string,
    listener: WatchListener,
    part?: WatchedPart,
  ): WatchHandle;
  close(): void;
}

/** No reflector yet; the first listener of a kind and namespace starts one, the last one ends it. */
export function createWatches(options: WatchOptions): Watches {
  const shared = new Map<string, SharedWatch>();
  return {
    open: (kind, namespace, listener, part = 'objects') => {
      const key = `${apiVersionOf(kind)}/${kind.resource}|${namespace}|${part}`;
      let watch = shared.get(key);
      if (watch === undefined) {
        watch = new SharedWatch(options, { kind, namespace, part });
        shared.set(key, watch);
      }
      return handleOf(watch, listener, () => {
        if (shared.get(key) === watch) shared.delete(key);
      });
    },
    close: () => {
      for (const watch of shared.values()) watch.close();
      shared.clear();
    },
  };
}

function handleOf(watch: SharedWatch, listener: WatchListener, ended: () => void): WatchHandle {
  const remove = watch.add(listener);
  return {
    close: () => {
      remove();
      if (!watch.isEmpty) return;
      watch.close();
      ended();
    },
  };
}
