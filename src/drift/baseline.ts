import { at, canonicalJson, isJsonObject, stringAt } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { FIELD_MANAGER } from '../api/meta.ts';
import type { Manifest } from '../domain/manifest.ts';
import { formatObject } from '../domain/object-ref.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import type { FieldDrift } from './field-drift.ts';
import { mutatedFields } from './mutation.ts';
import { compileProjection, findItem, hasValue } from './projection.ts';
import type { Projection } from './projection.ts';
import { keepValue } from './values.ts';
import type { Keeping, KeptValue } from './values.ts';

export type KeptNode = Readonly<{
  value: KeptValue;
  present: boolean;
  fields: readonly KeptNode[];
  items: readonly KeptNode[];
  values: readonly boolean[];
}>;
export type Baseline = Readonly<{
  uid: string;
  resourceVersion: string;
  keeping: Keeping;
  projection: Projection;
  kept: KeptNode;
  ownedText: string | undefined;
  faithful: boolean;
}>;
export type Built = Readonly<{ baseline: Baseline; mutated: readonly FieldDrift[] }>;
export type Ownership = 'applied' | 'compared';

export function buildBaseline(
  manifest: Manifest,
  answer: JsonObject,
  ownership: Ownership,
): Result<Built> {
  const fields = ownFields(answer);
  const projection = compileProjection(fields);
  if (fields === undefined || projection === undefined) {
    const message = `${formatObject(manifest.ref)}: the server's answer has no managedFields entry of ${FIELD_MANAGER}`;
    return stopped(stop('BaselineUnavailable', message, { object: manifest.ref }));
  }
  const mutated = mutatedFields(projection, manifest.object, answer);
  const keeping: Keeping = manifest.ref.kind === 'Secret' ? 'secret' : 'plain';
  const baseline: Baseline = {
    uid: stringAt(answer, 'metadata', 'uid') ?? '',
    resourceVersion: stringAt(answer, 'metadata', 'resourceVersion') ?? '',
    keeping,
    projection,
    kept: keep(projection, answer, keeping),
    ownedText: ownership === 'applied' ? canonicalJson(fields) : undefined,
    faithful: mutated.length === 0,
  };
  return ok({ baseline, mutated });
}

export function ownFields(object: JsonObject): JsonObject | undefined {
  const entries = at(object, 'metadata', 'managedFields');
  if (!Array.isArray(entries)) return undefined;
  for (const entry of entries as readonly Json[]) {
    const own =
      stringAt(entry, 'manager') === FIELD_MANAGER &&
      stringAt(entry, 'operation') === 'Apply' &&
      (stringAt(entry, 'subresource') ?? '') === '';
    const fields = at(entry, 'fieldsV1');
    if (own && isJsonObject(fields)) return fields;
  }
  return undefined;
}

const NOTHING: readonly never[] = [];

function keep(owned: Projection, value: Json | undefined, keeping: Keeping): KeptNode {
  const present = value !== undefined && value !== null;
  if (owned.leaf) {
    const kept = keepValue(value, keeping);
    return { value: kept, present, fields: NOTHING, items: NOTHING, values: NOTHING };
  }
  return {
    value: undefined,
    present,
    fields: owned.fields.map(([name, below]) => keep(below, at(value, name), keeping)),
    items: owned.items.map((item) => keep(item.owned, findItem(value, item.key), keeping)),
    values: owned.values.map((one) => hasValue(value, one.value)),
  };
}
