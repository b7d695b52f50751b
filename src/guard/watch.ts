import { stringAt } from '../domain/json.ts';
import type { JsonObject } from '../domain/json.ts';
import { objectKey } from '../domain/object-ref.ts';
import type { ObjectKey } from '../domain/object-ref.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import { stop } from '../domain/stop.ts';
import type { Stop } from '../domain/stop.ts';
import type { KindPort, ServedKind, WatchHandle, WatchPort } from '../reconcile/ports.ts';
import type { Entry } from './entry.ts';

/** What the watches bring. */
export type Sightings = Readonly<{
  upsert(key: ObjectKey, object: JsonObject): void;
  gone(key: ObjectKey): void;
  health(repo: RepoKey): void;
}>;

type Open = { handle: WatchHandle; why: Stop | undefined; first: Promise<void> };
type Wanted = Readonly<{ kind: ServedKind; namespace: string }>;

/** The watches that the guarded objects of each repo need: one per kind and namespace, shared below. */
export class WatchSet {
  readonly #kinds: KindPort;
  readonly #watches: WatchPort;
  readonly #sightings: Sightings;
  readonly #open = new Map<RepoKey, Map<string, Open>>();

  constructor(kinds: KindPort, watches: WatchPort, sightings: Sightings) {
    this.#kinds = kinds;
    this.#watches = watches;
    this.#sightings = sightings;
  }

  /**
   * Opens what the entries need and closes what they no longer need. `afresh` lists everything once
   * more, for objects that were compared without being read.
   */
  async follow(repo: RepoKey, entries: readonly Entry[], afresh: boolean): Promise<void> {
    const wanted = await this.#wanted(entries);
    const open = this.#open.get(repo) ?? new Map<string, Open>();
    this.#open.set(repo, open);
    for (const [name, { handle }] of open) {
      if (wanted.has(name) && !afresh) continue;
      handle.close();
      open.delete(name);
    }
    for (const [name, { kind, namespace }] of wanted) {
      if (!open.has(name)) this.#start(repo, open, name, { kind, namespace });
    }
    await Promise.all([...open.values()].map(({ first }) => first));
    this.#sightings.health(repo);
  }

  /** Closes every watch of a repo. */
  drop(repo: RepoKey): void {
    for (const { handle } of this.#open.get(repo)?.values() ?? []) handle.close();
    this.#open.delete(repo);
  }

  /** Why some objects of the repo cannot be seen now. */
  blind(repo: RepoKey): Stop | undefined {
    for (const { why } of this.#open.get(repo)?.values() ?? []) if (why !== undefined) return why;
    return undefined;
  }

  async #wanted(
    entries: readonly Entry[],
  ): Promise<ReadonlyMap<string, Readonly<{ kind: ServedKind; namespace: string }>>> {
    const wanted = new Map<string, Readonly<{ kind: ServedKind; namespace: string }>>();
    for (const { manifest } of entries) {
      const { group, version, kind, namespace } = manifest.ref;
      const name = `${group}/${version}/${kind}/${namespace}`;
      if (wanted.has(name)) continue;
      const found = await this.#kinds.find({ group, version, kind });
      if (found.ok && found.value !== undefined) wanted.set(name, { kind: found.value, namespace });
    }
    return wanted;
  }

  #start(repo: RepoKey, all: Map<string, Open>, name: string, { kind, namespace }: Wanted): void {
    let settled: () => void = () => undefined;
    const first = new Promise<void>((resolve) => (settled = resolve));
    const why = stop('APIUnavailable', `${kind.kind} in ${namespace} were not listed yet`);
    const open: Open = { why, first, handle: { close: settled } };
    all.set(name, open);
    const turn = (next: Stop | undefined): void => {
      settled();
      if (all.get(name) !== open || open.why?.reason === next?.reason) return;
      open.why = next;
      this.#sightings.health(repo);
    };
    const keyOf = (object: string): ObjectKey =>
      objectKey({ group: kind.group, kind: kind.kind, namespace, name: object });
    const handle = this.#watches.open(kind, namespace, {
      upsert: (object) =>
        this.#sightings.upsert(keyOf(stringAt(object, 'metadata', 'name') ?? ''), object),
      gone: (identity) => this.#sightings.gone(keyOf(identity.name)),
      synced: () => turn(undefined),
      health: (state) => turn(state.alive ? undefined : state.why),
    });
    open.handle = {
      close: () => {
        settled();
        handle.close();
      },
    };
  }
}
