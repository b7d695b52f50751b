import { readFileSync } from 'node:fs';
import { Environment } from '@marcbachmann/cel-js';
import { parse } from 'yaml';

/** One CEL rule as the CRD states it. */
export type CelRule = Readonly<{ rule: string; message: string }>;

/** One node of a structural schema (apiextensions.k8s.io/v1), as far as gitward's CRDs use it. */
export type SchemaNode = Readonly<{
  type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  description?: string;
  default?: unknown;
  enum?: readonly string[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: SchemaNode;
  properties?: Readonly<Record<string, SchemaNode>>;
  required?: readonly string[];
  'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  'x-kubernetes-list-map-keys'?: readonly string[];
  'x-kubernetes-validations'?: readonly CelRule[];
}>;

/** A CRD with one version. */
export type Crd = Readonly<{
  metadata: Readonly<{ name: string }>;
  spec: Readonly<{
    group: string;
    scope: string;
    names: Readonly<{ kind: string; plural: string }>;
    versions: readonly [
      Readonly<{
        name: string;
        subresources?: unknown;
        schema: Readonly<{ openAPIV3Schema: SchemaNode }>;
      }>,
    ];
  }>;
}>;

/** What the schema or one of its CEL rules holds against a value. */
export type Breach = Readonly<
  { path: string; by: 'schema'; keyword: string } | { path: string; by: 'cel'; message: string }
>;

/** The CRD in `crds/<plural>.yaml`. */
export function readCrd(plural: string): Crd {
  const file = new URL(`../../crds/${plural}.yaml`, import.meta.url);
  return parse(readFileSync(file, 'utf8')) as Crd; // Our own file; the tests check its shape.
}

/** The schema of one top-level field: `spec` or `status`. */
export function schemaOf(crd: Crd, field: string): SchemaNode {
  const node = crd.spec.versions[0].schema.openAPIV3Schema.properties?.[field];
  if (node === undefined) throw new Error(`${crd.metadata.name} has no ${field}`);
  return node;
}

/** What the API server stores: unknown fields pruned, nulls dropped, defaults put in. */
export function withDefaults(node: SchemaNode, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = node;
    return items === undefined ? value : value.map((item) => withDefaults(items, item));
  }
  if (!isRecord(value)) return value;
  const fields = Object.entries(node.properties ?? {}).map(([name, field]) => {
    const given = Object.hasOwn(value, name) ? (value[name] ?? undefined) : undefined;
    return [name, withDefaults(field, given === undefined ? field.default : given)] as const;
  });
  return Object.fromEntries(fields.filter(([, field]) => field !== undefined));
}

/** Everything that breaks the schema, and the CEL rules of every node that does not. */
export function breaches(node: SchemaNode, value: unknown, path: string): readonly Breach[] {
  const broken = brokenKeyword(node, value);
  if (broken !== undefined) return [{ path, by: 'schema', keyword: broken }];
  const inside = [...insideObject(node, value, path), ...insideList(node, value, path)];
  if (inside.some((breach) => breach.by === 'schema')) return inside;
  const rules = node['x-kubernetes-validations'] ?? [];
  const failed = rules.filter(({ rule }) => !celHolds(rule, value));
  return [...inside, ...failed.map(({ message }): Breach => ({ path, by: 'cel', message }))];
}

/** Evaluates one rule as the API server does; an error in it counts as broken. */
export function celHolds(rule: string, self: unknown): boolean {
  try {
    return CEL.evaluate(rule, { self: escaped(self) }) === true;
  } catch {
    return false;
  }
}

const CEL = new Environment({ unlistedVariablesAreDyn: true });

const TYPES = {
  object: isRecord,
  array: Array.isArray,
  string: (value: unknown) => typeof value === 'string',
  integer: Number.isSafeInteger,
  boolean: (value: unknown) => typeof value === 'boolean',
} as const;

function brokenKeyword(node: SchemaNode, value: unknown): string | undefined {
  if (!TYPES[node.type](value)) return 'type';
  if (typeof value === 'string') return brokenText(node, value);
  if (Array.isArray(value)) {
    const { minItems = 0, maxItems = Infinity } = node;
    return value.length < minItems || value.length > maxItems ? 'items' : undefined;
  }
  if (typeof value !== 'number') return undefined;
  const { minimum = -Infinity, maximum = Infinity } = node;
  return value < minimum || value > maximum ? 'range' : undefined;
}

function brokenText(node: SchemaNode, text: string): string | undefined {
  const { minLength = 0, maxLength = Infinity, pattern } = node;
  const length = Array.from(text).length;
  if (length < minLength || length > maxLength) return 'length';
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(text)) return 'pattern';
  return node.enum?.includes(text) === false ? 'enum' : undefined;
}

function insideObject(node: SchemaNode, value: unknown, path: string): readonly Breach[] {
  if (!isRecord(value)) return [];
  return Object.entries(node.properties ?? {}).flatMap(([name, field]): readonly Breach[] => {
    const at = `${path}.${name}`;
    if (Object.hasOwn(value, name)) return breaches(field, value[name], at);
    return node.required?.includes(name) === true
      ? [{ path: at, by: 'schema', keyword: 'required' }]
      : [];
  });
}

function insideList(node: SchemaNode, value: unknown, path: string): readonly Breach[] {
  const { items } = node;
  if (!Array.isArray(value) || items === undefined) return [];
  const keyOf = identityOf(node);
  const keys = value.map(keyOf);
  return value.flatMap((item, at): readonly Breach[] => {
    const inside = breaches(items, item, `${path}[${at}]`);
    const repeated = keys[at] !== undefined && keys.indexOf(keys[at]) < at;
    const twice: Breach = { path: `${path}[${at}]`, by: 'schema', keyword: 'duplicate' };
    return repeated ? [...inside, twice] : inside;
  });
}

function identityOf(node: SchemaNode): (item: unknown) => unknown {
  const [key] = node['x-kubernetes-list-map-keys'] ?? [];
  if (key !== undefined) return (item) => (isRecord(item) ? item[key] : undefined);
  return node['x-kubernetes-list-type'] === 'set' ? (item) => item : () => undefined;
}

/** Field names that CEL reserves are written between underscores (KEP-2876). */
function escaped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(escaped);
  if (!isRecord(value)) return value;
  const fields = Object.entries(value).map(([name, field]) => {
    return [name === 'namespace' ? '__namespace__' : name, escaped(field)];
  });
  return Object.fromEntries(fields);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
