import type { Json, JsonObject } from '../domain/json.ts';
import { printable } from '../domain/stop.ts';
import type { OwnedField, OwnedItem, OwnedValue } from './projection.ts';
import type { Keeping } from './values.ts';

/** A place in an object: for people, and as steps of `fieldsV1`. */
export type Place = Readonly<{ path: string; steps: readonly string[] }>;

/** The object itself. */
export const ROOT: Place = { path: '', steps: [] };

/** Longest part of a path shown, in UTF-16 code units: names come from the cluster. */
export const MAX_PART_LENGTH = 128;

/** Longest path shown, in UTF-16 code units. */
export const MAX_PATH_LENGTH = 512;

/** A field of it: `/spec`; `~` and `/` in the name are escaped as in a JSON pointer (RFC 6901). */
export function inField({ path, steps }: Place, { name, step }: Omit<OwnedField, 'owned'>): Place {
  const part = shown(name).replaceAll('~', '~0').replaceAll('/', '~1');
  return { path: bounded(`${path}/${part}`), steps: [...steps, step] };
}

/** An item of it, by its keys: `[name=web]`. */
export function inItem({ path, steps }: Place, { key, step }: OwnedItem): Place {
  return { path: bounded(`${path}${formatKey(key)}`), steps: [...steps, step] };
}

/** A member of it: `[="a"]`; of a Secret neither the member nor its step is told. */
export function inSet(
  { path, steps }: Place,
  { value, step }: OwnedValue,
  keeping: Keeping,
): Place {
  if (keeping === 'secret') return { path: bounded(`${path}[…]`), steps };
  return { path: bounded(`${path}[=${formatScalar(value)}]`), steps: [...steps, step] };
}

function formatKey(key: JsonObject): string {
  const parts = Object.entries(key).map(([name, value]) => `${shown(name)}=${formatScalar(value)}`);
  return `[${parts.join(',')}]`;
}

function formatScalar(value: Json): string {
  return shown(typeof value === 'string' ? value : JSON.stringify(value));
}

function shown(text: string): string {
  return cut(printable(text), MAX_PART_LENGTH);
}

function bounded(path: string): string {
  return cut(path, MAX_PATH_LENGTH);
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
