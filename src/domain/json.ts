/** Any JSON value as `JSON.parse` yields it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object; a key that is missing reads as `undefined`. */
export type JsonObject = { readonly [key: string]: Json };

/** Tells a JSON object from null, arrays and scalars. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a nested property; yields `undefined` where any step is missing or no object. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let node = value;
  for (const key of path) {
    if (!isJsonObject(node)) return undefined;
    node = Object.hasOwn(node, key) ? node[key] : undefined;
  }
  return node;
}

/** Like `at`, for a string; anything else is `undefined`. */
export function stringAt(value: Json | undefined, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** One text per JSON value: keys sorted by code unit, arrays in order, no white space. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}
