import { isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';

/** An object without what only the server writes, and the paths a person should know were left out. */
export type Stripped = Readonly<{ object: JsonObject; removed: readonly string[] }>;

const SERVER_METADATA: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/** A copy of the whole object, Secrets' values included, that `kubectl apply` leaves behind. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Leaves out status, the metadata that the server owns and the last-applied annotation. */
export function stripServerFields(object: JsonObject): Stripped {
  const { status, ...rest } = object;
  const removed = isWritten(status) ? ['status'] : [];
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  const kept = Object.entries(metadata).filter(([key, value]) => {
    if (!SERVER_METADATA.has(key)) return true;
    if (isWritten(value)) removed.push(`metadata.${key}`);
    return false;
  });
  const annotations = metadata['annotations'];
  if (!isJsonObject(annotations) || !(LAST_APPLIED in annotations)) {
    return { object: { ...rest, metadata: Object.fromEntries(kept) }, removed };
  }
  removed.push(`metadata.annotations["${LAST_APPLIED}"]`);
  return {
    object: { ...rest, metadata: withAnnotations(kept, without(annotations, LAST_APPLIED)) },
    removed,
  };
}

function withAnnotations(entries: readonly [string, Json][], annotations: JsonObject): JsonObject {
  const others = Object.fromEntries(entries.filter(([key]) => key !== 'annotations'));
  return Object.keys(annotations).length === 0 ? others : { ...others, annotations };
}

function without(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** `status: {}` and `creationTimestamp: null` come from tools and say nothing. */
function isWritten(value: Json | undefined): boolean {
  if (value === undefined || value === null) return false;
  return !isJsonObject(value) || Object.keys(value).length > 0;
}
