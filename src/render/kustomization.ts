import { parseDocuments } from '../document/documents.ts';
import { at, isJsonObject, stringAt } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Manifest } from '../domain/manifest.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import type { Fault } from './fault.ts';
import { invalid } from './fault.ts';
import { isEmpty, readReferences } from './kustomization-fields.ts';
import type { Reference } from './kustomization-fields.ts';
import { documentLimits } from './limits.ts';
import type { RenderLimits } from './limits.ts';

export type { Reference } from './kustomization-fields.ts';

/** What a kustomization reads and whether it changes what it reads. */
export type Kustomization = Readonly<{
  references: readonly Reference[];
  /** A field that does more than name resources; absent when the files as they are are the result. */
  transform?: string;
  /** Plugins are configured, and their configuration may name any file below the directory. */
  readsAll: boolean;
}>;

/** Fields that only put files together. */
const COMPOSING: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'metadata',
  'resources',
  'bases',
]);

const PLUGINS = ['generators', 'transformers', 'validators'] as const;

const KINDS: ReadonlyMap<string, RegExp> = new Map([
  ['Kustomization', /^kustomize\.config\.k8s\.io\/v1(?:beta1)?$/],
  ['Component', /^kustomize\.config\.k8s\.io\/v1alpha1$/],
]);

/** Annotations by which kustomize leaves out, renames or merges objects it reads. */
const STEERING = /^(?:internal\.)?(?:config\.kubernetes\.io|kustomize\.config\.k8s\.io)\//;

/**
 * Reads one kustomization file. Fields that kustomize does not know, and wrong types, are
 * `ManifestInvalid`: what is not understood might name a file.
 */
export function parseKustomization(
  bytes: Uint8Array,
  limits: RenderLimits,
): Result<Kustomization, Fault> {
  const parsed = parseDocuments(bytes, documentLimits(limits));
  if (!parsed.ok) {
    const { kind, line, text } = parsed.stop;
    const reason = kind === 'limit' ? 'RenderLimitExceeded' : 'ManifestInvalid';
    return stopped({ reason, text: `line ${line}: ${text}` });
  }
  const [first, ...more] = parsed.value.documents;
  if (first === undefined || more.length > 0 || !isJsonObject(first.value)) {
    return invalid('not one map; a kustomization is a single document');
  }
  const fault = kindFault(first.value);
  return fault === undefined ? read(first.value) : stopped(fault);
}

function read(kustomization: JsonObject): Result<Kustomization, Fault> {
  const written = readReferences(kustomization);
  if (!written.ok) return written;
  const charts = readCharts(kustomization);
  if (!charts.ok) return charts;
  const references = [...written.value, ...charts.value];
  const set = Object.keys(kustomization).filter((name) => !isEmpty(kustomization[name]));
  const transform =
    stringAt(kustomization, 'kind') === 'Component'
      ? 'kind'
      : set.find((name) => !COMPOSING.has(name));
  if (transform === undefined && references.length === 0) {
    return invalid('it names no resources; nothing would be left of the target');
  }
  return ok({
    references,
    ...(transform === undefined ? {} : { transform }),
    readsAll: PLUGINS.some((name) => set.includes(name)),
  });
}

function kindFault(kustomization: JsonObject): Fault | undefined {
  const [kind, version] = ['kind', 'apiVersion'].map((name) =>
    isEmpty(kustomization[name]) ? '' : (stringAt(kustomization, name) ?? 'no text'),
  );
  const versions = KINDS.get(kind === '' ? 'Kustomization' : (kind ?? ''));
  const known = version === '' || versions?.test(version ?? '') === true;
  if (versions !== undefined && known) return undefined;
  return invalid('neither a Kustomization nor a Component of kustomize.config.k8s.io').stop;
}

/** Charts in the repository are read whole; those of a chart repository are refused. */
function readCharts(kustomization: JsonObject): Result<readonly Reference[], Fault> {
  const home = stringAt(kustomization, 'helmGlobals', 'chartHome');
  const charts = [
    ...listOf(kustomization, 'helmCharts').map((chart) => ({
      ...{ chart, field: 'helmCharts', name: chart['name'], home },
      remote: [chart['repo']],
    })),
    ...listOf(kustomization, 'helmChartInflationGenerator').map((chart) => ({
      ...{ chart, field: 'helmChartInflationGenerator', name: chart['chartName'] },
      home: stringAt(chart, 'chartHome'),
      remote: [chart['chartRepoUrl'], chart['chartRepo']],
    })),
  ];
  const references: Reference[] = [];
  for (const { field, name, home: folder = 'charts', remote } of charts) {
    if (!remote.every(isEmpty)) {
      const text = `${field} names a chart repository; copy the chart into this repository`;
      return stopped({ reason: 'RemoteBaseRefused', text });
    }
    if (typeof name !== 'string' || isEmpty(name)) return invalid(`${field}: a chart has no name`);
    references.push({ field, path: `${folder === '' ? 'charts' : folder}/${name}`, as: 'tree' });
  }
  return ok(references);
}

function listOf(object: JsonObject, name: string): readonly JsonObject[] {
  const list: Json | undefined = at(object, name);
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

/**
 * The annotation of an object that would make kustomize treat it in its own way, `undefined` where
 * there is none. Such an object is not what its file says.
 */
export function kustomizeAnnotation({ object }: Manifest): string | undefined {
  const annotations = at(object, 'metadata', 'annotations');
  return Object.keys(isJsonObject(annotations) ? annotations : {}).find((key) =>
    STEERING.test(key),
  );
}
