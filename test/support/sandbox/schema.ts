import { readFileSync } from 'node:fs';
import type { Dict, Value } from './value.ts';

/** The part of OpenAPI v3 and its Kubernetes extensions that the sandbox acts on. */
export type Schema = {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly properties?: { readonly [name: string]: Schema };
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly nullable?: boolean;
  readonly default?: Value;
  readonly enum?: readonly Value[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: string;
  readonly 'x-kubernetes-patch-strategy'?: string;
  readonly 'x-kubernetes-patch-merge-key'?: string;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  /** Recorded: the server drops a zero value here (Go's omitempty). */
  readonly 'x-omit-zero'?: boolean;
  /** Recorded: this merge key may be left out of an applied item. */
  readonly 'x-key-default'?: Value;
};

/** One resource as discovery lists it. */
export type ApiResource = Readonly<{
  name: string;
  singularName: string;
  namespaced: boolean;
  kind: string;
  verbs: readonly string[];
  group?: string;
  version?: string;
  shortNames?: readonly string[];
  categories?: readonly string[];
  storageVersionHash?: string;
}>;

/** What was recorded of one built-in kind. */
export type RecordedKind = Readonly<{
  schema: string;
  empty: Dict;
  columns: readonly Dict[];
  resources: readonly ApiResource[];
}>;

type Recording = Readonly<{
  kinds: { readonly [gvk: string]: RecordedKind };
  definitions: { readonly [name: string]: Schema };
}>;

const FILE = new URL('data/schema.json', import.meta.url);

/** Rewritten by scripts/record-schema.ts from a real API server. */
export const RECORDING = JSON.parse(readFileSync(FILE, 'utf8')) as Recording; // Our own file.

/** Follows a reference into the recording. */
export function resolve(schema: Schema): Schema {
  return schema.$ref === undefined ? schema : (RECORDING.definitions[schema.$ref] ?? {});
}

/** The schema of what lies below `key`, unless the schema declares nothing there. */
export function childSchema(schema: Schema, key: string): Schema | undefined {
  const property = schema.properties;
  if (property !== undefined && Object.hasOwn(property, key)) return property[key];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** The metadata every object has. */
export const OBJECT_META: Schema = { $ref: 'ObjectMeta' };
