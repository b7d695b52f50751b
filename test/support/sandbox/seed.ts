import type { Call } from './call.ts';
import type { Registry } from './registry.ts';
import { apiVersionOf } from './resource.ts';
import { keyOf } from './store.ts';
import type { Store } from './store.ts';
import { textAt } from './value.ts';
import type { Dict } from './value.ts';
import type { Writes } from './write.ts';

/** Stores objects without a request, through the same rules; throws what a create would answer. */
export function seed(
  registry: Registry,
  store: Store,
  writes: Writes,
): (...objects: readonly Dict[]) => void {
  const put = (object: Dict): void => {
    const apiVersion = textAt(object, 'apiVersion');
    const [version = '', group = ''] = apiVersion.split('/').toReversed();
    const resource = registry.ofKind(group, version, textAt(object, 'kind'));
    if (resource === undefined)
      throw new Error(`no resource for ${apiVersion} ${textAt(object, 'kind')}`);
    const namespace = resource.namespaced
      ? textAt(object, 'metadata', 'namespace') || 'default'
      : '';
    const home = store.collection('/namespaces').items.has(keyOf('', namespace));
    if (resource.namespaced && !home)
      put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const call: Call = {
      method: 'POST',
      path: apiVersionOf(resource),
      query: new URLSearchParams({ fieldManager: 'seed' }),
      headers: {},
      caller: { user: 'seed', groups: [], extra: {} },
      verb: 'create',
      resource,
      namespace,
      name: '',
      subresource: '',
      dryRun: false,
      body: JSON.stringify(object),
    };
    writes.create(call);
  };
  return (...objects) => objects.forEach(put);
}
