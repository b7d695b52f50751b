import { at, isJsonObject, stringAt } from '../../domain/json.ts';
import type { Json } from '../../domain/json.ts';
import type { GroupVersionKind } from '../../domain/object-ref.ts';
import { apiVersionOf } from '../../domain/object-ref.ts';
import type { ServedKind } from '../../reconcile/ports.ts';

/** The kinds of one group and version, by kind. */
export type KindTable = ReadonlyMap<string, ServedKind>;

type GroupVersion = Readonly<Pick<GroupVersionKind, 'group' | 'version'>>;

/** Reads an `APIResourceList`; sub-resources and what has no shape are left out. */
export function parseResourceList(list: Json, of: GroupVersion): KindTable {
  const table = new Map<string, ServedKind>();
  for (const item of arrayAt(list, 'resources')) {
    const resource = stringAt(item, 'name');
    const kind = stringAt(item, 'kind');
    const namespaced = at(item, 'namespaced');
    if (resource === undefined || kind === undefined || typeof namespaced !== 'boolean') continue;
    // A sub-resource may repeat its parent's kind or carry another one's (`deployments/scale`).
    if (resource.includes('/') || table.has(kind)) continue;
    const { group, version } = of;
    table.set(kind, { group, version, kind, resource, namespaced });
  }
  return table;
}

/** Reads an `APIGroupDiscoveryList` (KEP-3352) into tables by `group/version`; anything else is empty. */
export function parseAggregated(list: Json): ReadonlyMap<string, KindTable> {
  const tables = new Map<string, KindTable>();
  if (stringAt(list, 'kind') !== 'APIGroupDiscoveryList') return tables;
  for (const item of arrayAt(list, 'items')) {
    const group = stringAt(item, 'metadata', 'name') ?? '';
    for (const served of arrayAt(item, 'versions')) {
      const version = stringAt(served, 'version');
      // A stale answer is the aggregator's memory of a server that is away: ask that server itself.
      if (version === undefined || stringAt(served, 'freshness') === 'Stale') continue;
      tables.set(apiVersionOf({ group, version }), aggregatedTable(served, { group, version }));
    }
  }
  return tables;
}

function aggregatedTable(served: Json, of: GroupVersion): KindTable {
  const table = new Map<string, ServedKind>();
  for (const item of arrayAt(served, 'resources')) {
    const resource = stringAt(item, 'resource');
    const kind = stringAt(item, 'responseKind', 'kind');
    const scope = stringAt(item, 'scope');
    if (resource === undefined || kind === undefined || scope === undefined) continue;
    if (table.has(kind)) continue;
    table.set(kind, { ...of, kind, resource, namespaced: scope === 'Namespaced' });
  }
  return table;
}

function arrayAt(value: Json, key: string): readonly Json[] {
  const found = at(value, key);
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}
