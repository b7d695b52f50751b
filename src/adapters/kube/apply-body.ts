import { isJsonObject } from '../../domain/json.ts';
import type { JsonObject } from '../../domain/json.ts';
import { formatObject } from '../../domain/object-ref.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { ServedKind } from '../../reconcile/ports.ts';

/** What the server keeps for itself: sent, it would be refused, lock the write or be owned by us. */
const SERVER_METADATA: ReadonlySet<string> = new Set([
  'managedFields',
  'resourceVersion',
  'uid',
  'creationTimestamp',
  'generation',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]);

/** The manifest as server-side apply takes it: without status and without the server's metadata. */
export function applyBody(object: JsonObject): JsonObject {
  const { status: _status, metadata, ...rest } = object;
  if (!isJsonObject(metadata)) return metadata === undefined ? rest : { ...rest, metadata };
  const kept = Object.entries(metadata).filter(([key]) => !SERVER_METADATA.has(key));
  return { ...rest, metadata: Object.fromEntries(kept) };
}

/** Lets through a reference whose scope is the kind's own; stops with `ManifestInvalid`. */
export function place(ref: ObjectRef, served: ServedKind): Result<ServedKind> {
  if (served.namespaced === (ref.namespace !== '')) return ok(served);
  const why = served.namespaced ? 'needs a namespace' : 'can not have a namespace';
  const text = `${formatObject(ref)}: ${ref.kind} ${why}. Correct the manifest.`;
  return stopped(stop('ManifestInvalid', text, { object: ref }));
}
