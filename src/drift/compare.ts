import { at, canonicalJson, isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { ownFields } from './baseline.ts';
import type { Baseline, KeptNode } from './baseline.ts';
import type { FieldDrift } from './field-drift.ts';
import { findItem, formatItem, formatScalar, hasValue } from './projection.ts';
import type { OwnedItem, Projection } from './projection.ts';
import { isKept } from './values.ts';

/** Most fields named for one object; the rest would be the same story. */
export const MAX_FIELDS = 100;

type Place = Readonly<{ path: string; steps: readonly string[] }>;

const ROOT: Place = { path: '', steps: [] };

/**
 * The owned fields in which a live object differs from its baseline, none when it is as Git says.
 * Needs no schema and no call. Both sides are the server's own spelling, so plain equality decides.
 */
export function compareLive(baseline: Baseline, live: JsonObject): readonly FieldDrift[] {
  const found: FieldDrift[] = [];
  compareNode(baseline.projection, { kept: baseline.kept, live }, ROOT, found);
  if (baseline.ownedText === undefined) return found;
  const fields = ownFields(live);
  if (fields !== undefined && canonicalJson(fields) === baseline.ownedText) return found;
  const told = new Set(found.map((drift) => drift.path));
  const lost: FieldDrift[] = [];
  findLost(baseline.projection, fields, ROOT, lost);
  return [...found, ...lost.filter((drift) => !isTold(drift.path, told))].slice(0, MAX_FIELDS);
}

function compareNode(
  owned: Projection,
  pair: Readonly<{ kept: KeptNode; live: Json | undefined }>,
  place: Place,
  found: FieldDrift[],
): void {
  if (found.length >= MAX_FIELDS) return;
  const { kept, live } = pair;
  const gone = live === undefined || live === null;
  if (owned.leaf) {
    if (!isKept(kept.value, live)) found.push({ ...place, kind: gone ? 'removed' : 'changed' });
    return;
  }
  if (gone) {
    if (kept.present) found.push({ ...place, kind: 'removed' });
    return;
  }
  compareChildren(owned, pair, place, found);
}

const NO_NODE: KeptNode = { value: undefined, present: false, fields: [], items: [], values: [] };

function compareChildren(
  owned: Projection,
  { kept, live }: Readonly<{ kept: KeptNode; live: Json | undefined }>,
  place: Place,
  found: FieldDrift[],
): void {
  for (const [index, [name, below]] of owned.fields.entries()) {
    const pair = { kept: kept.fields[index] ?? NO_NODE, live: at(live, name) };
    // Paths are built only on the way to a difference: this runs at every event.
    if (isSame(below, pair)) continue;
    compareNode(below, pair, inField(place, name), found);
  }
  for (const [index, item] of owned.items.entries()) {
    const pair = { kept: kept.items[index] ?? NO_NODE, live: findItem(live, item.key) };
    if (isSame(item.owned, pair)) continue;
    compareNode(item.owned, pair, inItem(place, item), found);
  }
  for (const [index, { value, step }] of owned.values.entries()) {
    if (kept.values[index] === hasValue(live, value)) continue;
    const path = `${place.path}[=${formatScalar(value)}]`;
    found.push({ path, steps: [...place.steps, step], kind: 'removed' });
  }
}

function isSame(
  owned: Projection,
  { kept, live }: Readonly<{ kept: KeptNode; live: Json | undefined }>,
): boolean {
  return owned.leaf && isKept(kept.value, live);
}

/** What the baseline owns and the live entry no longer lists. */
function findLost(
  owned: Projection,
  fields: Json | undefined,
  place: Place,
  lost: FieldDrift[],
): void {
  if (lost.length >= MAX_FIELDS) return;
  if (!isJsonObject(fields)) {
    lost.push({ ...place, kind: 'ownershipLost' });
    return;
  }
  // A leaf of the live entry covers everything below it.
  if (!owned.leaf && Object.keys(fields).length === 0) return;
  for (const [name, below] of owned.fields) {
    findLost(below, at(fields, `f:${name}`), inField(place, name), lost);
  }
  for (const item of owned.items) {
    findLost(item.owned, at(fields, item.step), inItem(place, item), lost);
  }
  for (const { value, step } of owned.values) {
    if (Object.hasOwn(fields, step)) continue;
    const path = `${place.path}[=${formatScalar(value)}]`;
    lost.push({ path, steps: [...place.steps, step], kind: 'ownershipLost' });
  }
}

function inField({ path, steps }: Place, name: string): Place {
  return { path: `${path}/${name}`, steps: [...steps, `f:${name}`] };
}

function inItem({ path, steps }: Place, { key, step }: OwnedItem): Place {
  return { path: `${path}${formatItem(key)}`, steps: [...steps, step] };
}

/** A path whose difference is told already, or lies inside one that is. */
function isTold(path: string, told: ReadonlySet<string>): boolean {
  for (const one of told) {
    if (path === one || path.startsWith(`${one}/`) || path.startsWith(`${one}[`)) return true;
  }
  return false;
}
