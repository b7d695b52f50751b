import { canonicalJson, isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';

/** One owned field of an object; `step` is its `fieldsV1` member, `f:<name>`. */
export type OwnedField = Readonly<{ name: string; step: string; owned: Projection }>;

/** One owned item of a list that is merged by keys; `step` is `k:<keys as JSON>`. */
export type OwnedItem = Readonly<{ key: JsonObject; step: string; owned: Projection }>;

/** One owned member of a set; `step` is `v:<value as JSON>`. */
export type OwnedValue = Readonly<{ value: Json; step: string }>;

/**
 * The owned paths of one `fieldsV1` as a tree (structured-merge-diff, fieldpath/serialize). A `leaf`
 * owns its value and everything below it.
 */
export type Projection = Readonly<{
  fields: readonly OwnedField[];
  items: readonly OwnedItem[];
  values: readonly OwnedValue[];
  leaf: boolean;
}>;

/** Bounds of what the server may answer: deeper or larger is taken for no record at all. */
const MAX_DEPTH = 64;
const MAX_NODES = 200_000;

const LEAF: Projection = Object.freeze({ fields: [], items: [], values: [], leaf: true });

/** The tree of a `fieldsV1`; `undefined` for what is none, is too large or names list positions. */
export function compileProjection(fieldsV1: Json | undefined): Projection | undefined {
  if (!isJsonObject(fieldsV1)) return undefined;
  return compile(fieldsV1, 0, { left: MAX_NODES });
}

type Draft = { fields: OwnedField[]; items: OwnedItem[]; values: OwnedValue[] };

function compile(
  node: JsonObject,
  depth: number,
  budget: { left: number },
): Projection | undefined {
  budget.left -= 1;
  if (depth > MAX_DEPTH || budget.left < 0) return undefined;
  const draft: Draft = { fields: [], items: [], values: [] };
  for (const [step, child] of Object.entries(node)) {
    // "This path itself is a member": said by its being here.
    if (step === '.') continue;
    const owned = isJsonObject(child) ? compile(child, depth + 1, budget) : undefined;
    if (owned === undefined || !addStep(draft, step, owned)) return undefined;
  }
  const { fields, items, values } = draft;
  return fields.length + items.length + values.length === 0 ? LEAF : { ...draft, leaf: false };
}

function addStep({ fields, items, values }: Draft, step: string, owned: Projection): boolean {
  const operand = step.slice(2);
  if (step.startsWith('f:')) return fields.push({ name: operand, step, owned }) > 0;
  const value = parseJson(operand);
  if (value === undefined) return false;
  if (step.startsWith('v:')) return values.push({ value, step }) > 0;
  return (
    step.startsWith('k:') && isJsonObject(value) && items.push({ key: value, step, owned }) > 0
  );
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json; // JSON.parse yields nothing else.
  } catch {
    return undefined;
  }
}

/** The item of a list whose key fields are these, strictly. */
export function findItem(list: Json | undefined, key: JsonObject): JsonObject | undefined {
  if (!Array.isArray(list)) return undefined;
  for (const item of list as readonly Json[]) {
    if (isJsonObject(item) && hasKeys(item, key)) return item;
  }
  return undefined;
}

function hasKeys(item: JsonObject, key: JsonObject): boolean {
  for (const name in key) if (item[name] !== key[name]) return false;
  return true;
}

/** Is the value a member of the list? */
export function hasValue(list: Json | undefined, value: Json): boolean {
  if (!Array.isArray(list)) return false;
  if (typeof value !== 'object' || value === null) return list.includes(value);
  const text = canonicalJson(value);
  return (list as readonly Json[]).some((item) => canonicalJson(item) === text);
}
