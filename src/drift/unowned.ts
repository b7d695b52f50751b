import { isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { FieldDrift } from './field-drift.ts';
import { saysNothing } from './meaning.ts';
import { inField, inItem, inSet, MAX_PART_LENGTH, ROOT } from './place.ts';
import type { Place } from './place.ts';
import { hasValue } from './projection.ts';
import type { OwnedItem, Projection } from './projection.ts';
import type { Keeping } from './values.ts';

/** What names an object: never in `fieldsV1`. */
const IDENTITY: ReadonlySet<string> = new Set(['apiVersion', 'kind']);
const METADATA_IDENTITY: ReadonlySet<string> = new Set(['name', 'namespace', 'creationTimestamp']);

/** Most fields named for one object. */
const MAX_UNOWNED = 100;

/**
 * The fields that Git sets and the server's record of what we own does not list: an apply owns all it
 * sends, so somebody edited the record, and what it hides could be changed unseen.
 */
export function unownedFields(
  owned: Projection,
  git: JsonObject,
  keeping: Keeping,
): readonly FieldDrift[] {
  const found: FieldDrift[] = [];
  visit(owned, git, { place: ROOT, keeping, found });
  return found;
}

type Walk = Readonly<{ place: Place; keeping: Keeping; found: FieldDrift[] }>;

function visit(owned: Projection | undefined, git: Json, walk: Walk): void {
  // A leaf owns everything below it.
  if (saysNothing(git) || owned?.leaf === true || walk.found.length >= MAX_UNOWNED) return;
  if (owned === undefined) walk.found.push({ ...walk.place, kind: 'ownershipLost' });
  else if (isJsonObject(git)) visitFields(owned, git, walk);
  else if (Array.isArray(git)) visitList(owned, git as readonly Json[], walk);
  else walk.found.push({ ...walk.place, kind: 'ownershipLost' });
}

function visitFields(owned: Projection, git: JsonObject, walk: Walk): void {
  for (const [name, value] of Object.entries(git)) {
    if (isIdentity(walk.place, name)) continue;
    const step = `f:${name}`;
    const field = owned.fields.find((one) => one.name === name);
    visit(field?.owned ?? absent(walk.place, name), value, {
      ...walk,
      place: inField(walk.place, { name, step }),
    });
  }
}

const NOTHING: Projection = { fields: [], items: [], values: [], leaf: false };

/** Metadata that holds the name alone is rightly owned by nobody. */
function absent({ steps }: Place, name: string): Projection | undefined {
  return steps.length === 0 && name === 'metadata' ? NOTHING : undefined;
}

function isIdentity({ steps }: Place, name: string): boolean {
  if (steps.length === 0) return IDENTITY.has(name);
  return steps.length === 1 && steps[0] === 'f:metadata' && METADATA_IDENTITY.has(name);
}

function visitList(owned: Projection, git: readonly Json[], walk: Walk): void {
  for (const value of git) {
    const item = isJsonObject(value) ? itemOf(owned.items, value) : undefined;
    if (item !== undefined) visit(item.owned, value, { ...walk, place: inItem(walk.place, item) });
    else if (!owned.values.some((member) => hasValue([value], member.value))) {
      const step = `v:${JSON.stringify(value).slice(0, MAX_PART_LENGTH)}`;
      const place = isJsonObject(value)
        ? walk.place
        : inSet(walk.place, { value, step }, walk.keeping);
      walk.found.push({ ...place, kind: 'ownershipLost' });
    }
  }
}

/** The owned item that Git's names; a key that the server fills in may be missing in Git. */
function itemOf(items: readonly OwnedItem[], value: JsonObject): OwnedItem | undefined {
  const fits = (strict: boolean): OwnedItem[] =>
    items.filter(({ key }) =>
      Object.entries(key).every(
        ([name, wanted]) => value[name] === wanted || (!strict && value[name] === undefined),
      ),
    );
  return fits(true)[0] ?? fits(false)[0];
}
