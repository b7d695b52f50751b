import { isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { GroupVersionKind } from '../domain/object-ref.ts';

const POD_SPECS: Readonly<Record<string, readonly string[]>> = {
  '/Pod': ['spec'],
  '/ReplicationController': ['spec', 'template', 'spec'],
  'apps/DaemonSet': ['spec', 'template', 'spec'],
  'apps/Deployment': ['spec', 'template', 'spec'],
  'apps/ReplicaSet': ['spec', 'template', 'spec'],
  'apps/StatefulSet': ['spec', 'template', 'spec'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  'batch/Job': ['spec', 'template', 'spec'],
};

/**
 * Writes the default protocol into ports that name none. It is part of the list key: servers refuse
 * server-side apply of a Service without it, and two writers would otherwise own two ports
 * (kubernetes-sigs/structured-merge-diff#130).
 */
export function completePorts(kind: GroupVersionKind, object: JsonObject): JsonObject {
  const name = `${kind.group}/${kind.kind}`;
  if (name === '/Service') return changeAt(object, ['spec', 'ports'], eachItem(withProtocol));
  const path = POD_SPECS[name];
  if (path === undefined) return object;
  const inContainers = eachItem((container) =>
    changeAt(container, ['ports'], eachItem(withProtocol)),
  );
  return ['containers', 'initContainers'].reduce(
    (changed, list) => changeAt(changed, [...path, list], inContainers),
    object,
  );
}

function withProtocol(port: JsonObject): JsonObject {
  return (port['protocol'] ?? null) === null ? { ...port, protocol: 'TCP' } : port;
}

/** Changes every object of a list and leaves everything else as it is. */
function eachItem(change: (item: JsonObject) => JsonObject): (list: Json) => Json {
  return (list) =>
    Array.isArray(list)
      ? list.map((item: Json) => (isJsonObject(item) ? change(item) : item))
      : list;
}

/** A copy with the value at `path` changed; the object itself where the path does not exist. */
function changeAt(
  object: JsonObject,
  path: readonly string[],
  change: (value: Json) => Json,
): JsonObject {
  const [key = '', ...rest] = path;
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  if (value === undefined) return object;
  if (rest.length === 0) return { ...object, [key]: change(value) };
  return isJsonObject(value) ? { ...object, [key]: changeAt(value, rest, change) } : object;
}
