import { isJsonObject, stringAt } from '../domain/json.ts';
import type { JsonObject } from '../domain/json.ts';
import { parseApiVersion } from '../domain/object-ref.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import { ok } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import type { Fault } from './fault.ts';
import { invalid } from './fault.ts';

const MAX_NAME_LENGTH = 253;
const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
// Kubernetes bounds the whole name, not its parts.
const DNS_SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const PATH_SEGMENT = /^(?!\.{1,2}$)[!-$&-.0-~]+$/;
const KIND = /^[A-Za-z][A-Za-z0-9]{0,62}$/;
const VERSION = /^[a-z][a-z0-9]{0,62}$/;

/** The group whose names are any one path segment: `system:node`, `MyRole`. */
const RBAC_GROUP = 'rbac.authorization.k8s.io';

/**
 * Reads apiVersion, kind, name and namespace of an object by Kubernetes' own rules; a namespace that
 * is missing is ''. `generateName` is refused: an object without a fixed name cannot be guarded.
 */
export function readRef(object: JsonObject): Result<ObjectRef, Fault> {
  const kind = readKind(object);
  if (!kind.ok) return kind;
  const { metadata } = object;
  if (!isJsonObject(metadata)) return invalid('metadata is missing; give the object a name');
  if (metadata['generateName'] !== undefined) {
    return invalid('metadata.generateName names no one object; write metadata.name');
  }
  const name = stringAt(metadata, 'name');
  if (name === undefined || !isName(name, kind.value.group)) {
    return invalid('metadata.name is missing or no legal name; write a string in lower case');
  }
  const namespace = metadata['namespace'] ?? '';
  if (typeof namespace !== 'string' || (namespace !== '' && !DNS_LABEL.test(namespace))) {
    return invalid('metadata.namespace is no legal name; write a string in lower case');
  }
  return ok({ ...kind.value, namespace, name });
}

type Kind = Pick<ObjectRef, 'group' | 'version' | 'kind'>;

/** Reads apiVersion and kind. */
export function readKind(object: JsonObject): Result<Kind, Fault> {
  const apiVersion = parseApiVersion(stringAt(object, 'apiVersion') ?? '');
  const kind = stringAt(object, 'kind');
  if (kind === undefined || !KIND.test(kind)) {
    return invalid('kind is missing or no legal name; every object needs apiVersion and kind');
  }
  const legal = apiVersion !== undefined && VERSION.test(apiVersion.version);
  if (!legal || (apiVersion.group !== '' && !isSubdomain(apiVersion.group))) {
    return invalid('apiVersion is missing or malformed; write for example v1 or apps/v1');
  }
  return ok({ ...apiVersion, kind });
}

function isName(name: string, group: string): boolean {
  if (name.length > MAX_NAME_LENGTH) return false;
  return group === RBAC_GROUP ? PATH_SEGMENT.test(name) : isSubdomain(name);
}

function isSubdomain(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && DNS_SUBDOMAIN.test(text);
}
