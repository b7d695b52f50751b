import type { Call } from './call.ts';
import { parseJson, parseObject } from './document.ts';
import { jsonPatch, mergePatch } from './patch.ts';
import { badRequest } from './status.ts';
import { at, dictAt, show, textAt } from './value.ts';
import type { Dict } from './value.ts';
import type { Writes } from './write.ts';

/** The autoscaling/v1 Scale of a workload. */
export function scaleOf(workload: Dict): Dict {
  const metadata = dictAt(workload, 'metadata');
  const shown: Dict = {};
  for (const key of ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp']) {
    if (metadata[key] !== undefined) shown[key] = metadata[key];
  }
  const labels = Object.entries(dictAt(workload, 'spec', 'selector', 'matchLabels'));
  const selector = labels
    .map(([key, value]) => `${key}=${show(value)}`)
    .toSorted()
    .join(',');
  const replicas = at(workload, 'status', 'replicas') ?? 0;
  const wanted = at(workload, 'spec', 'replicas') ?? 0;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: shown,
    spec: wanted === 0 ? {} : { replicas: wanted },
    status: selector === '' ? { replicas } : { replicas, selector },
  };
}

/** PUT and PATCH of /scale. */
export function writeScale(call: Call, workload: Dict, writes: Writes): Dict {
  const scale =
    call.verb === 'update'
      ? parseObject(call.body, call.headers['content-type'])
      : patched(call, workload);
  const replicas = at(scale, 'spec', 'replicas') ?? 0;
  if (typeof replicas !== 'number') throw badRequest('spec.replicas is no number');
  return scaleOf(writes.scale(call, replicas, textAt(scale, 'metadata', 'resourceVersion')).object);
}

function patched(call: Call, workload: Dict): Dict {
  const patch = parseJson(call.body);
  const json = (call.headers['content-type'] ?? '').startsWith('application/json-patch+json');
  const scale = scaleOf(workload);
  return (json ? jsonPatch(scale, patch) : mergePatch(scale, patch)) as Dict; // A Scale stays an object.
}
