import { cellsOf, columnsOf } from './table.ts';
import { apiVersionOf } from './resource.ts';
import type { Resource } from './resource.ts';
import { dictAt, textAt, without } from './value.ts';
import type { Dict } from './value.ts';

/** In which form objects are answered. */
export type Form =
  | { readonly kind: 'object' }
  | { readonly kind: 'partial'; readonly version: string }
  | { readonly kind: 'table'; readonly version: string; readonly include: string };

// Kept on the object itself, unseen by spread and JSON: a WeakMap of 50,000 costs each collection dearly.
const TEXT = Symbol('text');
const BARE = Symbol('bare');

function kept(object: Dict, key: symbol, make: () => string): string {
  const known: unknown = Reflect.get(object, key);
  if (typeof known === 'string') return known;
  const text = make();
  Reflect.defineProperty(object, key, { value: text });
  return text;
}

const views = new WeakMap<Dict, Dict>();

/** The JSON text of a stored object; made once per state. */
export function textOf(object: Dict): string {
  return kept(object, TEXT, () => JSON.stringify(object));
}

/** A stored object in the version that was asked for. */
export function viewOf(object: Dict, resource: Resource): Dict {
  const apiVersion = apiVersionOf(resource);
  if (object['apiVersion'] === apiVersion) return object;
  const known = views.get(object);
  if (known !== undefined && known['apiVersion'] === apiVersion) return known;
  const view = { ...object, apiVersion };
  views.set(object, view);
  return view;
}

/** The first form of an Accept header that the API server can answer in. */
export function formOf(accept: string, query: URLSearchParams): Form {
  for (const media of accept.split(',')) {
    const [type = '', ...parameters] = media.split(';').map((part) => part.trim());
    const of = (key: string): string =>
      parameters.find((part) => part.startsWith(`${key}=`))?.slice(key.length + 1) ?? '';
    if (type !== 'application/json' || of('g') !== 'meta.k8s.io') {
      if (/^(application\/json|application\/\*|\*\/\*)$/.test(type) && of('as') === '') break;
      continue;
    }
    const version = `meta.k8s.io/${of('v')}`;
    if (of('as') === 'Table') {
      return { kind: 'table', version, include: query.get('includeObject') ?? 'Metadata' };
    }
    if (of('as').startsWith('PartialObjectMetadata')) return { kind: 'partial', version };
  }
  return { kind: 'object' };
}

function partial(object: Dict, version: string): Dict {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: version,
    metadata: dictAt(object, 'metadata'),
  };
}

function table(
  objects: readonly Dict[],
  resource: Resource,
  form: Extract<Form, { kind: 'table' }>,
): Dict {
  const now = Date.now();
  const rows = objects.map((object) => ({
    cells: cellsOf(resource, object, now),
    object: form.include === 'Object' ? object : partial(object, form.version),
  }));
  const shown = form.include === 'None' ? rows.map(({ cells }) => ({ cells, object: null })) : rows;
  return {
    kind: 'Table',
    apiVersion: form.version,
    columnDefinitions: columnsOf(resource),
    rows: shown,
  };
}

/** One object as JSON text. */
export function renderObject(stored: Dict, resource: Resource, form: Form): string {
  const object = viewOf(stored, resource);
  if (form.kind === 'object') return textOf(object);
  if (form.kind === 'partial') return JSON.stringify(partial(object, form.version));
  const { resourceVersion = '' } = dictAt(object, 'metadata');
  return JSON.stringify({ ...table([object], resource, form), metadata: { resourceVersion } });
}

/** A list as JSON text; `metadata` is the list's own. */
export function renderList(
  objects: readonly Dict[],
  resource: Resource,
  form: Form,
  metadata: Dict,
): string {
  const shown = objects.map((object) => viewOf(object, resource));
  if (form.kind === 'table') return JSON.stringify({ ...table(shown, resource, form), metadata });
  if (form.kind === 'partial') {
    const items = shown.length === 0 ? null : shown.map((object) => partial(object, form.version));
    const kind = 'PartialObjectMetadataList';
    return JSON.stringify({ kind, apiVersion: form.version, metadata, items });
  }
  const head = { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata };
  const items = shown.map(resource.custom === undefined ? itemText : textOf);
  return `${JSON.stringify(head).slice(0, -1)},"items":[${items.join(',')}]}`;
}

// Items of a built-in list carry neither kind nor apiVersion.
function itemText(object: Dict): string {
  return kept(object, BARE, () => JSON.stringify(without(object, 'kind', 'apiVersion')));
}

/** The name of an object, for logs and faults. */
export function nameOf(object: Dict): string {
  return textAt(object, 'metadata', 'name');
}
