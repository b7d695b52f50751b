import type { Call } from './call.ts';
import type { Resource } from './resource.ts';
import { badRequest, conflict, forbidden, notFound, Refusal } from './status.ts';
import type { GroupName } from './status.ts';
import { keyOf } from './store.ts';
import type { Store } from './store.ts';
import { dictAt, textAt } from './value.ts';
import type { Dict } from './value.ts';

/** How error texts name the resource. */
export const groupName = ({ group, plural }: Resource): GroupName => ({ group, name: plural });

/** How error texts name the kind. */
export const kindName = ({ group, kind }: Resource): GroupName => ({ group, name: kind });

/** Throws a 400 when the body names another object than the URL. */
export function checkNames(call: Call, next: Dict): void {
  const name = textAt(next, 'metadata', 'name');
  const namespace = textAt(next, 'metadata', 'namespace');
  if (namespace !== '' && call.resource.namespaced && namespace !== call.namespace) {
    const which = 'namespace of the provided object';
    throw badRequest(`the ${which} does not match the namespace sent on the request`);
  }
  if (call.name === '' || name === call.name) return;
  const text = `the name of the object (${name}) does not match the name on the URL (${call.name})`;
  throw badRequest(text);
}

/** Throws a 404 or 403 when the namespace cannot take a new object. */
export function checkNamespace(call: Call, next: Dict, store: Store): void {
  if (!call.resource.namespaced) return;
  const home = store.collection('/namespaces').items.get(keyOf('', call.namespace));
  if (home === undefined) throw notFound({ group: '', name: 'namespaces' }, call.namespace);
  if (textAt(home.object, 'metadata', 'deletionTimestamp') === '') return;
  const why = `unable to create new content in namespace ${call.namespace} because it is being terminated`;
  throw forbidden(groupName(call.resource), textAt(next, 'metadata', 'name'), why);
}

/** Throws a 409 when a delete is meant for another object or state. */
export function checkPreconditions(call: Call, live: Dict, wanted: Dict): void {
  const metadata = dictAt(live, 'metadata');
  const check = (key: string, label: string, hint: string): void => {
    const [expected, actual] = [textAt(wanted, key), textAt(metadata, key)];
    if (expected === '' || expected === actual) return;
    const text = `the ${label} in the precondition (${expected}) does not match the ${label} in record (${actual})`;
    throw conflict(
      kindName(call.resource),
      call.name,
      `${text}. The object might have been ${hint}`,
    );
  };
  check('uid', 'UID', 'deleted and then recreated');
  check('resourceVersion', 'ResourceVersion', 'modified');
}

/** Throws a 409 when an update is meant for an object that was deleted since. */
export function checkUid(call: Call, live: Dict, next: Dict): void {
  const [wanted, actual] = [textAt(next, 'metadata', 'uid'), textAt(live, 'metadata', 'uid')];
  if (wanted === '' || wanted === actual) return;
  const why = `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${actual}`;
  throw conflict(groupName(call.resource), call.name, why);
}

const PATCH_TYPES = new Set([
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]);

/** Throws a 415 for a patch of a kind that the resource does not take. */
export function checkPatchType(type: string, call: Call): void {
  if (!PATCH_TYPES.has(type)) {
    throw new Refusal(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  }
  if (call.resource.custom === undefined || !type.includes('strategic')) return;
  const accepted = [...PATCH_TYPES].filter((one) => !one.includes('strategic')).join(', ');
  const text = 'the body of the request was in an unknown format - accepted media types include';
  throw new Refusal(415, 'UnsupportedMediaType', `${text}: ${accepted}`);
}
