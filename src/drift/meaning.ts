import { canonicalJson, isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { parseQuantity } from './quantity.ts';

/** Fields whose values, or whose map's values, are quantities in the built-in kinds. */
const QUANTITY_FIELDS = new Set([
  ...['limits', 'requests', 'capacity', 'hard', 'overhead', 'podFixed', 'sizeLimit', 'divisor'],
  ...['default', 'defaultRequest', 'max', 'min', 'maxLimitRequestRatio'],
  ...['cpu', 'memory', 'storage', 'ephemeral-storage', 'averageValue', 'targetAverageValue'],
]);

/** Booleans whose absence does not mean false: dropping `false` changes what the object does. */
const NOT_FALSE_WHEN_ABSENT = new Set([
  'automountServiceAccountToken',
  'enableServiceLinks',
  'allowPrivilegeEscalation',
  'setHostnameAsFQDN',
  'shareProcessNamespace',
]);

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/**
 * Does the server's value mean what Git's means? The server spells quantities and times in its own
 * way, drops empty values and fills defaults into what is owned as a whole; nothing else is the same.
 * `field` is the name of the field that holds the value.
 */
export function sameMeaning(
  git: Json | undefined,
  server: Json | undefined,
  field: string,
): boolean {
  if (isAbsent(server)) return isAbsent(git) || isDroppable(git, field);
  if (isAbsent(git)) return false;
  if (Array.isArray(git)) return sameList(git as readonly Json[], server, field);
  if (isJsonObject(git)) return isJsonObject(server) && contains(git, server, field);
  if (canonicalJson(git ?? null) === canonicalJson(server ?? null)) return true;
  return sameQuantity(git, server, field) || sameInstant(git, server);
}

function isAbsent(value: Json | undefined): value is null | undefined {
  return value === undefined || value === null;
}

/** `omitempty`: the zero values that the server does not store. */
function isDroppable(git: Json | undefined, field: string): boolean {
  if (git === false) return !NOT_FALSE_WHEN_ABSENT.has(field);
  if (git === '' || git === 0) return true;
  if (Array.isArray(git)) return git.length === 0;
  return isJsonObject(git) && Object.values(git).every((value) => isDroppable(value, field));
}

function sameList(git: readonly Json[], server: Json | undefined, field: string): boolean {
  if (!Array.isArray(server) || server.length !== git.length) return false;
  return git.every((item, at) => sameMeaning(item, (server as readonly Json[])[at], field));
}

/** What Git says is there in the same sense; more may be there, from defaults. */
function contains(git: JsonObject, server: JsonObject, field: string): boolean {
  const inherited = QUANTITY_FIELDS.has(field) ? field : undefined;
  return Object.entries(git).every(([name, value]) =>
    sameMeaning(value, Object.hasOwn(server, name) ? server[name] : undefined, inherited ?? name),
  );
}

function sameQuantity(git: Json | undefined, server: Json | undefined, field: string): boolean {
  if (!QUANTITY_FIELDS.has(field)) return false;
  const [left, right] = [parseQuantity(git), parseQuantity(server)];
  return left !== undefined && left === right;
}

function sameInstant(git: Json | undefined, server: Json | undefined): boolean {
  if (typeof git !== 'string' || typeof server !== 'string') return false;
  if (!TIMESTAMP.test(git) || !TIMESTAMP.test(server)) return false;
  return Date.parse(git) === Date.parse(server);
}
