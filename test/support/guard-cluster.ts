import type { JsonObject } from '../../src/domain/json.ts';
import { at, isJsonObject } from '../../src/domain/json.ts';
import { objectKey } from '../../src/domain/object-ref.ts';
import type { ObjectKey, ObjectRef } from '../../src/domain/object-ref.ts';
import { ok, stopped } from '../../src/domain/result.ts';
import type { Result } from '../../src/domain/result.ts';
import type { Stop } from '../../src/domain/stop.ts';
import type {
  GuardedObjects,
  KindPort,
  WatchListener,
  WatchPort,
} from '../../src/reconcile/ports.ts';

/** What the line asks of the cluster. */
export type Act = 'apply' | 'dryRun' | 'read';

type Data = Record<string, string>;
type Managers = Record<string, readonly string[]>;
type Stored = { uid: string; version: number; data: Data; managers: Managers; deleting: boolean };
type Told = Readonly<{ kind: 'upsert' | 'gone'; ref: ObjectRef; object: JsonObject; uid: string }>;

/**
 * ConfigMaps with server-side apply, ownership and watches, as far as the object line can see them:
 * the rules were seen on the real server, which has its own suite. Nothing happens by itself.
 */
export class GuardCluster {
  /** Every call, in order: `apply a`. */
  readonly calls: string[] = [];
  /** What admission makes of what is sent. */
  admission: (data: Data) => Data = (data) => data;
  /** Whether a call fails. */
  fails: (act: Act, name: string) => Stop | undefined = () => undefined;
  /** Runs before a call is answered. */
  before: (act: Act, name: string) => Promise<void> | void = () => undefined;
  /** Kinds that are served. */
  served: ReadonlySet<string> = new Set(['ConfigMap']);
  /** While false, events pile up until `flush`. */
  delivers = true;
  readonly #stored = new Map<ObjectKey, Stored & { ref: ObjectRef }>();
  readonly #listeners = new Set<WatchListener>();
  readonly #events: Told[] = [];
  #version = 100;
  #uids = 0;

