import { randomUUID } from 'node:crypto';
import { canonical } from './canonical.ts';
import { foldStringData } from './defaults.ts';
import { apiVersionOf } from './resource.ts';
import type { Resource } from './resource.ts';
import { badRequest } from './status.ts';
import { shapeCustom } from './structural.ts';
import { dictAt, listAt, same, textAt, without } from './value.ts';
import type { Dict, Value } from './value.ts';

const GENERATED_SUFFIX_LENGTH = 5;
const WITH_GENERATION = new Set(['Deployment', 'ReplicaSet', 'CustomResourceDefinition']);
/** Kinds whose PUT creates what is not there. */
const CREATED_BY_PUT = /^(Service|Lease|Event|Role|RoleBinding|ClusterRole|ClusterRoleBinding)$/;
/** Kinds whose update must carry a resourceVersion. */
const LOCKED = /^(Lease|CustomResourceDefinition)$/;
const KEPT = [
  'uid',
  'creationTimestamp',
  'generation',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];
const CLUSTER_IP_PREFIX = '10.0.0.';

export const createsByPut = (resource: Resource): boolean => CREATED_BY_PUT.test(resource.kind);
export const needsVersion = (resource: Resource): boolean =>
  resource.custom !== undefined || LOCKED.test(resource.kind);

/**
 * The object as the server's types read it; `applied` is the outcome of a server-side apply, in which
 * nulls stay. Throws a 400 when it is of another kind.
 */
export function decode(raw: Dict, resource: Resource, applied = false): Dict {
  const apiVersion = apiVersionOf(resource);
  const { kind } = resource;
  if (textAt(raw, 'kind') !== kind && raw['kind'] !== undefined) {
    throw badRequest(
      `${textAt(raw, 'kind')} in version ${JSON.stringify(resource.version)} cannot be handled as a ${kind}: no kind ${JSON.stringify(raw['kind'])} is registered for version ${JSON.stringify(apiVersion)}`,
    );
  }
  if (raw['apiVersion'] !== undefined && raw['apiVersion'] !== apiVersion) {
    throw badRequest(
      `the API version in the data (${textAt(raw, 'apiVersion')}) does not match the expected API version (${apiVersion})`,
    );
  }
  const object = { ...raw, kind, apiVersion };
  if (resource.custom !== undefined)
    return shapeCustom(object, resource.schema, {
      preserve: resource.custom.preserve,
      keepNulls: applied,
    });
  const typed = canonical(object, resource.schema, { kind, version: resource.version }) as Dict; // An object in, an object out.
  return kind === 'Secret' ? foldStringData(typed) : typed;
}

function hasStatus(resource: Resource): boolean {
  return resource.subresources.has('status');
}

/** What the server itself sets on a new object. */
export class Creator {
  #addresses = 1;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  timestamp(): string {
    return new Date(this.#now()).toISOString().replace(/\.\d{3}Z$/, 'Z');
  }

  prepare(next: Dict, resource: Resource, namespace: string): Dict {
    const metadata: Dict = {
      ...without(
        dictAt(next, 'metadata'),
        'deletionTimestamp',
        'selfLink',
        'resourceVersion',
        'generation',
      ),
      uid: randomUUID(),
      creationTimestamp: this.timestamp(),
    };
    if (resource.namespaced) metadata['namespace'] = namespace;
    else delete metadata['namespace'];
    if (textAt(metadata, 'name') === '' && textAt(metadata, 'generateName') !== '') {
      metadata['name'] = `${textAt(metadata, 'generateName')}${suffix()}`;
    }
    const tracked = resource.custom !== undefined || WITH_GENERATION.has(resource.kind);
    if (tracked) metadata['generation'] = 1;
    return this.#byKind({ ...next, metadata }, resource);
  }

