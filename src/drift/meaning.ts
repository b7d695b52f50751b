import { isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { GroupVersionKind } from '../domain/object-ref.ts';
import { isBuiltIn, isLiteralField, isQuantityField, isZeroAbsent } from './builtin.ts';
import { parseQuantity } from './quantity.ts';

/** Where a value stands, as far as its meaning depends on that. */
export type Setting = Readonly<{
  of: GroupVersionKind;
  /** The name of the field that holds the value, or the list or quantity map around it. */
  field: string;
  /** 0 for the object itself, 1 for its own fields. */
  depth: number;
  /** The server holds this part as a Go struct. */
  builtIn: boolean;
  /** Letter by letter: labels, selectors, data. */
  literal: boolean;
}>;

/** The setting of a whole object. */
export function settingOf(of: GroupVersionKind): Setting {
  return { of, field: '', depth: 0, builtIn: isBuiltIn(of), literal: false };
}

/** The setting of one of its fields. */
export function inside(setting: Setting, name: string): Setting {
  const { of, depth, field } = setting;
  // metadata is a Go struct in custom resources too.
  const builtIn = setting.builtIn || (depth === 0 && name === 'metadata');
  const literal = setting.literal || isLiteralField(of, name, depth + 1);
  const inherits = !literal && builtIn && isQuantityField(of.kind, field);
  return { of, field: inherits ? field : name, depth: depth + 1, builtIn, literal };
}

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/**
 * Does the server's value mean what Git's means? In its own kinds the server spells quantities and
 * times in its own way, drops zero values where absence means the same, and fills defaults into
 * structs; in custom resources it only drops nulls and fills defaults. Nothing else is the same. A
 * null in Git says nothing.
 */
export function sameMeaning(
  git: Json | undefined,
  server: Json | undefined,
  setting: Setting,
): boolean {
  if (git === null) return true;
  if (server === undefined || server === null) return git === undefined || isDropped(git, setting);
  if (git === undefined) return false;
  if (Array.isArray(git)) return sameList(git as readonly Json[], server, setting);
  if (isJsonObject(git)) return isJsonObject(server) && sameObject(git, server, setting);
  if (git === server) return true;
  if (!setting.builtIn || setting.literal) return false;
  return sameQuantity(git, server, setting) || sameInstant(git, server);
}

/** The zero values that the server does not store (`omitempty`). */
function isDropped(git: Json, setting: Setting): boolean {
  if (git === null) return true;
  if (!setting.builtIn) return false;
  // The empty text of one label or one key of data is content; the empty map is not.
  if (setting.literal && typeof git === 'string') return false;
  if (!isZeroAbsent(setting.of.kind, setting.field)) return false;
  if (git === false || git === '' || git === 0) return true;
  if (Array.isArray(git)) return git.length === 0;
  if (!isJsonObject(git)) return false;
  return Object.entries(git).every(([name, value]) => isDropped(value, inside(setting, name)));
}

function sameList(git: readonly Json[], server: Json, setting: Setting): boolean {
  if (!Array.isArray(server) || server.length !== git.length) return false;
  return git.every((item, at) => sameMeaning(item, (server as readonly Json[])[at], setting));
}

/** What Git says is there in the same sense; in structs more may be there, from defaults. */
function sameObject(git: JsonObject, server: JsonObject, setting: Setting): boolean {
  const isMore = (name: string): boolean => !Object.hasOwn(git, name) && server[name] !== null;
  if (setting.literal && Object.keys(server).some(isMore)) return false;
  return Object.entries(git).every(([name, value]) =>
    sameMeaning(
      value,
      Object.hasOwn(server, name) ? server[name] : undefined,
      inside(setting, name),
    ),
  );
}

function sameQuantity(git: Json, server: Json, { of, field }: Setting): boolean {
  if (!isQuantityField(of.kind, field)) return false;
  const [left, right] = [parseQuantity(git), parseQuantity(server)];
  return left !== undefined && left === right;
}

/** Equal in what the server keeps of a time; a text that only looks alike is none. */
function sameInstant(git: Json, server: Json): boolean {
  if (typeof git !== 'string' || typeof server !== 'string') return false;
  if (!TIMESTAMP.test(git) || !TIMESTAMP.test(server)) return false;
  return Date.parse(git) === Date.parse(server);
}

/** Values that say nothing, so that nobody need own them. */
export function saysNothing(git: Json): boolean {
  if (Array.isArray(git)) return git.length === 0;
  return git === null || (isJsonObject(git) && Object.keys(git).length === 0);
}
