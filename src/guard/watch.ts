import { stringAt } from '../domain/json.ts';
import type { JsonObject } from '../domain/json.ts';
import { apiVersionOf, objectKey } from '../domain/object-ref.ts';
import type { GroupVersionKind, ObjectKey } from '../domain/object-ref.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import { stop } from '../domain/stop.ts';
import type { Stop } from '../domain/stop.ts';
import type { KindPort, ServedKind, WatchHandle, WatchPort } from '../reconcile/ports.ts';
import type { Entry } from './entry.ts';

/** What the watches bring. */
export type Sightings = Readonly<{
  upsert(key: ObjectKey, object: JsonObject): void;
  /** Deleted, or not there when its kind was listed first. */
  gone(key: ObjectKey): void;
  /** What can be seen of the repo's objects changed. */
  health(repo: RepoKey): void;
}>;

/** One watch that entries need, and the objects they hope to find through it. */
type Wanted = Readonly<{ kind: ServedKind; namespace: string; keys: Set<ObjectKey> }>;
type Open = { handle: WatchHandle; why: Stop | undefined; first: Promise<void> };
type Held = { readonly open: Map<string, Open>; unresolved: Stop | undefined };

/** The watches that the guarded objects of each repo need: one per kind and namespace, shared below. */
export class WatchSet {
  readonly #kinds: KindPort;
  readonly #watches: WatchPort;
  readonly #sightings: Sightings;
  readonly #held = new Map<RepoKey, Held>();

  constructor(kinds: KindPort, watches: WatchPort, sightings: Sightings) {
    this.#kinds = kinds;
    this.#watches = watches;
    this.#sightings = sightings;
  }

  /**
   * Opens what the entries need and closes what they no longer need; resolves once everything was
   * listed or is known to be unseen. `afresh` lists everything once more, for objects that were
   * compared without being read. A kind that cannot be found is tried again at the next call.
   */
  async follow(repo: RepoKey, entries: readonly Entry[], afresh: boolean): Promise<void> {
    const held = this.#held.get(repo) ?? { open: new Map<string, Open>(), unresolved: undefined };
    this.#held.set(repo, held);
    const { wanted, unresolved } = await this.#resolve(entries);
    // Dropped meanwhile.
    if (this.#held.get(repo) !== held) return;
    held.unresolved = unresolved;
    for (const [name, { handle }] of held.open) {
      if (wanted.has(name) && !afresh) continue;
      handle.close();
      held.open.delete(name);
    }
    for (const [name, want] of wanted) {
      if (!held.open.has(name)) this.#start(repo, held.open, { name, want });
    }
    await Promise.all([...held.open.values()].map(({ first }) => first));
    this.#sightings.health(repo);
  }

  /** Closes every watch of a repo. */
  drop(repo: RepoKey): void {
    for (const { handle } of this.#held.get(repo)?.open.values() ?? []) handle.close();
    this.#held.delete(repo);
  }

  /** Why some objects of the repo cannot be seen now. */
  blind(repo: RepoKey): Stop | undefined {
    const held = this.#held.get(repo);
    if (held === undefined) return undefined;
    for (const { why } of held.open.values()) if (why !== undefined) return why;
    return held.unresolved;
  }

  async #resolve(
    entries: readonly Entry[],
  ): Promise<Readonly<{ wanted: ReadonlyMap<string, Wanted>; unresolved: Stop | undefined }>> {
    const wanted = new Map<string, Wanted>();
    const missing = new Map<string, Stop>();
    for (const { key, manifest } of entries) {
      const { group, version, kind, namespace } = manifest.ref;
      const name = `${group}/${version}/${kind}/${namespace}`;
      wanted.get(name)?.keys.add(key);
      if (wanted.has(name) || missing.has(name)) continue;
      const found = await this.#kinds.find({ group, version, kind });
      if (!found.ok) missing.set(name, found.stop);
      else if (found.value === undefined) missing.set(name, notServed(manifest.ref));
      else wanted.set(name, { kind: found.value, namespace, keys: new Set([key]) });
    }
    const [unresolved] = missing.values();
    return { wanted, unresolved };
  }

  #start(
    repo: RepoKey,
    all: Map<string, Open>,
    { name, want }: Readonly<{ name: string; want: Wanted }>,
  ): void {
    let settled: () => void = () => undefined;
    const first = new Promise<void>((resolve) => (settled = resolve));
    const why = stop(
      'APIUnavailable',
      `${want.kind.kind} in ${want.namespace} were not listed yet`,
    );
    const open: Open = { why, first, handle: { close: settled } };
    all.set(name, open);
    const turn = (next: Stop | undefined): void => {
      settled();
      if (all.get(name) !== open || open.why?.reason === next?.reason) return;
      open.why = next;
      this.#sightings.health(repo);
    };
    const handle = this.#listen(want, turn);
    open.handle = {
      close: () => {
        settled();
        handle.close();
      },
    };
  }

  #listen({ kind, namespace, keys }: Wanted, turn: (why: Stop | undefined) => void): WatchHandle {
    const unseen = new Set(keys);
    const keyOf = (name: string): ObjectKey =>
      objectKey({ group: kind.group, kind: kind.kind, namespace, name });
    return this.#watches.open(kind, namespace, {
      upsert: (object) => {
        const key = keyOf(stringAt(object, 'metadata', 'name') ?? '');
        unseen.delete(key);
        this.#sightings.upsert(key, object);
      },
      gone: (identity) => this.#sightings.gone(keyOf(identity.name)),
      synced: () => {
        // Deleted before anybody watched: no event will ever tell.
        for (const key of unseen) this.#sightings.gone(key);
        unseen.clear();
        turn(undefined);
      },
      health: (state) => turn(state.alive ? undefined : state.why),
    });
  }
}

function notServed(kind: GroupVersionKind): Stop {
  const what = `the API server does not serve ${kind.kind} of ${apiVersionOf(kind)}`;
  const message = `${what}: its objects cannot be watched. Install its CustomResourceDefinition.`;
  return stop('APIUnavailable', message);
}
