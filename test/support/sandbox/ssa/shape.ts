import { resolve } from '../schema.ts';
import type { Schema } from '../schema.ts';
import { isDict } from '../value.ts';
import type { Dict, Value } from '../value.ts';

/**
 * How server-side apply sees a value: by its schema, or untyped where none is declared (a `deduced`
 * map is granular, an atomic one is a leaf).
 */
export type Shape =
  | { readonly kind: 'scalar'; readonly type: 'string' | 'number' | 'boolean' | 'any' }
  | {
      readonly kind: 'list';
      readonly element: Shape;
      readonly keys: readonly string[] | 'atomic';
      readonly schema: Schema;
    }
  | {
      readonly kind: 'map';
      readonly schema: Schema;
      readonly preserve: boolean;
      readonly atomic: boolean;
    }
  | { readonly kind: 'untyped'; readonly deduced: boolean };

const SCALARS: { readonly [type: string]: 'string' | 'number' | 'boolean' } = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
};
const cache = new WeakMap<Schema, Map<boolean, Shape>>();

/** The shape of a schema; `preserve` when undeclared fields are allowed around it. */
export function shapeOf(schema: Schema, preserve: boolean): Shape {
  let known = cache.get(schema);
  if (known === undefined) cache.set(schema, (known = new Map()));
  let shape = known.get(preserve);
  if (shape === undefined) known.set(preserve, (shape = build(resolve(schema), preserve)));
  return shape;
}

/** The shape of a whole object without a usable schema: every map granular, every list a leaf. */
export const DEDUCED: Shape = { kind: 'untyped', deduced: true };

function build(schema: Schema, preserve: boolean): Shape {
  const type = schema.type;
  if (schema.properties !== undefined || type === 'object') {
    const own = preserve || schema['x-kubernetes-preserve-unknown-fields'] === true;
    const inherited = schema.properties === undefined ? preserve : own;
    const atomic = schema['x-kubernetes-map-type'] === 'atomic';
    return { kind: 'map', schema, preserve: inherited, atomic };
  }
  if (type === 'array') {
    const element = shapeOf(schema.items ?? {}, preserve);
    return { kind: 'list', element, keys: listKeys(schema), schema };
  }
  const scalar = type === undefined ? undefined : SCALARS[type];
  if (scalar === undefined) return { kind: 'untyped', deduced: preserve };
  const free = scalar === 'string' && !/^(byte|quantity|)$/.test(schema.format ?? '');
  return { kind: 'scalar', type: free ? 'any' : scalar };
}

function listKeys(schema: Schema): readonly string[] | 'atomic' {
  const type = schema['x-kubernetes-list-type'];
  if (type === 'map') return schema['x-kubernetes-list-map-keys'] ?? [];
  if (type === 'set') return [];
  if (type !== undefined) return 'atomic';
  if (schema['x-kubernetes-patch-strategy']?.startsWith('merge') !== true) return 'atomic';
  const key = schema['x-kubernetes-patch-merge-key'];
  return key === undefined ? [] : [key];
}

/** What a shape is when it meets `value`. */
export type Atom = 'scalar' | 'list' | 'map';

/** An untyped value is what it looks like; null and nothing count as a map. */
export function atomOf(shape: Shape, value: Value | undefined): Atom {
  if (shape.kind !== 'untyped') return shape.kind;
  if (value === undefined || value === null || isDict(value)) return 'map';
  return Array.isArray(value) ? 'list' : 'scalar';
}

/** Whether a list or map is one leaf. */
export function isAtomic(shape: Shape, atom: Atom): boolean {
  if (shape.kind === 'untyped') return atom === 'list' || !shape.deduced;
  if (shape.kind === 'list') return shape.keys === 'atomic';
  return shape.kind === 'map' && shape.atomic;
}

/** Whether the map declares the field, so that its presence alone is no membership. */
export function declares(shape: Shape, key: string): boolean {
  return shape.kind === 'map' && Object.hasOwn(shape.schema.properties ?? {}, key);
}

/** The shape of a field; undefined where the schema knows no such field. */
export function fieldShape(shape: Shape, key: string): Shape | undefined {
  if (shape.kind === 'untyped') return shape;
  if (shape.kind !== 'map') return undefined;
  const properties = shape.schema.properties;
  if (properties !== undefined && Object.hasOwn(properties, key)) {
    const declared = properties[key];
    if (declared !== undefined) return shapeOf(declared, shape.preserve);
  }
  const rest = shape.schema.additionalProperties;
  if (typeof rest === 'object') return shapeOf(rest, shape.preserve);
  if (properties === undefined || shape.preserve)
    return { kind: 'untyped', deduced: shape.preserve };
  return undefined;
}

/** The shape of an item. */
export function itemShape(shape: Shape): Shape {
  return shape.kind === 'list' ? shape.element : { kind: 'untyped', deduced: false };
}

/** The step that names an item of an associative list, or why it has none. */
export function itemStep(
  shape: Shape,
  index: number,
  item: Value,
): string | { readonly error: string } {
  if (shape.kind !== 'list' || shape.keys === 'atomic') return `i:${index}`;
  if (shape.keys.length === 0) {
    if (item === null)
      return { error: "associative list without keys has an element that's an explicit null" };
    if (isDict(item))
      return { error: "associative list without keys has an element that's a map type" };
    if (Array.isArray(item))
      return { error: 'not supported: associative list with lists as elements' };
    return `v:${JSON.stringify(item)}`;
  }
  if (item === null) return { error: 'associative list with keys may not have a null element' };
  if (!isDict(item)) return { error: 'associative list with keys may not have non-map elements' };
  const key: Dict = {};
  for (const name of shape.keys.toSorted()) {
    const value = item[name] ?? keyDefault(shape.element, name);
    if (value === undefined) {
      return {
        error: `associative list with keys has an element that omits key field ${JSON.stringify(name)} (and doesn't have default value)`,
      };
    }
    key[name] = value;
  }
  return `k:${JSON.stringify(key)}`;
}

function keyDefault(element: Shape, name: string): Value | undefined {
  if (element.kind !== 'map') return undefined;
  const property = element.schema.properties?.[name];
  return property?.['x-key-default'];
}
