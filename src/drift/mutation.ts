import { at, isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { FieldDrift } from './field-drift.ts';
import { sameMeaning } from './meaning.ts';
import { findItem, formatItem, formatScalar, hasValue } from './projection.ts';
import type { Projection } from './projection.ts';

type Place = Readonly<{ path: string; steps: readonly string[]; field: string }>;

/**
 * The owned fields whose meaning in the server's answer is not what Git says: something between the
 * request and the store rewrote them. Spelling and defaults are no difference (`sameMeaning`).
 */
export function mutatedFields(
  owned: Projection,
  git: JsonObject,
  answer: JsonObject,
): readonly FieldDrift[] {
  const found: FieldDrift[] = [];
  visit(owned, { git, answer }, { path: '', steps: [], field: '' }, found);
  return found;
}

type Pair = Readonly<{ git: Json | undefined; answer: Json | undefined }>;

function visit(owned: Projection, { git, answer }: Pair, place: Place, found: FieldDrift[]): void {
  if (owned.leaf) {
    if (sameMeaning(git, answer, place.field)) return;
    const kind = answer === undefined || answer === null ? 'removed' : 'changed';
    found.push({ path: place.path, kind, steps: place.steps });
    return;
  }
  for (const [name, below] of owned.fields) {
    const next = {
      path: `${place.path}/${name}`,
      steps: [...place.steps, `f:${name}`],
      field: name,
    };
    visit(below, { git: at(git, name), answer: at(answer, name) }, next, found);
  }
  for (const { key, step, owned: below } of owned.items) {
    const path = `${place.path}${formatItem(key)}`;
    const next = { path, steps: [...place.steps, step], field: place.field };
    visit(below, { git: gitItem(git, key), answer: findItem(answer, key) }, next, found);
  }
  for (const { value, step } of owned.values) {
    if (hasValue(answer, value)) continue;
    const path = `${place.path}[=${formatScalar(value)}]`;
    found.push({ path, kind: 'removed', steps: [...place.steps, step] });
  }
}

/** Git may leave out a key that the server fills in (a port's protocol). */
function gitItem(list: Json | undefined, key: JsonObject): JsonObject | undefined {
  const exact = findItem(list, key);
  if (exact !== undefined || !Array.isArray(list)) return exact;
  const near = (list as readonly Json[]).filter(
    (item): item is JsonObject =>
      isJsonObject(item) &&
      Object.entries(key).every(
        ([name, value]) => item[name] === undefined || item[name] === value,
      ),
  );
  return near.length === 1 ? near[0] : undefined;
}
