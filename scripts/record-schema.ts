/**
 * Rewrites test/support/sandbox/data/schema.json from the real kube-apiserver: types, merge keys and
 * quantities from its /openapi/v2; defaults and dropped zero values from dry-run creates of the
 * samples beside it; discovery entries and table columns as they are.
 *   tsx scripts/record-schema.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { startControlPlane } from '../test/support/controlplane.ts';
import { at, dictAt, isDict, listAt, same, show, textAt } from '../test/support/sandbox/value.ts';
import type { Dict, Value } from '../test/support/sandbox/value.ts';

type Path = readonly string[];
type Visit = (definition: string, node: Dict, path: Path) => void;
type Probe = { readonly definition: string; readonly key: string; readonly path: Path };

const DATA = new URL('../test/support/sandbox/data/', import.meta.url);
const KEPT = /^(type|format|required|x-kubernetes-(list|map|patch)-.*)$/;
const SYSTEM = /^(uid|resourceVersion|creationTimestamp|managedFields|generation|name|namespace)$/;
const ALLOCATED = /^(clusterIPs?|nodePort|ipFamilies|ipFamilyPolicy|secrets)$/;
const NO_TIME: Dict = { creationTimestamp: null };
const ZERO: Dict = { string: '', integer: 0, number: 0, boolean: false, array: [], object: {} };

const samples = JSON.parse(readFileSync(new URL('samples.json', DATA), 'utf8')) as {
  [path: string]: Dict; // Our own file: one object per collection path.
};
const definitions: { [name: string]: Dict } = {};
const kinds: {
  [gvk: string]: { schema: string; empty: Value; columns: Value[]; resources: Value[] };
} = {};
const probed = new Set<string>();
const plane = await startControlPlane({ controllers: false });

async function call(
  path: string,
  body?: Dict,
  apply = false,
): Promise<{ status: number; answer: Dict }> {
  const type = apply ? 'application/apply-patch+yaml' : 'application/json';
  const { status, text } = await plane.call('admin', {
    method: apply ? 'PATCH' : 'POST',
    path,
    body,
    headers: { 'content-type': type },
  });
  return { status, answer: JSON.parse(text) as Dict }; // An object or a Status.
}

async function get(path: string, accept = 'application/json'): Promise<Dict> {
  const { text } = await plane.call('admin', { method: 'GET', path, headers: { accept } });
  return JSON.parse(text) as Dict; // Discovery, OpenAPI and tables are objects.
}

const openapi = dictAt(await get('/openapi/v2'), 'definitions');

function reduce(node: Dict): Dict {
  const out: Dict = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === '$ref') out[key] = include(show(value).replace('#/definitions/', ''));
    else if (KEPT.test(key)) out[key] = value;
    else if (/^(items|additionalProperties)$/.test(key)) out[key] = reduce(dictAt(value));
    else if (key === 'properties') {
      const entries = Object.entries(dictAt(value));
      out[key] = Object.fromEntries(entries.map(([name, child]) => [name, reduce(dictAt(child))]));
    }
  }
  return out;
}

function include(full: string): string {
  const name = full.slice(full.lastIndexOf('.') + 1);
  if (definitions[name] !== undefined) return name;
  const definition: Dict = {};
  definitions[name] = definition;
  Object.assign(definition, reduce(dictAt(openapi, full)));
  if (name === 'Quantity') definition['format'] = 'quantity';
  return name;
}

const gvkOf = (sample: Dict): string => `${textAt(sample, 'apiVersion')}/${textAt(sample, 'kind')}`;

function kindOf(sample: Dict): (typeof kinds)[string] {
  const known = kinds[gvkOf(sample)];
  if (known !== undefined) return known;
  const [version, group = ''] = textAt(sample, 'apiVersion').split('/').toReversed();
  const gvk = { group, kind: textAt(sample, 'kind'), version: version ?? '' };
  const found = Object.keys(openapi).find((name) =>
    listAt(openapi, name, 'x-kubernetes-group-version-kind').some((one) => same(one, gvk)),
  );
  const kind = { schema: include(found ?? ''), empty: {}, columns: [], resources: [] };
  kinds[gvkOf(sample)] = kind;
  return kind;
}

/**
 * What an object of the kind holds before anything is set: what the creator does not own of his own
 * object, for a create owns each parent that was not there before.
 */
function emptyOf(value: Value, fields: Dict): Value {
  if (Array.isArray(value)) return null;
  const out: Dict = {};
  for (const [key, child] of Object.entries(dictAt(value))) {
    const owned = fields[`f:${key}`];
    const parent = isDict(owned) && Object.keys(owned).length > 0 && !Object.hasOwn(owned, '.');
    if (key === 'metadata' && (owned === undefined || parent)) out[key] = NO_TIME;
    else if (owned === undefined) out[key] = child;
    else if (parent) out[key] = emptyOf(child, owned);
  }
  return out;
}

