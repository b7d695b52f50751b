import { canonical } from './canonical.ts';
import { childSchema, OBJECT_META, resolve } from './schema.ts';
import type { Schema } from './schema.ts';
import type { Cause } from './status.ts';
import { isDict, textAt } from './value.ts';
import type { Dict, Value } from './value.ts';

/** What becomes of a custom object: whether undeclared fields stay, and nulls where none may be. */
export type Shaping = Readonly<{ preserve: boolean; keepNulls: boolean }>;

/** A custom object without undeclared fields and with its defaults; always a new value. */
export function shapeCustom(object: Dict, schema: Schema, shaping: Shaping): Dict {
  const { metadata, ...rest } = object;
  const kept = shaping.preserve ? rest : prune(rest, schema, true);
  const body = withDefaults(kept, schema, shaping.keepNulls) as Dict; // An object in, an object out.
  const decoding = { kind: textAt(object, 'kind'), version: textAt(object, 'apiVersion') };
  const meta = canonical(metadata ?? {}, OBJECT_META, decoding) as Dict; // ObjectMeta is an object.
  if (meta['creationTimestamp'] === null) delete meta['creationTimestamp'];
  return { ...body, metadata: meta };
}

function prune(value: Value, schema: Schema, root: boolean): Value {
  if (Array.isArray(value)) return value.map((item) => prune(item, schema.items ?? {}, false));
  if (!isDict(value)) return value;
  const keepAll = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const embedded = root || schema['x-kubernetes-embedded-resource'] === true;
  const rest = schema.additionalProperties;
  const out: Dict = {};
  for (const [key, child] of Object.entries(value)) {
    const declared = schema.properties?.[key];
    if (declared !== undefined) out[key] = prune(child, declared, false);
    else if (typeof rest === 'object') out[key] = prune(child, rest, false);
    else if (keepAll || rest === true || (embedded && /^(apiVersion|kind|metadata)$/.test(key))) {
      out[key] = child;
    }
  }
  return out;
}

function withDefaults(value: Value, schema: Schema, keepNulls: boolean): Value {
  const into = (child: Value, below: Schema = {}): Value => withDefaults(child, below, keepNulls);
  if (Array.isArray(value)) return value.map((item) => into(item, schema.items));
  if (!isDict(value)) return value;
  const out: Dict = {};
  for (const [key, child] of Object.entries(value)) {
    const declared = childSchema(schema, key);
    if (!isDropped(child, declared, keepNulls)) out[key] = into(child, declared);
  }
  for (const [key, declared] of Object.entries(schema.properties ?? {})) {
    if (declared.default === undefined || Object.hasOwn(out, key)) continue;
    out[key] = into(structuredClone(declared.default), declared);
  }
  return out;
}

// A null where null is not allowed stands for nothing, and gets the default.
function isDropped(value: Value, schema: Schema | undefined, keepNulls: boolean): boolean {
  if (value !== null || schema === undefined || schema.nullable === true) return false;
  return !keepNulls || schema.default !== undefined;
}

/** What of a custom object breaks its schema, worded as 1.20 does: paths name no list index. */
export function violations(value: Value, named: Schema, path = ''): Cause[] {
  const schema = resolve(named);
  const wrong = typeCause(value, schema, path);
  if (wrong !== undefined) return [wrong];
  if (value === null) return [];
  const own = [...limits(value, schema, path), ...enumCause(value, schema, path)];
  if (Array.isArray(value)) {
    const items = schema.items ?? {};
    return [...own, ...value.flatMap((item) => violations(item, items, path))];
  }
  return isDict(value) ? [...own, ...fieldViolations(value, schema, path)] : own;
}

function fieldViolations(value: Dict, schema: Schema, path: string): Cause[] {
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const missing = (schema.required ?? [])
    .filter((key) => !Object.hasOwn(value, key))
    .map((key) => ({ reason: 'FieldValueRequired', message: 'Required value', field: below(key) }));
  const rest = schema.additionalProperties;
  const found = Object.entries(value).flatMap(([key, child]) => {
    if (path === '' && key === 'metadata') return [];
    const declared = schema.properties?.[key] ?? (typeof rest === 'object' ? rest : undefined);
    return declared === undefined ? [] : violations(child, declared, below(key));
  });
  return [...missing, ...found];
}

