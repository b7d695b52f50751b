/** A JSON value that its holder may still build on; what the store holds is never changed again. */
export type Value = null | boolean | number | string | Value[] | Dict;

/** A JSON object. */
export type Dict = { [key: string]: Value };

/** Tells a JSON object from null, arrays and scalars. */
export function isDict(value: unknown): value is Dict {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a nested property; `undefined` where any step is missing. */
export function at(value: Value | undefined, ...path: readonly string[]): Value | undefined {
  let node = value;
  for (const key of path) {
    if (!isDict(node) || !Object.hasOwn(node, key)) return undefined;
    node = node[key];
  }
  return node;
}

/** Like `at`, for text; anything else reads as ''. */
export function textAt(value: Value | undefined, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** Like `at`, for an object; anything else reads as an empty one. */
export function dictAt(value: Value | undefined, ...path: readonly string[]): Dict {
  const found = at(value, ...path);
  return isDict(found) ? found : {};
}

/** Like `at`, for an array; anything else reads as an empty one. */
export function listAt(value: Value | undefined, ...path: readonly string[]): Value[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** Deep equality of JSON; the order of keys does not matter. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  if (!isDict(a) || !isDict(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
  );
}

/** A copy of `value` without the named keys. */
export function without(value: Dict, ...keys: readonly string[]): Dict {
  const out = { ...value };
  for (const key of keys) delete out[key];
  return out;
}

/** What Go's encoder leaves out under `omitempty`. */
export function isZero(value: Value): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isDict(value)) return Object.keys(value).length === 0;
  return value === null || value === '' || value === 0 || value === false;
}

/** A value inside a text: strings as they are, the rest as JSON. */
export function show(value: Value | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
