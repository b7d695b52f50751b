import { stringAt } from '../../domain/json.ts';
import type { Json } from '../../domain/json.ts';

/** All that a reflector keeps of an object. */
export type Identity = Readonly<{
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
}>;

/** The identity of a live object; `undefined` where the server's JSON is none. */
export function identityOf(object: Json | undefined): Identity | undefined {
  const name = stringAt(object, 'metadata', 'name');
  const uid = stringAt(object, 'metadata', 'uid');
  const resourceVersion = stringAt(object, 'metadata', 'resourceVersion');
  if (name === undefined || uid === undefined || resourceVersion === undefined) return undefined;
  return { namespace: stringAt(object, 'metadata', 'namespace') ?? '', name, uid, resourceVersion };
}

/** Unique within one kind; neither part may contain a slash. */
export function identityKey(identity: Pick<Identity, 'namespace' | 'name'>): string {
  return `${identity.namespace}/${identity.name}`;
}