function typeName(value: Value): string {
  if (value === null || Array.isArray(value)) return value === null ? 'null' : 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function typeCause(value: Value, schema: Schema, path: string): Cause | undefined {
  const { type } = schema;
  const actual = typeName(value);
  if (value === null && schema.nullable === true) return undefined;
  if (schema['x-kubernetes-int-or-string'] === true) {
    return /^(integer|string)$/.test(actual)
      ? undefined
      : wrongType('integer,string', actual, path);
  }
  if (type === undefined || type === actual || (type === 'number' && actual === 'integer'))
    return undefined;
  return wrongType(type, actual, path);
}

function wrongType(type: string, actual: string, path: string): Cause {
  const text = `Invalid value: "${actual}": ${path} in body must be of type ${type}: "${actual}"`;
  return { reason: 'FieldValueInvalid', message: text, field: path };
}

function enumCause(value: Value, schema: Schema, path: string): Cause[] {
  if (schema.enum === undefined || schema.enum.includes(value)) return [];
  const list = schema.enum.map((item) => JSON.stringify(item)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
  return [{ reason: 'FieldValueNotSupported', message, field: path }];
}

function limits(value: Value, schema: Schema, path: string): Cause[] {
  const out: Cause[] = [];
  const check = (broken: boolean, rule: string): void => {
    if (!broken) return;
    const shown = Array.isArray(value) ? value.length : JSON.stringify(value);
    const message = `Invalid value: ${shown}: ${path} in body ${rule}`;
    out.push({ reason: 'FieldValueInvalid', message, field: path });
  };
  if (typeof value === 'string') {
    const length = Array.from(value).length;
    const { minLength = 0, maxLength = Infinity, pattern } = schema;
    check(length > maxLength, `should be at most ${maxLength} chars long`);
    check(length < minLength, `should be at least ${minLength} chars long`);
    check(
      pattern !== undefined && !new RegExp(pattern, 'u').test(value),
      `should match '${pattern}'`,
    );
  } else if (typeof value === 'number') {
    const { minimum = -Infinity, maximum = Infinity } = schema;
    check(value > maximum, `should be less than or equal to ${maximum}`);
    check(value < minimum, `should be greater than or equal to ${minimum}`);
  } else if (Array.isArray(value)) {
    const { minItems = 0, maxItems = Infinity } = schema;
    check(value.length > maxItems, `should have at most ${maxItems} items`);
    check(value.length < minItems, `should have at least ${minItems} items`);
  }
  return out;
}

/** Items of sets and of keyed lists that come twice. */
export function duplicates(value: Value, named: Schema, path = ''): Cause[] {
  const schema = resolve(named);
  if (Array.isArray(value)) {
    const own = /^(set|map)$/.test(schema['x-kubernetes-list-type'] ?? '');
    const seen = new Set<string>();
    return value.flatMap((item, index) => {
      const place = `${path}[${index}]`;
      const key = own ? keyOf(item, schema['x-kubernetes-list-map-keys']) : `${index}`;
      const twice = seen.has(key);
      seen.add(key);
      const found = duplicates(item, schema.items ?? {}, place);
      const cause = {
        reason: 'FieldValueDuplicate',
        message: `Duplicate value: ${key}`,
        field: place,
      };
      return twice ? [cause, ...found] : found;
    });
  }
  if (!isDict(value)) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    duplicates(child, childSchema(schema, key) ?? {}, path === '' ? key : `${path}.${key}`),
  );
}

// As Go prints the key with %#v.
function keyOf(item: Value, keys: readonly string[] | undefined): string {
  if (keys === undefined || !isDict(item)) return JSON.stringify(item);
  const parts = keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(item[key] ?? null)}`);
  return `map[string]interface {}{${parts.join(', ')}}`;
}
