import { OBJECT_RULES } from '../../src/api/validate/object-rules.ts';
import { LIST_RULES, TEXT_RULES } from '../../src/api/validate/rules.ts';
import type { Crd, SchemaNode } from './crd-schema.ts';
import { schemaOf } from './crd-schema.ts';

/** A node of a schema, where it stands, and whether it may be missing after defaults. */
export type FoundNode = Readonly<{ path: string; node: SchemaNode; optional: boolean }>;

/** Every node at and below `node`, in the order of the CRD. */
export function nodesOf(node: SchemaNode, path: string, optional = false): readonly FoundNode[] {
  const fields = Object.entries(node.properties ?? {}).flatMap(([name, field]) =>
    nodesOf(field, `${path}.${name}`, !isPresent(node, name)),
  );
  const items = node.items === undefined ? [] : nodesOf(node.items, `${path}[]`);
  return [{ path, node, optional }, ...fields, ...items];
}

/** One line per field: path, type, whether it must be given, default and bounds. For people who review a change. */
export function fieldLines(crd: Crd): readonly string[] {
  const fields = Object.keys(crd.spec.versions[0].schema.openAPIV3Schema.properties ?? {}).filter(
    (field) => !['apiVersion', 'kind', 'metadata'].includes(field),
  );
  return fields.flatMap((field) =>
    nodesOf(schemaOf(crd, field), field).map(({ path, node, optional }) =>
      [path, `<${node.type}>`, ...(optional ? ['optional'] : []), ...facts(node)].join(' '),
    ),
  );
}

function facts(node: SchemaNode): readonly string[] {
  const hidden = new Set(['type', 'description', 'properties', 'required', 'items']);
  return Object.entries(node)
    .filter(([key]) => !hidden.has(key))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`);
}

/** The schema in the terms of `api/validate/shape.ts`, without `form`. */
export function shapeOfSchema(node: SchemaNode): unknown {
  switch (node.type) {
    case 'boolean':
      return { kind: 'flag' };
    case 'string':
      return node.enum === undefined ? textShape(node) : { kind: 'choice', values: node.enum };
    case 'array':
      return listShape(node);
    case 'object':
      return { kind: 'object', fields: fieldShapes(node), ...ruleIds(node) };
    case 'integer':
      return { kind: 'number', minimum: node.minimum, maximum: node.maximum };
  }
}

function textShape({ minLength, maxLength, pattern, ...node }: SchemaNode): unknown {
  return { kind: 'text', minLength, maxLength, pattern, ...ruleIds(node) };
}

function listShape(node: SchemaNode): unknown {
  const { minItems = 0, maxItems, items } = node;
  const [field] = node['x-kubernetes-list-map-keys'] ?? [];
  const byItem = node['x-kubernetes-list-type'] === 'set' ? { unique: { by: 'item' } } : {};
  return {
    kind: 'list',
    minItems,
    maxItems,
    items: items === undefined ? undefined : shapeOfSchema(items),
    ...(field === undefined ? byItem : { unique: { by: 'field', field } }),
    ...ruleIds(node),
  };
}

function fieldShapes(node: SchemaNode): unknown {
  const fields = Object.entries(node.properties ?? {}).map(([name, field]) => {
    const shape = shapeOfSchema(field);
    return [name, isPresent(node, name) ? shape : { kind: 'optional', shape }] as const;
  });
  return Object.fromEntries(fields);
}

function ruleIds(node: Pick<SchemaNode, 'x-kubernetes-validations'>): object {
  const rules = node['x-kubernetes-validations']?.map(({ message }) => {
    const twin = Object.entries({ ...TEXT_RULES, ...LIST_RULES, ...OBJECT_RULES }).find(
      ([, rule]) => rule.message === message,
    );
    return twin?.[0] ?? `no twin of: ${message}`;
  });
  return rules === undefined ? {} : { rules };
}

function isPresent(node: SchemaNode, name: string): boolean {
  return node.required?.includes(name) === true || node.properties?.[name]?.default !== undefined;
}
