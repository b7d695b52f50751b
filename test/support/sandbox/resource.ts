import { createHash } from 'node:crypto';
import { OBJECT_META, RECORDING } from './schema.ts';
import type { ApiResource, RecordedKind, Schema } from './schema.ts';
import { at, listAt, textAt } from './value.ts';
import type { Dict } from './value.ts';

/** A resource in one version, built-in or from a CRD. */
export type Resource = Readonly<{
  group: string;
  version: string;
  plural: string;
  kind: string;
  namespaced: boolean;
  /** Discovery entries: the resource itself first, then its sub-resources. */
  listed: readonly ApiResource[];
  subresources: ReadonlySet<string>;
  schema: Schema;
  /** What an object of the kind holds before anything is set. */
  empty: Dict;
  columns: readonly Dict[];
  /** Set for instances of a CRD: values keep their spelling, unknown fields are pruned. */
  custom?: Readonly<{
    preserve: boolean;
    /** Server-side apply ignores the schema: 1.20 cannot use one that holds an int-or-string. */
    untyped: boolean;
    printer: readonly Dict[];
  }>;
}>;

/** `apps/v1` or `v1`. */
export function apiVersionOf(resource: Pick<Resource, 'group' | 'version'>): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** Under which name all versions of a resource share their objects. */
export function storageOf(resource: Pick<Resource, 'group' | 'plural'>): string {
  return `${resource.group}/${resource.plural}`;
}

function builtin(gvk: string, recorded: RecordedKind): Resource {
  const [kind = '', version = '', group = ''] = gvk.split('/').toReversed();
  const [main] = recorded.resources;
  if (main === undefined) throw new Error(`no resource recorded for ${gvk}`);
  const sub = recorded.resources.slice(1).map(({ name }) => name.slice(main.name.length + 1));
  return {
    group,
    version,
    plural: main.name,
    kind,
    namespaced: main.namespaced,
    listed: recorded.resources,
    subresources: new Set(sub),
    schema: { $ref: recorded.schema },
    empty: recorded.empty,
    columns: recorded.columns,
  };
}

/** The built-in resources, as recorded. */
export function builtinResources(): Resource[] {
  return Object.entries(RECORDING.kinds).map(([gvk, recorded]) => builtin(gvk, recorded));
}

const STORAGE_HASH_BYTES = 8;
const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** The resource that one served version of a CRD defines. */
export function customResource(crd: Dict, version: Dict): Resource {
  const spec = crd['spec'] as CrdSpec; // Validated before it was stored.
  const subresources = new Set(Object.keys((version['subresources'] ?? {}) as Dict)); // An object by its schema.
  const name = version['name'] as string; // Validated before it was stored.
  const { plural, kind, singular = kind.toLowerCase(), shortNames, categories } = spec.names;
  const namespaced = spec.scope === 'Namespaced';
  const main: ApiResource = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: VERBS,
    ...(shortNames === undefined ? {} : { shortNames }),
    ...(categories === undefined ? {} : { categories }),
    storageVersionHash: storageHash(`${spec.group}/${storageVersion(crd)}/${kind}`),
  };
  const status = {
    name: `${plural}/status`,
    singularName: '',
    namespaced,
    kind,
    verbs: ['get', 'patch', 'update'],
  };
  const declared =
    (version['schema'] as { openAPIV3Schema?: Schema } | undefined)?.openAPIV3Schema ?? {}; // Checked as a CRD.
  return {
    group: spec.group,
    version: name,
    plural,
    kind,
    namespaced,
    listed: subresources.has('status') ? [main, status] : [main],
    subresources,
    schema: {
      ...declared,
      properties: {
        ...declared.properties,
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: OBJECT_META,
      },
    },
    empty: { apiVersion: `${spec.group}/${name}`, kind },
    columns: [],
    custom: {
      preserve: spec.preserveUnknownFields === true,
      untyped: JSON.stringify(declared).includes('"x-kubernetes-int-or-string":true'),
      printer: (version['additionalPrinterColumns'] ?? []) as Dict[], // Checked as a CRD.
    },
  };
}

function storageVersion(crd: Dict): string {
  const stored = listAt(crd, 'spec', 'versions').find((version) => at(version, 'storage') === true);
  return textAt(stored, 'name');
}

function storageHash(gvk: string): string {
  const digest = createHash('sha256').update(gvk).digest();
  return digest.subarray(0, STORAGE_HASH_BYTES).toString('base64');
}

type CrdSpec = Readonly<{
  group: string;
  scope: string;
  preserveUnknownFields?: boolean;
  names: {
    plural: string;
    kind: string;
    singular?: string;
    shortNames?: string[];
    categories?: string[];
  };
}> &
  Dict;
