import type { ObjectMeta } from '../../api/meta.ts';
import { at, isJsonObject, stringAt } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';

/** Reads `metadata`, keeping only parts of the right type; `undefined` without a name. */
export function parseMeta(object: JsonObject): ObjectMeta | undefined {
  const metadata = at(object, 'metadata');
  const name = stringAt(metadata, 'name');
  if (name === undefined) return undefined;
  const generation = at(metadata, 'generation');
  return {
    name,
    ...texts(metadata, ['namespace', 'uid', 'resourceVersion', 'deletionTimestamp']),
    ...(typeof generation === 'number' ? { generation } : {}),
    finalizers: textList(at(metadata, 'finalizers')),
    annotations: textMap(at(metadata, 'annotations')),
  };
}

function texts<K extends string>(
  json: Json | undefined,
  keys: readonly K[],
): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const text = stringAt(json, key);
    if (text !== undefined) found[key] = text;
  }
  return found;
}

function textList(json: Json | undefined): readonly string[] {
  return Array.isArray(json) ? json.filter((item) => typeof item === 'string') : [];
}

function textMap(json: Json | undefined): Readonly<Record<string, string>> {
  if (!isJsonObject(json)) return {};
  const pairs = Object.entries(json).filter(([, value]) => typeof value === 'string');
  // The filter left text values only.
  return Object.fromEntries(pairs) as Record<string, string>;
}
