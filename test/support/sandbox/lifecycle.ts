import type { Registry } from './registry.ts';
import { storageOf } from './resource.ts';
import type { Resource } from './resource.ts';
import { keyOf } from './store.ts';
import type { Store, Stored } from './store.ts';
import type { Creator } from './strategy.ts';
import { dictAt, listAt, textAt } from './value.ts';
import type { Dict } from './value.ts';

const NAMESPACES = '/namespaces';
const CRDS = 'apiextensions.k8s.io/customresourcedefinitions';

/** How objects end, and what the controllers behind namespaces and CRDs do: here at once. */
export class Lifecycle {
  readonly #store: Store;
  readonly #registry: Registry;
  readonly #creator: Creator;

  constructor(store: Store, registry: Registry, creator: Creator) {
    this.#store = store;
    this.#registry = registry;
    this.#creator = creator;
  }

  /** Deletes, or marks what finalizers hold; yields the object that is still there. */
  end(resource: Resource, before: Stored, dryRun: boolean): Dict | undefined {
    const metadata = dictAt(before.object, 'metadata');
    const held = listAt(metadata, 'finalizers').length > 0;
    if (dryRun) return held ? before.object : undefined;
    const namespace = storageOf(resource) === NAMESPACES;
    if (!held && !namespace) {
      this.drop(resource, before);
      return undefined;
    }
    const marked =
      metadata['deletionTimestamp'] === undefined ? this.#mark(resource, before) : before;
    if (namespace) this.#clear(before.key.slice(1), marked);
    return marked.object;
  }

  /** Takes an object out of the store; watches see its last stored state. */
  drop(resource: Resource, { key, object }: Stored): void {
    if (storageOf(resource) === CRDS) this.#dissolve(object);
    this.#store.remove(storageOf(resource), key);
    const namespace = key.slice(0, key.indexOf('/'));
    const home = this.#store.collection(NAMESPACES).items.get(keyOf('', namespace));
    if (home === undefined || textAt(home.object, 'metadata', 'deletionTimestamp') === '') return;
    if (this.#contents(namespace).length === 0) this.#store.remove(NAMESPACES, home.key);
  }

  /** Serves what a new CRD defines, and says so in its status. */
  establish(stored: Stored): void {
    const lastTransitionTime = this.#creator.timestamp();
    const condition = (type: string, reason: string, message: string): Dict => {
      return { type, status: 'True', lastTransitionTime, reason, message };
    };
    const conditions = [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ];
    const acceptedNames = dictAt(stored.object, 'spec', 'names');
    const status = { ...dictAt(stored.object, 'status'), conditions, acceptedNames };
    this.#store.put(CRDS, stored.key, { ...stored.object, status });
    this.#registry.install(stored.object);
  }

  #mark(resource: Resource, before: Stored): Stored {
    const metadata: Dict = { ...dictAt(before.object, 'metadata') };
    metadata['deletionTimestamp'] = this.#creator.timestamp();
    metadata['deletionGracePeriodSeconds'] = 0;
    if (typeof metadata['generation'] === 'number') metadata['generation'] += 1;
    const status = resource.kind === 'Namespace' ? { status: { phase: 'Terminating' } } : {};
    return this.#store.put(storageOf(resource), before.key, {
      ...before.object,
      ...status,
      metadata,
    });
  }

  #contents(namespace: string): { readonly resource: Resource; readonly stored: Stored }[] {
    return this.#registry.namespacedResources().flatMap((resource) => {
      const { items } = this.#store.collection(storageOf(resource));
      const stored = [...items.values()].filter(({ key }) => key.startsWith(`${namespace}/`));
      return stored.map((one) => ({ resource, stored: one }));
    });
  }

  // Contents go first, then the namespace; what finalizers hold keeps it Terminating.
  #clear(name: string, marked: Stored): void {
    for (const { resource, stored } of this.#contents(name)) this.end(resource, stored, false);
    if (this.#contents(name).length === 0) this.#store.remove(NAMESPACES, marked.key);
  }

  #dissolve(crd: Dict): void {
    const storage = `${textAt(crd, 'spec', 'group')}/${textAt(crd, 'spec', 'names', 'plural')}`;
    for (const key of this.#store.collection(storage).keys()) this.#store.remove(storage, key);
    this.#registry.uninstall(crd);
  }
}
