import type { KeyObject } from 'node:crypto';
import { at, isJsonObject, stringAt } from '../domain/json.ts';
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
import { keepingOf, keepValue } from './values.ts';
import type { Keeper, KeptValue } from './values.ts';

/** The values of one projection's node, in its order; `present` tells an empty node from no node. */
export type KeptNode = Readonly<{
  value: KeptValue;
  present: boolean;
  fields: readonly KeptNode[];
  items: readonly KeptNode[];
  values: readonly boolean[];
}>;

/**
 * Why we own the fields: `applied`, the live object's managedFields say so too, and a path missing
 * there was overwritten; `compared`, only a dry-run said so (Audit) and live ownership means nothing.
 */
export type Ownership = 'applied' | 'compared';

/** The server's answer projected on the fields we own: what a live object is compared with. */
export type Baseline = Readonly<{
  /** Of the answered object; a dry-run that would create one invents it. */
  uid: string;
  /** '' where the answer was a dry-run that would create the object. */
  resourceVersion: string;
  keeper: Keeper;
  projection: Projection;
  kept: KeptNode;
  ownership: Ownership;
  /** No field means something else than Git says. */
  faithful: boolean;
}>;

/** A baseline, and the fields in which the answer does not mean what Git says. */
export type Built = Readonly<{ baseline: Baseline; mutated: readonly FieldDrift[] }>;

/** How a baseline is to be built; `key` makes the digests of what may not be kept. */
export type BuildOptions = Readonly<{ ownership: Ownership; key: KeyObject }>;

/**
 * The baseline of one manifest from the server's answer to its apply or dry-run. Stops with
 * `BaselineUnavailable` when the answer has no usable record of our fields.
 */
export function buildBaseline(
  manifest: Manifest,
  answer: JsonObject,
  { ownership, key }: BuildOptions,
): Result<Built> {
  const projection = compileProjection(ownFields(answer));
  if (projection === undefined) {
    const what = `the server's answer has no managedFields entry of ${FIELD_MANAGER}`;
    const next = 'Look for an admission webhook that rewrites managedFields.';
    const message = `${formatObject(manifest.ref)}: ${what}. ${next}`;
    return stopped(stop('BaselineUnavailable', message, { object: manifest.ref }));
  }
  const keeper: Keeper = { keeping: keepingOf(manifest.ref), key };
  const mutated = mutatedFields(projection, manifest, answer);
  const baseline: Baseline = {
    uid: stringAt(answer, 'metadata', 'uid') ?? '',
    resourceVersion: stringAt(answer, 'metadata', 'resourceVersion') ?? '',
    keeper,
    projection,
    kept: keep(projection, answer, keeper),
    ownership,
    faithful: mutated.length === 0,
  };
  return ok({ baseline, mutated });
}

/** The `fieldsV1` of our own apply; an Update under our name is somebody else's. */
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

function keep(owned: Projection, value: Json | undefined, keeper: Keeper): KeptNode {
  const present = value !== undefined && value !== null;
  if (owned.leaf) {
    const kept = keepValue(value, keeper);
    return { value: kept, present, fields: NOTHING, items: NOTHING, values: NOTHING };
  }
  return {
    value: undefined,
    present,
    fields: owned.fields.map((field) => keep(field.owned, at(value, field.name), keeper)),
    items: owned.items.map((item) => keep(item.owned, findItem(value, item.key), keeper)),
    values: owned.values.map((one) => hasValue(value, one.value)),
  };
}
