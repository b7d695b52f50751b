import type { Clock } from '../../domain/clock.ts';
import { at, stringAt } from '../../domain/json.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Result } from '../../domain/result.ts';
import type { ServedKind, WatchListener } from '../../reconcile/ports.ts';
import { isStatus } from './api-stop.ts';
import type { ApiClient } from './request.ts';

/** What following one of gitward's own kinds needs. */
export type OwnKindOptions<T> = Readonly<{
  client: ApiClient;
  clock: Clock;
  kind: ServedKind;
  parse: (object: JsonObject) => Result<T>;
  /** An object came, changed or went; its key is `namespace/name` or `name`. */
  changed(key: string): void;
  /** An object is kept although the server lets it go, because its CRD goes. */
  kept(object: JsonObject): void;
  synced(): void;
  health: WatchListener['health'];
}>;

/** How long objects are kept once their CRD is back without them: time to apply them again. */
export const KEEP_AFTER_CRD_MS = 60_000;

/** How soon the question whether the CRD is there is asked again when no answer came. */
const ASK_AGAIN_MS = 2_000;

/**
 * The objects of one of gitward's own kinds as last seen. Removing a CRD deletes every object of it:
 * that is a broken installation and no wish to end protection, so those objects are kept.
 */
export class OwnKind<T> {
  readonly #options: OwnKindOptions<T>;
  readonly #objects = new Map<string, Result<T>>();
  /** Objects that the server lets go for the sake of the CRD. */
  readonly #kept = new Set<string>();
  /** The number of the last news of a key: a late answer about the CRD is not applied to newer news. */
  readonly #news = new Map<string, number>();
  #newsCount = 0;
  #cancelDrop: (() => void) | undefined;
  #closed = false;

  constructor(options: OwnKindOptions<T>) {
    this.#options = options;
  }

  get(key: string): Result<T> | undefined {
    return this.#objects.get(key);
  }

  keys(): readonly string[] {
    return [...this.#objects.keys()];
  }

  close(): void {
    this.#closed = true;
    this.#cancelDrop?.();
  }

  /** What the watch of this kind tells. */
  listener(): WatchListener {
    return {
      upsert: (object) => this.#upsert(object),
      gone: ({ namespace, name }) => this.#gone(namespace === '' ? name : `${namespace}/${name}`),
      synced: () => this.#synced(),
      health: (state) => this.#options.health(state),
    };
  }

  #upsert(object: JsonObject): void {
    const key = keyOf(object);
    if (key === undefined) return;
    const news = this.#count(key);
    if (at(object, 'metadata', 'deletionTimestamp') === undefined) {
      return this.#store(key, object);
    }
    void this.#judge(key, news, (verdict) => {
      if (verdict === 'served') return this.#store(key, object);
      this.#keep(key, object);
    });
  }

  #gone(key: string): void {
    const news = this.#count(key);
    if (!this.#objects.has(key)) return void this.#news.delete(key);
    void this.#judge(key, news, (verdict) => {
      if (verdict === 'leaving') return void this.#kept.add(key);
      this.#drop(key);
    });
  }

  #store(key: string, object: JsonObject): void {
    this.#kept.delete(key);
    this.#objects.set(key, this.#options.parse(object));
    this.#options.changed(key);
  }

  #keep(key: string, object: JsonObject): void {
    this.#kept.add(key);
    // After a restart nothing better is known than the object that is on its way out.
    if (!this.#objects.has(key)) {
      this.#objects.set(key, this.#options.parse(withoutDeletion(object)));
      this.#options.changed(key);
    }
    this.#options.kept(object);
  }

  #drop(key: string): void {
    this.#kept.delete(key);
    this.#news.delete(key);
    if (this.#objects.delete(key)) this.#options.changed(key);
  }

  #synced(): void {
    this.#options.synced();
    if (this.#kept.size === 0 || this.#cancelDrop !== undefined) return;
    this.#cancelDrop = this.#options.clock.setTimer(KEEP_AFTER_CRD_MS, () => {
      this.#cancelDrop = undefined;
      for (const key of this.#kept) this.#gone(key);
    });
  }

  #count(key: string): number {
    this.#newsCount += 1;
    this.#news.set(key, this.#newsCount);
    return this.#newsCount;
  }

  async #judge(
    key: string,
    news: number,
    act: (verdict: 'served' | 'leaving') => void,
  ): Promise<void> {
    const verdict = await this.#crdState();
    if (this.#closed || this.#news.get(key) !== news) return;
    if (verdict !== 'unknown') return act(verdict);
    this.#options.clock.setTimer(ASK_AGAIN_MS, () => void this.#judge(key, news, act));
  }

  async #crdState(): Promise<'served' | 'leaving' | 'unknown'> {
    const { kind, client } = this.#options;
    const name = `${kind.resource}.${kind.group}`;
    const path = ['apis', 'apiextensions.k8s.io', 'v1', 'customresourcedefinitions', name];
    const answer = await client.call({ method: 'GET', path });
    if (answer.ok) {
      const since = at(answer.value, 'metadata', 'deletionTimestamp');
      return since === undefined ? 'served' : 'leaving';
    }
    if (isStatus(answer.stop, 404)) return 'leaving';
    // Without the right to look, a deletion is taken for what it seems to be.
    return isStatus(answer.stop, 403) ? 'served' : 'unknown';
  }
}

function keyOf(object: JsonObject): string | undefined {
  const name = stringAt(object, 'metadata', 'name');
  const namespace = stringAt(object, 'metadata', 'namespace');
  return namespace === undefined || name === undefined ? name : `${namespace}/${name}`;
}

function withoutDeletion(object: JsonObject): JsonObject {
  const { metadata } = object;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return object;
  const kept = Object.entries(metadata).filter(([key]) => key !== 'deletionTimestamp');
  return { ...object, metadata: Object.fromEntries(kept) };
}
