import { canonicalJson, isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { ObjectRef } from '../domain/object-ref.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { invalid } from './fault.ts';
import type { Fault } from './fault.ts';
import { readRef } from './name.ts';
import { completePorts } from './ports.ts';
import { completeSecret } from './secret.ts';
import { stripServerFields } from './strip.ts';

/** One object ready to be placed, and what a person should know about it. */
export type ReadObject = Readonly<{
  ref: ObjectRef;
  object: JsonObject;
  notes: readonly string[];
}>;

/** Checks one object and brings it into the form in which it is applied. */
export function readObject(value: JsonObject, maxBytes: number): Result<ReadObject, Fault> {
  const ref = readRef(value);
  if (!ref.ok) return ref;
  const refused = refuseObject(value, ref.value);
  if (refused !== undefined) return invalid(refused);
  const stripped = stripServerFields(value);
  const completed = complete(ref.value, stripped.object);
  if (!completed.ok) return completed;
  const size = Buffer.byteLength(canonicalJson(completed.value));
  if (size > maxBytes) {
    const text = `the object has more than ${maxBytes} bytes; split it`;
    return stopped({ reason: 'RenderLimitExceeded', text });
  }
  return ok({ ref: ref.value, object: completed.value, notes: notesOn(value, stripped.removed) });
}

function complete(ref: ObjectRef, object: JsonObject): Result<JsonObject, Fault> {
  const isSecret = ref.group === '' && ref.kind === 'Secret';
  return isSecret ? completeSecret(object) : ok(completePorts(ref, object));
}

function refuseObject(object: JsonObject, ref: ObjectRef): string | undefined {
  if (Object.hasOwn(object, 'sops')) {
    return 'encrypted with SOPS, which gitward does not decrypt yet; leave it out of the path';
  }
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  // An owner is named by its uid, which no commit can know: garbage collection deletes the object.
  if (isFilled(metadata['ownerReferences'])) {
    return 'metadata.ownerReferences names owners by uid, which Git cannot know; remove it';
  }
  const maps: readonly (readonly [string, Json | undefined])[] = [
    ['metadata.labels', metadata['labels']],
    ['metadata.annotations', metadata['annotations']],
    ...(ref.group === '' && ref.kind === 'ConfigMap' ? [['data', object['data']] as const] : []),
  ];
  const wrong = maps.find(([, map]) => !isStringMap(map));
  return wrong && `${wrong[0]} holds something else than strings; put the values in quotes`;
}

function isStringMap(map: Json | undefined): boolean {
  if (map === undefined || map === null) return true;
  return isJsonObject(map) && Object.values(map).every((value) => typeof value === 'string');
}

function isFilled(list: Json | undefined): boolean {
  return list !== undefined && list !== null && !(Array.isArray(list) && list.length === 0);
}

function notesOn(object: JsonObject, removed: readonly string[]): readonly string[] {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  const left = removed.map((path) => `${path} belongs to the server and is left out`);
  return isFilled(metadata['finalizers'])
    ? [...left, 'metadata.finalizers keeps the object from being deleted until somebody removes it']
    : left;
}
