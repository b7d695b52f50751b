import { childSchema, resolve } from './schema.ts';
import type { Schema } from './schema.ts';
import { badRequest, Refusal } from './status.ts';
import { isDict, listAt, same, textAt } from './value.ts';
import type { Dict, Value } from './value.ts';

/** RFC 7386. */
export function mergePatch(target: Value | undefined, patch: Value): Value {
  if (!isDict(patch)) return patch;
  const out: Dict = isDict(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key];
    else out[key] = mergePatch(out[key], value);
  }
  return out;
}

const ORDER = '$setElementOrder/';
const DELETE = '$deleteFromPrimitiveList/';

/** A strategic merge patch; lists merge by the merge keys of the schema. */
export function strategicPatch(target: Value | undefined, patch: Dict, named: Schema): Dict {
  const schema = resolve(named);
  if (patch['$patch'] === 'delete') return {};
  if (patch['$patch'] === 'replace') return content(patch);
  const out: Dict = isDict(target) ? { ...target } : {};
  const retained = listAt(patch, '$retainKeys');
  if (Array.isArray(patch['$retainKeys'])) {
    for (const key of Object.keys(out)) if (!retained.includes(key)) delete out[key];
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE)) dropItems(out, key.slice(DELETE.length), value);
    else if (!key.startsWith('$')) patchField(out, key, patch, childSchema(schema, key) ?? {});
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(ORDER)) {
      const name = key.slice(ORDER.length);
      reorder(out, listAt(target, name), name, [value, schema]);
    }
  }
  return out;
}

function content(patch: Dict): Dict {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')));
}

function patchField(out: Dict, key: string, patch: Dict, schema: Schema): void {
  const value = patch[key];
  const before = out[key];
  if (value === null || value === undefined) delete out[key];
  else if (isDict(value)) out[key] = strategicPatch(before, value, schema);
  else if (Array.isArray(value) && Array.isArray(before) && merges(schema)) {
    out[key] = patchList(before, value, schema);
  } else out[key] = Array.isArray(value) ? value.filter((item) => !directive(item)) : value;
}

function merges(schema: Schema): boolean {
  return resolve(schema)['x-kubernetes-patch-strategy']?.includes('merge') === true;
}

function directive(item: Value): boolean {
  return isDict(item) && typeof item['$patch'] === 'string';
}

type Naming = (item: Value) => Value;

