import { managerOf } from './call.ts';
import type { Call } from './call.ts';
import * as checks from './checks.ts';
import { groupName, kindName } from './checks.ts';
import * as documents from './document.ts';
import { Lifecycle } from './lifecycle.ts';
import { viewOf } from './media.ts';
import { mergePatch, jsonPatch, strategicPatch } from './patch.ts';
import type { Registry } from './registry.ts';
import { apiVersionOf, storageOf } from './resource.ts';
import { apply, recordUpdate } from './ssa/ownership.ts';
import type { Writer } from './ssa/ownership.ts';
import { DEDUCED, shapeOf } from './ssa/shape.ts';
import { alreadyExists, badRequest, conflict, invalid, MODIFIED, notFound } from './status.ts';
import { keyOf } from './store.ts';
import type { Store, Stored } from './store.ts';
import { createsByPut, decode, needsVersion, prepareUpdate } from './strategy.ts';
import type { Creator } from './strategy.ts';
import { at, dictAt, isDict, listAt, same, textAt } from './value.ts';
import type { Dict } from './value.ts';
import { causesOf } from './validate.ts';

/** What a write answers. */
export type Written = Readonly<{ code: number; object: Dict }>;

/** Kinds whose delete answers the object instead of a Status. */
const RETURNED = 'ServiceAccount';

/** All that changes objects. */
export class Writes {
  readonly #store: Store;
  readonly #registry: Registry;
  readonly #creator: Creator;
  readonly #lifecycle: Lifecycle;
  readonly #mayCreate: (call: Call) => void;

  /** `mayCreate` throws when a PUT or apply that has to create may not. */
  constructor(store: Store, registry: Registry, creator: Creator, mayCreate: (call: Call) => void) {
    this.#store = store;
    this.#registry = registry;
    this.#creator = creator;
    this.#lifecycle = new Lifecycle(store, registry, creator);
    this.#mayCreate = mayCreate;
  }

