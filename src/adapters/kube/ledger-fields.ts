import { isJsonObject } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';

const MAX_TEXT_LENGTH = 4_096;

/** What makes a text no ledger entry. */
export class Damaged extends Error {}

/** An object with exactly these keys; throws `Damaged`. */
export function record(
  json: Json | undefined,
  name: string,
  required: readonly string[],
  optional: readonly string[] = [],
): JsonObject {
  if (!isJsonObject(json)) throw new Damaged(`${name} is no object`);
  const missing = required.find((key) => !Object.hasOwn(json, key));
  if (missing !== undefined) throw new Damaged(`${name}.${missing} is missing`);
  const known = new Set([...required, ...optional]);
  if (Object.keys(json).some((key) => !known.has(key))) throw new Damaged(`${name} has more keys`);
  return json;
}

/** A text that is not empty and not too long; throws `Damaged`. */
export function text(json: JsonObject, key: string): string {
  const value = json[key];
  if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT_LENGTH) {
    throw new Damaged(`${key} is no usable text`);
  }
  return value;
}

/** An object name; throws `Damaged`. */
export function oid(json: JsonObject, key: string): Oid {
  const parsed = parseOid(text(json, key));
  if (parsed === undefined) throw new Damaged(`${key} is no oid`);
  return parsed;
}

/** Milliseconds since the epoch; throws `Damaged`. */
export function instant(json: JsonObject, key: string): number {
  const value = json[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new Damaged(`${key} is no instant`);
  }
  return value;
}

/** A list of at most `most` items; throws `Damaged`. */
export function list(json: Json, name: string, most: number): readonly Json[] {
  if (!Array.isArray(json) || json.length > most) throw new Damaged(`${name} is no usable list`);
  return json as readonly Json[]; // An array inside JSON holds JSON.
}