/** Calls `visit` for each object of a known definition in `value`, parents first. */
function walk(schema: Dict, value: Value, visit: Visit, path: Path = []): void {
  const definition = textAt(schema, '$ref');
  const node = definition === '' ? schema : (definitions[definition] ?? {});
  if (Array.isArray(value)) {
    value.forEach((item, index) => walk(dictAt(node, 'items'), item, visit, [...path, `${index}`]));
  } else if (isDict(value)) {
    if (definition !== '') visit(definition, value, path);
    const rest = at(node, 'additionalProperties');
    for (const [key, child] of Object.entries(value)) {
      const next = at(node, 'properties', key) ?? rest;
      if (isDict(next)) walk(next, child, visit, [...path, key]);
    }
  }
}

function read(value: Value | undefined, path: Path): Value | undefined {
  return path.reduce<Value | undefined>(
    (node, step) => (Array.isArray(node) ? node[Number(step)] : at(node, step)),
    value,
  );
}

const property = (definition: string, key: string): Dict =>
  dictAt(definitions[definition], 'properties', key);
const isSystem = (path: Path, key: string): boolean =>
  path.length === 1 && path[0] === 'metadata' && SYSTEM.test(key);

async function recordDefaults(path: string, sample: Dict): Promise<void> {
  const kind = kindOf(sample);
  const { status, answer } = await call(`${path}?dryRun=All`, sample);
  if (status !== 201) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  const [entry] = listAt(answer, 'metadata', 'managedFields');
  kind.empty = emptyOf(answer, dictAt(entry, 'fieldsV1'));
  walk({ $ref: kind.schema }, sample, (definition, node, place) => {
    for (const [key, value] of Object.entries(dictAt(read(answer, place)))) {
      if (Object.hasOwn(node, key) || isSystem(place, key) || ALLOCATED.test(key)) continue;
      property(definition, key)['default'] ??= value;
      if (value === null) property(definition, key)['default'] = null;
    }
  });
}

/** Merge keys that may be left out of an applied item, for the server fills them in first. */
async function recordKeyDefaults(path: string, sample: Dict): Promise<void> {
  const query = 'dryRun=All&force=true&fieldManager=record';
  const { status } = await call(
    `${path}/${textAt(sample, 'metadata', 'name')}?${query}`,
    sample,
    true,
  );
  if (status !== 201) return;
  walk({ $ref: kindOf(sample).schema }, sample, (definition) => {
    for (const list of Object.values(dictAt(definitions[definition], 'properties'))) {
      for (const key of listAt(list, 'x-kubernetes-list-map-keys')) {
        const target = property(textAt(list, 'items', '$ref'), show(key));
        if (target['default'] !== undefined) target['x-key-default'] = target['default'];
      }
    }
  });
}

/** Takes over what discovery and tables say about the kind. */
async function recordResource(path: string, sample: Dict): Promise<void> {
  const parts = /^(.*?\/v1)(?:\/namespaces\/default)?\/([a-z]+)$/.exec(path);
  const [, prefix = '', plural = ''] = parts ?? [];
  const names = new Set([plural, `${plural}/status`, `${plural}/scale`]);
  const kind = kindOf(sample);
  const listed = listAt(await get(prefix), 'resources');
  kind.resources = listed.filter((resource) => names.has(textAt(resource, 'name')));
  const table = await get(path, 'application/json;as=Table;v=v1;g=meta.k8s.io');
  kind.columns = listAt(table, 'columnDefinitions');
}

function probesOf(sample: Dict): Probe[] {
  const found: Probe[] = [];
  walk({ $ref: kindOf(sample).schema }, sample, (definition, _node, path) => {
    const keys = Object.keys(dictAt(definitions[definition], 'properties'));
    found.push(...keys.map((key) => ({ definition, key, path })));
  });
  return found.filter(({ path, key }) => !isSystem(path, key));
}

/** Sends the zero value of one property: what does not come back as sent is dropped by the server. */
async function recordOmitted(path: string, sample: Dict, probe: Probe): Promise<void> {
  const { definition, key } = probe;
  const target = property(definition, key);
  const declared = definitions[textAt(target, '$ref')] ?? target;
  const zero = ZERO[textAt(declared, 'type') || 'object'];
  if (zero === undefined || probed.has(`${definition}.${key}`)) return;
  const body = structuredClone(sample);
  Object.assign(dictAt(read(body, probe.path)), { [key]: zero });
  const { status, answer } = await call(`${path}?dryRun=All`, body);
  const kept = same(read(answer, [...probe.path, key]), zero);
  const required = listAt(definitions[definition], 'required').includes(key);
  const omitted = status === 201 ? !kept : !required;
  if (omitted) target['x-omit-zero'] = true;
  else delete target['x-omit-zero'];
  if (status === 201) probed.add(`${definition}.${key}`);
}

try {
  for (const [path, sample] of Object.entries(samples)) await recordDefaults(path, sample);
  for (const [path, sample] of Object.entries(samples)) {
    await recordKeyDefaults(path, sample);
    await recordResource(path, sample);
  }
  for (const [path, sample] of Object.entries(samples)) {
    for (const probe of probesOf(sample)) await recordOmitted(path, sample, probe);
  }
  const recording = { version: plane.version, kinds, definitions };
  writeFileSync(new URL('schema.json', DATA), `${JSON.stringify(recording)}\n`);
  console.log(`${Object.keys(definitions).length} definitions, Kubernetes ${plane.version}`);
} finally {
  await plane.close();
}