  create(call: Call): Written {
    const next = this.#body(call);
    checks.checkNamespace(call, next, this.#store);
    return this.#insert(call, recordUpdate(call.resource.empty, next, this.#writer(call)));
  }

  replace(call: Call): Written {
    const next = this.#body(call);
    const { resource, name } = call;
    const before = this.#find(call);
    if (before === undefined) {
      if (call.subresource !== '' || !createsByPut(resource))
        throw notFound(groupName(resource), name);
      this.#mayCreate(call);
      return this.create(call);
    }
    if (textAt(next, 'metadata', 'resourceVersion') === '' && needsVersion(resource)) {
      const message = 'Invalid value: 0x0: must be specified for an update';
      const cause = { reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' };
      throw invalid(groupName(resource), name, [cause]);
    }
    const live = viewOf(before.object, resource);
    return this.#update(call, before, recordUpdate(live, next, this.#writer(call)));
  }

  patch(call: Call): Written {
    const type = (call.headers['content-type'] ?? '').split(';')[0] ?? '';
    const before = this.#find(call);
    checks.checkPatchType(type, call);
    if (type === 'application/apply-patch+yaml') return this.#apply(call, before);
    if (before === undefined) throw notFound(groupName(call.resource), call.name);
    const live = viewOf(before.object, call.resource);
    const next = decode(patched(live, type, call), call.resource);
    checks.checkNames(call, next);
    return this.#update(call, before, recordUpdate(live, next, this.#writer(call)));
  }

  #apply(call: Call, before: Stored | undefined): Written {
    const { resource } = call;
    if ((call.query.get('fieldManager') ?? '') === '') {
      const message = 'Required value: is required for apply patch';
      const cause = { reason: 'FieldValueRequired', message, field: 'fieldManager' };
      throw invalid({ group: 'meta.k8s.io', name: 'PatchOptions' }, '', [cause]);
    }
    const config = documents.parseObject(call.body, 'application/yaml');
    const { empty } = resource;
    const live = before === undefined ? empty : viewOf(before.object, resource);
    const force = call.query.get('force') === 'true';
    const merged = apply({ live, config, empty, force }, this.#writer(call));
    const next = decode(merged, resource, true);
    checks.checkNames(call, next);
    if (before !== undefined) return this.#update(call, before, next);
    if (call.subresource !== '') throw notFound(groupName(resource), call.name);
    this.#mayCreate(call);
    checks.checkNamespace(call, next, this.#store);
    return this.#insert(call, next);
  }

  remove(call: Call): Written {
    const { resource, name, body } = call;
    const options = body === '' ? {} : documents.parseObject(body, call.headers['content-type']);
    const before = this.#find(call);
    if (before === undefined) throw notFound(groupName(resource), name);
    checks.checkPreconditions(call, before.object, dictAt(options, 'preconditions'));
    const dryRun = call.dryRun || listAt(options, 'dryRun').includes('All');
    const left = this.#lifecycle.end(resource, before, dryRun);
    if (left !== undefined) return { code: 200, object: left };
    if (resource.kind === RETURNED) return { code: 200, object: before.object };
    const details: Dict = { name, kind: resource.plural };
    if (resource.group !== '') details['group'] = resource.group;
    details['uid'] = textAt(before.object, 'metadata', 'uid');
    const object = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
    return { code: 200, object };
  }

  removeAll(call: Call, selected: readonly Dict[]): void {
    const { items } = this.#store.collection(storageOf(call.resource));
    for (const object of selected) {
      const key = keyOf(
        textAt(object, 'metadata', 'namespace'),
        textAt(object, 'metadata', 'name'),
      );
      const found = items.get(key);
      if (found !== undefined) this.#lifecycle.end(call.resource, found, call.dryRun);
    }
  }

  /** Stores a scale's replicas; ownership stays as it was, as on 1.20. */
  scale(call: Call, replicas: number, version: string): Written {
    const before = this.#find(call);
    if (before === undefined) throw notFound(groupName(call.resource), call.name);
    const metadata = { ...dictAt(before.object, 'metadata'), resourceVersion: version };
    const spec = { ...dictAt(before.object, 'spec'), replicas };
    return this.#update({ ...call, subresource: '' }, before, { ...before.object, metadata, spec });
  }

  #body(call: Call): Dict {
    const raw = documents.parseObject(call.body, call.headers['content-type']);
    const next = decode(raw, call.resource);
    checks.checkNames(call, next);
    return next;
  }

  #insert(call: Call, decoded: Dict): Written {
    const { resource } = call;
    const next = this.#creator.prepare(decoded, resource, call.namespace);
    const name = textAt(next, 'metadata', 'name');
    const causes = causesOf(next, undefined, resource);
    if (causes.length > 0) throw invalid(kindName(resource), name, causes);
    const key = keyOf(resource.namespaced ? call.namespace : '', name);
    const storage = storageOf(resource);
    if (this.#store.collection(storage).items.has(key)) {
      throw alreadyExists(groupName(resource), name);
    }
    if (call.dryRun) return { code: 201, object: next };
    const stored = this.#store.put(storage, key, next);
    if (resource.kind === 'CustomResourceDefinition') this.#lifecycle.establish(stored);
    return { code: 201, object: stored.object };
  }

  #update(call: Call, before: Stored, next: Dict): Written {
    const { resource, name } = call;
    const old = before.object;
    const resourceVersion = textAt(old, 'metadata', 'resourceVersion');
    const version = textAt(next, 'metadata', 'resourceVersion');
    if (version !== '' && version !== resourceVersion) {
      throw conflict(groupName(resource), name, MODIFIED);
    }
    checks.checkUid(call, old, next);
    const prepared = prepareUpdate(viewOf(old, resource), next, resource, call.subresource);
    const metadata: Dict = { ...dictAt(prepared, 'metadata'), resourceVersion };
    const object = { ...prepared, metadata };
    const causes = causesOf(object, old, resource);
    if (causes.length > 0) throw invalid(kindName(resource), name, causes);
    if (call.dryRun || same(old, object)) return { code: 200, object: call.dryRun ? object : old };
    if (ends(object)) {
      this.#lifecycle.drop(resource, before);
      return { code: 200, object };
    }
    const stored = this.#store.put(storageOf(resource), before.key, object);
    if (resource.kind === 'CustomResourceDefinition') this.#registry.install(stored.object);
    return { code: 200, object: stored.object };
  }

  #find(call: Call): Stored | undefined {
    const key = keyOf(call.resource.namespaced ? call.namespace : '', call.name);
    return this.#store.collection(storageOf(call.resource)).items.get(key);
  }

  #writer(call: Call): Writer {
    const { resource } = call;
    return {
      manager: managerOf(call),
      apiVersion: apiVersionOf(resource),
      time: this.#creator.timestamp(),
      shape: resource.custom?.untyped === true ? DEDUCED : shapeOf(resource.schema, false),
    };
  }
}

// The last finalizer of a deleted object is gone.
function ends(object: Dict): boolean {
  const metadata = dictAt(object, 'metadata');
  const marked = metadata['deletionTimestamp'] !== undefined;
  const held =
    listAt(metadata, 'finalizers').length > 0 || at(object, 'spec', 'finalizers') !== undefined;
  return marked && !held;
}

function patched(live: Dict, type: string, call: Call): Dict {
  const patch = documents.parseJson(call.body);
  if (type === 'application/json-patch+json') {
    const out = jsonPatch(live, patch);
    return isDict(out) ? out : {};
  }
  if (!isDict(patch)) throw badRequest('the patch is no object');
  if (type === 'application/merge-patch+json') return mergePatch(live, patch) as Dict; // An object stays one.
  return strategicPatch(live, patch, call.resource.schema);
}
