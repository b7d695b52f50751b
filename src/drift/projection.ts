import { canonicalJson, isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';

export type OwnedItem = Readonly<{ key: JsonObject; step: string; owned: Projection }>;

export type Projection = Readonly<{
  fields: readonly (readonly [string, Projection])[];
  items: readonly OwnedItem[];
  values: readonly Readonly<{ value: Json; step: string }>[];
  leaf: boolean;
}>;

const MAX_DEPTH = 64;
const MAX_NODES = 200_000;
const LEAF: Projection = Object.freeze({ fields: [], items: [], values: [], leaf: true });

export function compileProjection(fieldsV1: Json | undefined): Projection | undefined {
  if (!isJsonObject(fieldsV1)) return undefined;
  return compile(fieldsV1, 0, { left: MAX_NODES });
}

function compile(
  node: JsonObject,
  depth: number,
  budget: { left: number },
): Projection | undefined {
  budget.left -= 1;
  if (depth > MAX_DEPTH || budget.left < 0) return undefined;
  const fields: [string, Projection][] = [];
  const items: OwnedItem[] = [];
  const values: { value: Json; step: string }[] = [];
  for (const [step, child] of Object.entries(node)) {
    if (step === '.') continue;
    const operand = step.slice(2);
    const below = isJsonObject(child) ? compile(child, depth + 1, budget) : undefined;
    if (below === undefined || step[1] !== ':') return undefined;
    if (step[0] === 'f') fields.push([operand, below]);
    else {
      const value = JSON.parse(operand) as Json;
      if (step[0] === 'v') values.push({ value, step });
      else if (isJsonObject(value)) items.push({ key: value, step, owned: below });
    }
  }
  if (fields.length + items.length + values.length === 0) return LEAF;
  return { fields, items, values, leaf: false };
}

export function findItem(list: Json | undefined, key: JsonObject): JsonObject | undefined {
  if (!Array.isArray(list)) return undefined;
  for (const item of list as readonly Json[]) {
    if (isJsonObject(item) && hasKeys(item, key)) return item;
  }
  return undefined;
}

export function hasValue(list: Json | undefined, value: Json): boolean {
  if (!Array.isArray(list)) return false;
  const text = canonicalJson(value);
  return (list as readonly Json[]).some((item) => canonicalJson(item) === text);
}

export function formatItem(key: JsonObject): string {
  return `[${Object.entries(key)
    .map(([name, value]) => `${name}=${formatScalar(value)}`)
    .join(',')}]`;
}

export function formatScalar(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function hasKeys(item: JsonObject, key: JsonObject): boolean {
  for (const name in key) if (item[name] !== key[name]) return false;
  return true;
}
