import type { KeyObject } from 'node:crypto';
import { at, isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { ownFields } from './baseline.ts';
import type { Baseline, KeptNode } from './baseline.ts';
import type { FieldDrift } from './field-drift.ts';
import { inField, inItem, inSet, ROOT } from './place.ts';
import type { Place } from './place.ts';
import { findItem, hasValue } from './projection.ts';
import type { Projection } from './projection.ts';
import { isKept } from './values.ts';
import type { Keeper } from './values.ts';

/** Most fields named for one object; the rest would be the same story. */
export const MAX_FIELDS = 100;

/**
 * The owned fields in which a live object differs from its baseline, none when it is as Git says.
 * Needs no schema and no call. Both sides are the server's own spelling, so plain equality decides.
 * It runs at every event: an object that agrees costs no path and no allocation worth naming.
 */
export function compareLive(baseline: Baseline, live: JsonObject): readonly FieldDrift[] {
  const { projection, kept, keeper, ownership } = baseline;
  const found: FieldDrift[] = [];
  if (!agrees(projection, { kept, live }, keeper.key)) {
    compareNode(projection, { kept, live }, { keeper, found, place: ROOT });
  }
  if (ownership === 'compared') return found;
  const fields = ownFields(live);
  return isOwned(projection, fields) ? found : withLost(baseline, fields, found);
}

function withLost(
  { projection, keeper }: Baseline,
  fields: JsonObject | undefined,
  found: readonly FieldDrift[],
): readonly FieldDrift[] {
  const lost: FieldDrift[] = [];
  findLost(projection, fields, { keeper, found: lost, place: ROOT });
  const told = new Set(found.map(({ steps }) => spell(steps)));
  const news = lost.filter((drift) => isNews(projection, drift.steps, told));
  return [...found, ...news].slice(0, MAX_FIELDS);
}

/** Is everything owned as it was? */
function agrees(owned: Projection, { kept, live }: Pair, key: KeyObject): boolean {
  if (owned.leaf) return isKept(kept.value, live, key);
  if (live === undefined || live === null) return !kept.present;
  let index = 0;
  for (const field of owned.fields) {
    const pair = { kept: kept.fields[index++] ?? NO_NODE, live: at(live, field.name) };
    if (!agrees(field.owned, pair, key)) return false;
  }
  index = 0;
  for (const item of owned.items) {
    const pair = { kept: kept.items[index++] ?? NO_NODE, live: findItem(live, item.key) };
    if (!agrees(item.owned, pair, key)) return false;
  }
  return owned.values.every(({ value }, place) => kept.values[place] === hasValue(live, value));
}

type Pair = Readonly<{ kept: KeptNode; live: Json | undefined }>;
type Search = Readonly<{ keeper: Keeper; found: FieldDrift[]; place: Place }>;

function compareNode(owned: Projection, { kept, live }: Pair, search: Search): void {
  const { found, place } = search;
  if (found.length >= MAX_FIELDS) return;
  const gone = live === undefined || live === null;
  if (owned.leaf) {
    if (isKept(kept.value, live, search.keeper.key)) return;
    found.push({ ...place, kind: gone ? 'removed' : 'changed' });
  } else if (!gone) compareChildren(owned, { kept, live }, search);
  else if (kept.present) found.push({ ...place, kind: 'removed' });
}

const NO_NODE: KeptNode = { value: undefined, present: false, fields: [], items: [], values: [] };

function compareChildren(owned: Projection, { kept, live }: Pair, search: Search): void {
  const { keeper, place, found } = search;
  for (const [index, field] of owned.fields.entries()) {
    const pair = { kept: kept.fields[index] ?? NO_NODE, live: at(live, field.name) };
    compareNode(field.owned, pair, { ...search, place: inField(place, field) });
  }
  for (const [index, item] of owned.items.entries()) {
    const pair = { kept: kept.items[index] ?? NO_NODE, live: findItem(live, item.key) };
    compareNode(item.owned, pair, { ...search, place: inItem(place, item) });
  }
  for (const [index, member] of owned.values.entries()) {
    if (kept.values[index] === hasValue(live, member.value)) continue;
    found.push({ ...inSet(place, member, keeper.keeping), kind: 'removed' });
  }
}

/** Does the live entry still list all that the baseline owns? */
function isOwned(owned: Projection, fields: Json | undefined): boolean {
  if (!isJsonObject(fields)) return false;
  for (const field of owned.fields) if (!isOwned(field.owned, fields[field.step])) return false;
  for (const item of owned.items) if (!isOwned(item.owned, fields[item.step])) return false;
  return owned.values.every((member) => fields[member.step] !== undefined);
}

/** What the baseline owns and the live entry no longer lists. */
function findLost(owned: Projection, fields: Json | undefined, search: Search): void {
  const { keeper, found, place } = search;
  if (found.length >= MAX_FIELDS) return;
  if (!isJsonObject(fields)) {
    found.push({ ...place, kind: 'ownershipLost' });
    return;
  }
  // A leaf of the live entry covers everything below it.
  if (!owned.leaf && Object.keys(fields).length === 0) return;
  for (const field of owned.fields) {
    findLost(field.owned, at(fields, field.step), { ...search, place: inField(place, field) });
  }
  for (const item of owned.items) {
    findLost(item.owned, at(fields, item.step), { ...search, place: inItem(place, item) });
  }
  for (const member of owned.values) {
    if (Object.hasOwn(fields, member.step)) continue;
    found.push({ ...inSet(place, member, keeper.keeping), kind: 'ownershipLost' });
  }
}

/** Was anything lost at this place beside the differences that are told already? */
function isNews(owned: Projection, lost: readonly string[], told: ReadonlySet<string>): boolean {
  if (isTold(lost, told)) return false;
  let left: Projection | undefined = owned;
  for (const step of lost) left = left === undefined ? undefined : below(left, step);
  return left === undefined || hasUntold(left, lost, told);
}

function hasUntold(
  owned: Projection,
  steps: readonly string[],
  told: ReadonlySet<string>,
): boolean {
  if (told.has(spell(steps))) return false;
  const children = [...owned.fields, ...owned.items];
  if (owned.leaf || owned.values.length > 0) return true;
  return children.some((child) => hasUntold(child.owned, [...steps, child.step], told));
}

function below(owned: Projection, step: string): Projection | undefined {
  return [...owned.fields, ...owned.items].find((child) => child.step === step)?.owned;
}

/** A place whose difference is told already, or that lies inside one that is. */
function isTold(steps: readonly string[], told: ReadonlySet<string>): boolean {
  return steps.some((_, index) => told.has(spell(steps.slice(0, index + 1))));
}

function spell(steps: readonly string[]): string {
  return JSON.stringify(steps);
}
