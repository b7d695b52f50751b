import { badRequest } from './status.ts';
import { dictAt, textAt } from './value.ts';
import type { Dict } from './value.ts';

/** Tells whether an object is selected. */
export type Selector = (object: Dict) => boolean;

const SET = /^([^\s!=,]+)\s+(in|notin)\s+\(([^)]*)\)$/;
const EQUAL = /^([^\s!=,]+)\s*(==|=|!=)\s*(.*)$/;
const TOKEN = /(?:\([^)]*\)|[^,(])+/g;

/** A label selector in the text form of query parameters. */
export function labelSelector(text: string): Selector {
  const tests = (text.match(TOKEN) ?? []).map((token) => requirement(token.trim()));
  return (object) => {
    const labels = dictAt(object, 'metadata', 'labels');
    return tests.every((test) => test(labels));
  };
}

function requirement(token: string): (labels: Dict) => boolean {
  const set = SET.exec(token);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = new Set(list.split(',').map((value) => value.trim()));
    const inside = (labels: Dict): boolean => values.has(textAt(labels, key));
    if (operator === 'in') return (labels) => Object.hasOwn(labels, key) && inside(labels);
    return (labels) => !Object.hasOwn(labels, key) || !inside(labels);
  }
  const equal = EQUAL.exec(token);
  if (equal !== null) {
    const [, key = '', operator, value] = equal;
    if (operator === '!=') return (labels) => labels[key] !== value;
    return (labels) => labels[key] === value;
  }
  if (token.startsWith('!')) return (labels) => !Object.hasOwn(labels, token.slice(1).trim());
  return (labels) => Object.hasOwn(labels, token);
}

const COMMON = ['metadata.name', 'metadata.namespace'];
const BY_KIND: { readonly [kind: string]: readonly string[] } = {
  Event: [
    ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
      (name) => `involvedObject.${name}`,
    ),
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  Secret: ['type'],
  Namespace: ['status.phase'],
};

const OWN_WORDS = /^(Event|Secret|Namespace)$/;

function unknownField(key: string, kind: string): string {
  if (kind === '' || OWN_WORDS.test(kind)) return `field label not supported: ${key}`;
  const names = COMMON.map((name) => JSON.stringify(name)).join(', ');
  return `${JSON.stringify(key)} is not a known field selector: only ${names}`;
}

/** A field selector; only the fields that the API server knows for the kind ('' for a custom one). Throws a 400. */
export function fieldSelector(text: string, kind: string): Selector {
  const known = new Set([...COMMON, ...(BY_KIND[kind] ?? [])]);
  const tests = (text.match(TOKEN) ?? []).map((token) => {
    const [, key = '', operator, value = ''] = EQUAL.exec(token.trim()) ?? [];
    if (!known.has(key)) throw badRequest(unknownField(key, kind));
    const path = key === 'source' ? ['source', 'component'] : key.split('.');
    return (object: Dict) => (textAt(object, ...path) === value) === (operator !== '!=');
  });
  return (object) => tests.every((test) => test(object));
}