function patchList(before: Value[], patch: Value[], schema: Schema): Value[] {
  const key = schema['x-kubernetes-patch-merge-key'];
  if (patch.some((item) => isDict(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !directive(item));
  }
  const name: Naming = (item) => (key !== undefined && isDict(item) ? (item[key] ?? null) : item);
  const out = [...before];
  for (const item of patch) {
    const index = out.findIndex((known) => same(name(known), name(item)));
    if (directive(item)) {
      if (index >= 0) out.splice(index, 1);
    } else if (index < 0) out.push(isDict(item) ? content(item) : item);
    else if (isDict(item)) out[index] = strategicPatch(out[index], item, schema.items ?? {});
  }
  const order = patch.filter((item) => !directive(item)).map(name);
  return arrange(out, order, before.map(name), name);
}

/**
 * Items that the patch names come in its order; the others keep the server's order and stand before a
 * named item only where they stood before it already (strategicpatch, normalizeElementOrder).
 */
function arrange(list: Value[], order: Value[], server: Value[], name: Naming): Value[] {
  const find = (names: Value[], item: Value): number =>
    names.findIndex((one) => same(one, name(item)));
  const by = (names: Value[]) => (a: Value, b: Value) => find(names, a) - find(names, b);
  const named = list.filter((item) => find(order, item) >= 0).toSorted(by(order));
  const others = list.filter((item) => find(order, item) < 0).toSorted(by(server));
  const out: Value[] = [];
  for (let i = 0, j = 0; out.length < list.length;) {
    const other = others[i];
    const next = named[j];
    const first =
      other !== undefined &&
      next !== undefined &&
      precedes(find(server, other), find(server, next));
    if (other !== undefined && (next === undefined || first)) {
      out.push(other);
      i += 1;
    } else if (next !== undefined) {
      out.push(next);
      j += 1;
    }
  }
  return out;
}

function precedes(a: number, b: number): boolean {
  return a >= 0 && b >= 0 && a < b;
}

function dropItems(out: Dict, key: string, gone: Value): void {
  const list = listAt(out, key);
  const items = Array.isArray(gone) ? gone : [];
  if (Array.isArray(out[key]))
    out[key] = list.filter((item) => !items.some((one) => same(one, item)));
}

function reorder(out: Dict, before: Value[], key: string, [order, schema]: [Value, Schema]): void {
  const list = out[key];
  if (!Array.isArray(list) || !Array.isArray(order)) return;
  const by = childSchema(schema, key)?.['x-kubernetes-patch-merge-key'];
  const name: Naming = (item) => (by !== undefined && isDict(item) ? (item[by] ?? null) : item);
  out[key] = arrange(list, order.map(name), before.map(name), name);
}

/** RFC 6902. Throws a 422 for an operation that cannot be done, a 400 for what is no patch. */
export function jsonPatch(target: Value, patch: Value): Value {
  if (!Array.isArray(patch)) throw badRequest('error decoding patch: not a list of operations');
  return patch.reduce<Value>((document, operation) => applyOperation(document, operation), target);
}

function applyOperation(document: Value, operation: Value): Value {
  const kind = textAt(operation, 'op');
  const path = textAt(operation, 'path');
  const value = isDict(operation) ? operation['value'] : undefined;
  const from = textAt(operation, 'from');
  switch (kind) {
    case 'add':
    case 'replace':
      return edit(document, pointer(path), { kind, value: value ?? null });
    case 'remove':
      return edit(document, pointer(path), { kind });
    case 'test':
      if (!same(read(document, pointer(path)), value)) throw unprocessable();
      return document;
    case 'copy':
    case 'move': {
      const moved = read(document, pointer(from));
      if (moved === undefined) throw unprocessable();
      const source = kind === 'move' ? edit(document, pointer(from), { kind: 'remove' }) : document;
      return edit(source, pointer(path), { kind: 'add', value: moved });
    }
    default:
      throw badRequest(`Unexpected kind: ${kind}`);
  }
}

// The API server keeps the cause to itself.
function unprocessable(): Refusal {
  return new Refusal(
    422,
    'Invalid',
    'the server rejected our request due to an error in our request',
    {},
  );
}

function pointer(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: Value, steps: readonly string[]): Value | undefined {
  let node: Value | undefined = document;
  for (const step of steps) {
    if (Array.isArray(node)) node = node[Number(step)];
    else node = isDict(node) && Object.hasOwn(node, step) ? node[step] : undefined;
  }
  return node;
}

type Edit = { kind: 'add' | 'replace'; value: Value } | { kind: 'remove' };

function edit(node: Value | undefined, steps: readonly string[], change: Edit): Value {
  const [step, ...rest] = steps;
  if (step === undefined) return change.kind === 'remove' ? null : change.value;
  if (Array.isArray(node)) return editList(node, step, rest, change);
  const present = isDict(node) && Object.hasOwn(node, step);
  if (!isDict(node) || (!present && (rest.length > 0 || change.kind !== 'add'))) {
    throw unprocessable();
  }
  const out = { ...node };
  if (rest.length > 0) out[step] = edit(node[step], rest, change);
  else if (change.kind === 'remove') delete out[step];
  else out[step] = change.value;
  return out;
}

function editList(list: Value[], step: string, rest: readonly string[], change: Edit): Value[] {
  const index = step === '-' ? list.length : Number(step);
  const limit = change.kind === 'add' && rest.length === 0 ? list.length : list.length - 1;
  if (!Number.isInteger(index) || index < 0 || index > limit) throw unprocessable();
  const out = [...list];
  if (rest.length > 0) out[index] = edit(list[index], rest, change);
  else if (change.kind === 'remove') out.splice(index, 1);
  else out.splice(index, change.kind === 'add' ? 0 : 1, change.value);
  return out;
}
