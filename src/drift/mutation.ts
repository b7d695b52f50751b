import { at, isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Manifest } from '../domain/manifest.ts';
import type { FieldDrift } from './field-drift.ts';
import { inside, sameMeaning, settingOf } from './meaning.ts';
import type { Setting } from './meaning.ts';
import { inField, inItem, inSet, ROOT } from './place.ts';
import type { Place } from './place.ts';
import { findItem, hasValue } from './projection.ts';
import type { Projection } from './projection.ts';
import { unownedFields } from './unowned.ts';
import { keepingOf } from './values.ts';
import type { Keeping } from './values.ts';

/**
 * The fields in which the server's answer does not mean what Git says: something between the request
 * and the store rewrote them, or took them from the record of what we own. Spelling and defaults are
 * no difference (`sameMeaning`).
 */
export function mutatedFields(
  owned: Projection,
  manifest: Manifest,
  answer: JsonObject,
): readonly FieldDrift[] {
  const { ref, object: git } = manifest;
  const keeping = keepingOf(ref);
  const found: FieldDrift[] = [];
  visit(owned, { git, answer }, { place: ROOT, setting: settingOf(ref), keeping, found });
  return [...found, ...unownedFields(owned, git, keeping)];
}

type Pair = Readonly<{ git: Json | undefined; answer: Json | undefined }>;
type Walk = Readonly<{ place: Place; setting: Setting; keeping: Keeping; found: FieldDrift[] }>;

function visit(owned: Projection, { git, answer }: Pair, walk: Walk): void {
  const { place, setting, keeping, found } = walk;
  if (owned.leaf) {
    if (sameMeaning(git, answer, setting)) return;
    const gone = answer === undefined || answer === null;
    found.push({ ...place, kind: gone ? 'removed' : 'changed' });
    return;
  }
  for (const field of owned.fields) {
    const { name } = field;
    const next = { ...walk, place: inField(place, field), setting: inside(setting, name) };
    visit(field.owned, { git: at(git, name), answer: at(answer, name) }, next);
  }
  for (const item of owned.items) {
    const pair = { git: gitItem(git, item.key), answer: findItem(answer, item.key) };
    visit(item.owned, pair, { ...walk, place: inItem(place, item) });
  }
  for (const member of owned.values) {
    if (hasValue(answer, member.value)) continue;
    found.push({ ...inSet(place, member, keeping), kind: 'removed' });
  }
}

/** Git may leave out a key that the server fills in (a port's protocol). */
function gitItem(list: Json | undefined, key: JsonObject): JsonObject | undefined {
  const exact = findItem(list, key);
  if (exact !== undefined || !Array.isArray(list)) return exact;
  const near = (list as readonly Json[]).filter(
    (item): item is JsonObject => isJsonObject(item) && isNear(item, key),
  );
  return near.length === 1 ? near[0] : undefined;
}

/** Do the keys that the item has fit? */
function isNear(item: JsonObject, key: JsonObject): boolean {
  return Object.entries(key).every(
    ([name, value]) => item[name] === undefined || item[name] === value,
  );
}