  readonly objects: GuardedObjects = {
    apply: ({ manifest }) =>
      this.#call('apply', manifest.ref, () => this.#apply(manifest.ref, dataOf(manifest.object))),
    dryRun: ({ ref, object }) =>
      this.#call('dryRun', ref, () => {
        const { uid, ...rest } = this.#applied(ref, dataOf(object));
        const known = this.#stored.get(objectKey(ref));
        return show(ref, {
          ...rest,
          uid: known?.uid ?? `dry-${uid}`,
          version: known?.version ?? 0,
        });
      }),
    read: (ref) => this.#call('read', ref, () => this.live(ref)),
    remove: (ref) => this.#call('read', ref, () => this.remove(ref)),
  };

  readonly kinds: KindPort = {
    find: async (kind) => {
      const known = this.served.has(kind.kind);
      return ok(known ? { ...kind, resource: 'configmaps', namespaced: true } : undefined);
    },
  };

  readonly watches: WatchPort = {
    open: (_kind, _namespace, listener) => {
      this.#listeners.add(listener);
      queueMicrotask(() => {
        if (!this.#listeners.has(listener)) return;
        for (const { ref, ...stored } of this.#stored.values()) listener.upsert(show(ref, stored));
        listener.synced();
      });
      return { close: () => void this.#listeners.delete(listener) };
    },
  };

  /** How many watches are open. */
  get watching(): number {
    return this.#listeners.size;
  }

  /** The object as it is now. */
  live(ref: ObjectRef): JsonObject | undefined {
    const stored = this.#stored.get(objectKey(ref));
    return stored === undefined ? undefined : show(ref, stored);
  }

  /** Its data. */
  data(ref: ObjectRef): Data | undefined {
    return this.#stored.get(objectKey(ref))?.data;
  }

  /** Somebody writes these keys; `undefined` removes one. */
  edit(
    ref: ObjectRef,
    changes: Record<string, string | undefined>,
    manager = 'kubectl-edit',
  ): void {
    const known = this.#stored.get(objectKey(ref)) ?? this.#fresh();
    const data: Data = { ...known.data };
    for (const [key, value] of Object.entries(changes)) {
      if (value === undefined) delete data[key];
      else data[key] = value;
    }
    const keys = Object.keys(changes).filter((key) => data[key] !== known.data[key]);
    const left = without(known.managers, keys);
    const own = [...(left[manager] ?? []), ...keys.filter((key) => key in data)];
    this.#store(ref, { ...known, data, managers: { ...left, [manager]: own } });
  }

  /** Somebody wipes the record of who owns what. */
  wipeOwnership(ref: ObjectRef): void {
    this.#store(ref, { ...(this.#stored.get(objectKey(ref)) ?? this.#fresh()), managers: {} });
  }

  /** The store is restored from a backup: versions begin again from here. */
  rewind(version: number): void {
    this.#version = version;
  }

  /** Somebody deletes it; `waiting` leaves it there, on its way out. */
  remove(ref: ObjectRef, waiting = false): void {
    const known = this.#stored.get(objectKey(ref));
    if (known === undefined) return;
    if (waiting) return this.#store(ref, { ...known, deleting: true });
    const object = show(ref, known);
    this.#stored.delete(objectKey(ref));
    this.tell({ kind: 'gone', ref, object, uid: known.uid });
  }

  /** Brings an event to every watch: also one that is long over. */
  tell(event: Told): void {
    this.#events.push(event);
    if (this.delivers) this.flush();
  }

  /** Brings what piled up. */
  flush(): void {
    for (const { kind, ref, object, uid } of this.#events.splice(0)) {
      for (const listener of this.#listeners) {
        if (kind === 'upsert') listener.upsert(object);
        else listener.gone({ namespace: ref.namespace, name: ref.name, uid });
      }
    }
  }

  async #call<T>(act: Act, ref: ObjectRef, answer: () => T): Promise<Result<T>> {
    this.calls.push(`${act} ${ref.name}`);
    await this.before(act, ref.name);
    const failure = this.fails(act, ref.name);
    return failure === undefined ? ok(answer()) : stopped(failure);
  }

  #apply(ref: ObjectRef, data: Data): JsonObject {
    const next = this.#applied(ref, data);
    const known = this.#stored.get(objectKey(ref));
    const isSame = known !== undefined && canonical(known) === canonical(next);
    if (!isSame) this.#store(ref, next);
    return this.live(ref) ?? {};
  }

  #applied(ref: ObjectRef, wanted: Data): Stored {
    const known = this.#stored.get(objectKey(ref)) ?? this.#fresh();
    const data = { ...known.data, ...this.admission(wanted) };
    const taken = Object.keys(wanted).filter((key) => data[key] !== known.data[key]);
    const managers = { ...without(known.managers, taken), gitward: Object.keys(wanted) };
    return { ...known, data, managers };
  }

  #fresh(): Stored {
    return { uid: `u${++this.#uids}`, version: 0, data: {}, managers: {}, deleting: false };
  }

  #store(ref: ObjectRef, stored: Stored): void {
    const next = { ...stored, ref, version: ++this.#version };
    this.#stored.set(objectKey(ref), next);
    this.tell({ kind: 'upsert', ref, object: show(ref, next), uid: next.uid });
  }
}

function without(managers: Managers, keys: readonly string[]): Managers {
  return Object.fromEntries(
    Object.entries(managers).map(([name, own]) => [name, own.filter((key) => !keys.includes(key))]),
  );
}

function canonical({ data, managers }: Stored): string {
  return JSON.stringify([data, managers]);
}

function dataOf(object: JsonObject): Data {
  const data = at(object, 'data');
  // Tests only send texts.
  return isJsonObject(data) ? (data as Data) : {};
}

function show(ref: ObjectRef, { uid, version, data, managers, deleting }: Stored): JsonObject {
  const managedFields = Object.entries(managers)
    .filter(([, keys]) => keys.length > 0)
    .map(([manager, keys]) => ({
      manager,
      operation: manager === 'gitward' ? 'Apply' : 'Update',
      fieldsV1: { 'f:data': Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) },
    }));
  return {
    apiVersion: 'v1',
    kind: ref.kind,
    metadata: {
      name: ref.name,
      namespace: ref.namespace,
      uid,
      ...(version === 0 ? {} : { resourceVersion: String(version) }),
      ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
      managedFields,
    },
    data: { ...data },
  };
}
