import { conditional } from './defaults.ts';
import { canonicalQuantity } from './quantity.ts';
import { childSchema, resolve } from './schema.ts';
import type { Schema } from './schema.ts';
import { badRequest } from './status.ts';
import { isDict, isZero, show } from './value.ts';
import type { Dict, Value } from './value.ts';

/** What the decoder needs to know to word a refusal. */
export type Decoding = Readonly<{ kind: string; version: string }>;

const ACCEPTED: { readonly [type: string]: (value: Value) => boolean } = {
  string: (value) => typeof value === 'string',
  integer: (value) => typeof value === 'number' && Number.isInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: (value) => Array.isArray(value),
  object: isDict,
};

/**
 * `value` as the server's own types would give it back: undeclared fields and dropped zero values
 * gone, quantities respelled, recorded defaults filled in. Always a new value. Throws a 400.
 */
export function canonical(value: Value, schema: Schema, decoding: Decoding): Value {
  const declared = resolve(schema);
  if (declared.format === 'quantity') return quantity(value, decoding);
  if (declared.format === 'int-or-string') return value;
  const accepts = declared.type === undefined ? undefined : ACCEPTED[declared.type];
  if (accepts !== undefined && !accepts(value)) throw wrongType(decoding, declared.type ?? '');
  if (Array.isArray(value)) {
    const items = declared.items ?? {};
    return value.map((item) => (item === null ? empty(items) : canonical(item, items, decoding)));
  }
  if (!isDict(value)) return value;
  if (declared.properties === undefined && declared.additionalProperties === undefined)
    return value;
  return object(value, schema, decoding);
}

function object(value: Dict, named: Schema, decoding: Decoding): Dict {
  const schema = resolve(named);
  const out: Dict = {};
  for (const [key, raw] of Object.entries(value)) {
    const child = childSchema(schema, key);
    if (child === undefined) continue;
    const declared = schema.properties?.[key] !== undefined;
    if (raw === null && declared) continue;
    const next = raw === null ? empty(child) : canonical(raw, child, decoding);
    if (declared && child['x-omit-zero'] === true && isZero(next)) continue;
    out[key] = next;
  }
  return withDefaults(out, schema, named.$ref ?? '');
}

function withDefaults(out: Dict, schema: Schema, definition: string): Dict {
  const { set = {}, leave = [] } = conditional(definition, out);
  for (const [key, value] of Object.entries(set)) if (!Object.hasOwn(out, key)) out[key] = value;
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    if (child.default === undefined || Object.hasOwn(out, key) || leave.includes(key)) continue;
    out[key] = child.default;
  }
  return out;
}

// Go's zero value of what a null stands for inside a list or map.
function empty(schema: Schema): Value {
  const { type } = resolve(schema);
  if (type === 'string') return '';
  return type === 'object' ? {} : null;
}

function quantity(value: Value, decoding: Decoding): string {
  const spelled = canonicalQuantity(show(value));
  if (spelled === undefined || typeof value === 'boolean' || typeof value === 'object') {
    throw badRequest(
      `${decoding.kind} in version ${JSON.stringify(decoding.version)} cannot be handled as a ${decoding.kind}: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
    );
  }
  return spelled;
}

function wrongType(decoding: Decoding, type: string): Error {
  const { kind, version } = decoding;
  return badRequest(
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: expected ${type}`,
  );
}