  #byKind(next: Dict, resource: Resource): Dict {
    if (resource.custom !== undefined) return hasStatus(resource) ? without(next, 'status') : next;
    const { kind } = resource;
    if (kind === 'Namespace') return { ...next, status: { phase: 'Active' } };
    if (kind === 'Service')
      return { ...next, spec: this.#address(dictAt(next, 'spec')), status: { loadBalancer: {} } };
    if (kind === 'CustomResourceDefinition') {
      const versions = listAt(next, 'spec', 'versions').filter(
        (one) => dictAt(one)['storage'] === true,
      );
      const storedVersions = versions.map((one) => textAt(one, 'name'));
      return {
        ...next,
        status: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions },
      };
    }
    return hasStatus(resource) ? { ...next, status: resource.empty['status'] ?? {} } : next;
  }

  #address(spec: Dict): Dict {
    if (spec['type'] === 'ExternalName') return spec;
    const given = textAt(spec, 'clusterIP');
    const clusterIP = given === '' ? `${CLUSTER_IP_PREFIX}${(this.#addresses += 1)}` : given;
    return { ...spec, clusterIP, clusterIPs: [clusterIP] };
  }
}

function suffix(): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  const pick = (): string => letters[Math.floor(Math.random() * letters.length)] ?? 'b';
  return Array.from({ length: GENERATED_SUFFIX_LENGTH }, pick).join('');
}

/** What an update may not change put back, and the generation counted. */
export function prepareUpdate(
  before: Dict,
  next: Dict,
  resource: Resource,
  subresource: string,
): Dict {
  const old = dictAt(before, 'metadata');
  const metadata = without(dictAt(next, 'metadata'), 'selfLink', ...KEPT);
  for (const key of KEPT) if (old[key] !== undefined) metadata[key] = old[key];
  metadata['namespace'] = old['namespace'] ?? '';
  if (metadata['namespace'] === '') delete metadata['namespace'];
  if (subresource === 'status') {
    const kept = resource.custom === undefined ? metadata : { ...old, ...managedOf(metadata) };
    return withStatus({ ...before, metadata: kept }, next['status']);
  }
  const merged = hasStatus(resource) ? withStatus(next, before['status']) : next;
  const out =
    resource.kind === 'Service' && resource.group === '' ? keepAddress(before, merged) : merged;
  if (typeof old['generation'] === 'number' && changesGeneration(before, out, resource)) {
    metadata['generation'] = old['generation'] + 1;
  }
  return { ...out, metadata };
}

function managedOf(metadata: Dict): Dict {
  const entries = metadata['managedFields'];
  return entries === undefined ? {} : { managedFields: entries };
}

function withStatus(object: Dict, status: Value | undefined): Dict {
  return status === undefined ? without(object, 'status') : { ...object, status };
}

function keepAddress(before: Dict, next: Dict): Dict {
  const spec = dictAt(next, 'spec');
  const old = dictAt(before, 'spec');
  const given = textAt(spec, 'clusterIP');
  if (spec['type'] === 'ExternalName' || given === old['clusterIP']) return next;
  if (given !== '' && same(spec['clusterIPs'] ?? [], old['clusterIPs'] ?? [])) {
    return { ...next, spec: { ...spec, clusterIPs: [given] } };
  }
  if (given !== '') return next;
  if (old['clusterIP'] === undefined) return next;
  return {
    ...next,
    spec: { ...spec, clusterIP: old['clusterIP'], clusterIPs: old['clusterIPs'] ?? [] },
  };
}

function changesGeneration(before: Dict, next: Dict, resource: Resource): boolean {
  if (resource.custom === undefined) {
    const notes = [before, next].map((object) => dictAt(object, 'metadata', 'annotations'));
    const annotated = resource.kind === 'Deployment' && !same(notes[0], notes[1]);
    return annotated || !same(before['spec'], next['spec']);
  }
  const body = (object: Dict): Dict =>
    without(object, 'metadata', ...(hasStatus(resource) ? ['status'] : []));
  return !same(body(before), body(next));
}
