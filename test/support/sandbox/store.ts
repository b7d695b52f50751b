import { dictAt } from './value.ts';
import type { Dict } from './value.ts';

/** One stored state of one object; never changed once stored. */
export type Stored = Readonly<{ key: string; object: Dict; revision: number }>;

/** One write, as watches see it. `now` of a DELETED is the last state under the revision of its end. */
export type Change = Readonly<{
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  revision: number;
  now: Stored;
  before: Stored | undefined;
}>;

/** `namespace/name`, or `/name` for cluster scope: lists are ordered by it. */
export function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** All objects of one resource with their recent history. */
export class Collection {
  readonly items = new Map<string, Stored>();
  readonly listeners = new Set<(change: Change) => void>();
  history: Change[] = [];
  #sorted: string[] | undefined;

  /** Keys in the order of lists. */
  keys(): readonly string[] {
    this.#sorted ??= [...this.items.keys()].toSorted();
    return this.#sorted;
  }

  record(change: Change, window: number): void {
    const { key } = change.now;
    if (change.type === 'DELETED') this.items.delete(key);
    else this.items.set(key, change.now);
    if (change.type !== 'MODIFIED') this.#sorted = undefined;
    this.history.push(change);
    // Twice the window, then cut to it: the cost of forgetting stays constant per write.
    if (this.history.length > 2 * window) this.history = this.history.slice(-window);
    for (const listener of this.listeners) listener(change);
  }

  /** The state at an older revision, which history must cover. */
  at(revision: number): ReadonlyMap<string, Stored> {
    const items = new Map(this.items);
    for (let i = this.history.length - 1; i >= 0; i -= 1) {
      const change = this.history[i];
      if (change === undefined || change.revision <= revision) break;
      if (change.before === undefined) items.delete(change.now.key);
      else items.set(change.now.key, change.before);
    }
    return items;
  }

  /** Changes after `revision`, oldest first. */
  since(revision: number): readonly Change[] {
    let low = 0;
    let high = this.history.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.history[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return this.history.slice(low);
  }
}

/** All objects under one revision counter, as etcd keeps them. */
export class Store {
  readonly #collections = new Map<string, Collection>();
  readonly #window: number;
  revision = 1;
  /** Watches from before this revision are answered 410. */
  compacted = 0;

  constructor(historyWindow: number) {
    this.#window = historyWindow;
  }

  collection(storage: string): Collection {
    let found = this.#collections.get(storage);
    if (found === undefined) this.#collections.set(storage, (found = new Collection()));
    return found;
  }

  collections(): IterableIterator<Collection> {
    return this.#collections.values();
  }

  /** The oldest revision a watch of the resource can start from. */
  floor(storage: string): number {
    const { history } = this.collection(storage);
    const oldest =
      history.length >= this.#window ? (history.at(-this.#window)?.revision ?? 0) - 1 : 0;
    return Math.max(this.compacted, oldest);
  }

  /** Forgets history: every watch that starts before now gets 410. */
  compact(): void {
    this.compacted = this.revision;
  }

  put(storage: string, key: string, object: Dict): Stored {
    const collection = this.collection(storage);
    const before = collection.items.get(key);
    const now = this.#stamp(key, object);
    const type = before === undefined ? 'ADDED' : 'MODIFIED';
    collection.record({ type, revision: now.revision, now, before }, this.#window);
    return now;
  }

  remove(storage: string, key: string): Stored | undefined {
    const collection = this.collection(storage);
    const before = collection.items.get(key);
    if (before === undefined) return undefined;
    const now = this.#stamp(key, before.object);
    collection.record({ type: 'DELETED', revision: now.revision, now, before }, this.#window);
    return now;
  }

  #stamp(key: string, object: Dict): Stored {
    this.revision += 1;
    const metadata = { ...dictAt(object, 'metadata'), resourceVersion: String(this.revision) };
    return { key, object: { ...object, metadata }, revision: this.revision };
  }
}
