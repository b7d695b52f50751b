import { isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { ok } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { invalid } from './fault.ts';
import type { Fault } from './fault.ts';

/** A path in a kustomization; `tree` stands for every file below, `base` for a directory with its own. */
export type Reference = Readonly<{
  /** Where it is written, for people: `patches[0].path`. */
  field: string;
  path: string;
  as: 'resource' | 'base' | 'file' | 'tree';
}>;

type Found = Result<readonly Reference[], Fault>;
type Reader = (value: Json, field: string) => Found;

/** No reader: the field names no file. */
const none: Reader = () => ok([]);

/** One path as text; text of several lines is a document in place, not a path. */
const one =
  (as: Reference['as'], inPlace = false): Reader =>
  (value, field) => {
    if (typeof value !== 'string' || value === '') return invalid(`${field} is no path`);
    if (inPlace && value.includes('\n')) return ok([]);
    return ok([{ field, path: value, as }]);
  };

/** `path` or `key=path`. */
const keyed: Reader = (value, field) => {
  const parts = typeof value === 'string' ? value.split('=') : [];
  const path = parts.at(-1);
  if (path === undefined || parts.length > 2 || parts.includes('')) {
    return invalid(`${field} is neither path nor key=path`);
  }
  return ok([{ field, path, as: 'file' }]);
};

const each =
  (reader: Reader): Reader =>
  (value, field) => {
    if (!Array.isArray(value)) return invalid(`${field} is no list`);
    const items: readonly Json[] = value;
    return collect(items.map((item, i) => reader(item, `${field}[${i}]`)));
  };

/**
 * A map with exactly these members. kustomize reads names in any case, so a name that is not known
 * letter by letter could still name a file and is refused.
 */
const members =
  (readers: Readonly<Record<string, Reader>>): Reader =>
  (value, field) => {
    if (!isJsonObject(value)) return invalid(`${field} is no map`);
    return collect(
      Object.entries(value).map(([name, inner]) => {
        const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
        const at = field === '' ? name : `${field}.${name}`;
        if (reader === undefined) {
          return invalid(`${field === '' ? 'it' : field} has a field that gitward does not know`);
        }
        return isEmpty(inner) ? ok([]) : reader(inner, at);
      }),
    );
  };

function collect(found: readonly Found[]): Found {
  const references: Reference[] = [];
  for (const part of found) {
    if (!part.ok) return part;
    references.push(...part.value);
  }
  return ok(references);
}

const plain = (...names: readonly string[]): Readonly<Record<string, Reader>> =>
  Object.fromEntries(names.map((name) => [name, none]));

const file = one('file');
const patch = members({ path: file, ...plain('patch', 'target', 'options') });
const generator = each(
  members({
    ...{ files: each(keyed), envs: each(file), env: file },
    ...plain('name', 'namespace', 'behavior', 'literals', 'options', 'type'),
  }),
);

const HELM_CHART = plain(
  ...['name', 'version', 'repo', 'releaseName', 'namespace', 'valuesInline', 'valuesMerge'],
  ...['includeCRDs', 'skipHooks', 'skipTests', 'apiVersions', 'kubeVersion', 'nameTemplate'],
  ...['debug', 'devel'],
);
const INFLATION = plain(
  ...['chartName', 'chartVersion', 'chartRepoUrl', 'chartRepo', 'chartHome', 'releaseName'],
  ...['releaseNamespace', 'valuesInline', 'valuesLocal', 'valuesMerge', 'includeCRDs'],
  ...['extraArgs', 'helmBin', 'helmHome'],
);

/** Every field that kustomize knows, and the files it names. */
const FIELDS = {
  ...plain('apiVersion', 'kind', 'metadata'),
  ...plain('namePrefix', 'nameSuffix', 'namespace', 'commonLabels', 'labels', 'commonAnnotations'),
  ...plain('images', 'imageTags', 'replicas', 'vars', 'sortOptions', 'generatorOptions'),
  ...plain('buildMetadata'),
  resources: each(one('resource')),
  bases: each(one('base')),
  components: each(one('base')),
  crds: each(file),
  configurations: each(file),
  patches: each((value, field) => (typeof value === 'string' ? file : patch)(value, field)),
  patchesStrategicMerge: each(one('file', true)),
  patchesJson6902: each(patch),
  configMapGenerator: generator,
  secretGenerator: generator,
  replacements: each(members({ path: file, ...plain('source', 'targets') })),
  generators: each(one('resource', true)),
  transformers: each(one('resource', true)),
  validators: each(one('resource', true)),
  helmGlobals: members(plain('chartHome', 'configHome')),
  openapi: members({ path: file, ...plain('version') }),
  helmCharts: each(members({ ...HELM_CHART, valuesFile: file, additionalValuesFiles: each(file) })),
  helmChartInflationGenerator: each(members({ ...INFLATION, values: file })),
} as const satisfies Readonly<Record<string, Reader>>;

/** Reads every path a kustomization names; an unknown field or a wrong type is `ManifestInvalid`. */
export function readReferences(kustomization: JsonObject): Found {
  return members(FIELDS)(kustomization, '');
}

/** Says nothing: null, '', an empty list or map. */
export function isEmpty(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}
