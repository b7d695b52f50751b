import { FieldSetBuilder, formatStep } from './fieldset.ts';
import type { FieldSet } from './fieldset.ts';
import { atomOf, declares, fieldShape, isAtomic, itemShape, itemStep } from './shape.ts';
import type { Atom, Shape } from './shape.ts';
import { isDict, same, show } from '../value.ts';
import type { Dict, Value } from '../value.ts';

/** Three disjoint sets; source: structured-merge-diff v4.0.2, typed/typed.go. */
export type Comparison = Readonly<{ added: FieldSet; modified: FieldSet; removed: FieldSet }>;

type Side = Value | undefined;
type Pair = { readonly left: Side; readonly right: Side; readonly shape: Shape };
type Visitor = {
  leaf(path: readonly string[], left: Side, right: Side): void;
  node(path: readonly string[], left: Side, right: Side): void;
};

const UNDECLARED: Shape = { kind: 'untyped', deduced: false };
const QUIET: Visitor = { leaf: () => undefined, node: () => undefined };

/** All of `left`, overlaid by `right`; list items keep the order of `left`, new ones follow. */
export function merge(left: Value, right: Value, shape: Shape): Value {
  return walk({ left, right, shape }, [], QUIET) ?? {};
}

/** What changed from `left` to `right`, as paths. */
export function compare(left: Value, right: Value, shape: Shape): Comparison {
  const added = new FieldSetBuilder();
  const removed = new FieldSetBuilder();
  const modified = new FieldSetBuilder();
  const node: Visitor['node'] = (path, before, after) => {
    if (before === undefined) added.insert(path);
    else if (after === undefined) removed.insert(path);
  };
  const leaf: Visitor['leaf'] = (path, before, after) => {
    node(path, before, after);
    if (before !== undefined && after !== undefined && !same(before, after)) modified.insert(path);
  };
  walk({ left, right, shape }, [], { leaf, node });
  return { added, modified, removed };
}

function walk(pair: Pair, path: readonly string[], visitor: Visitor): Side {
  const { left, right, shape } = pair;
  const mine = atomOf(shape, left);
  const theirs = right === undefined ? mine : atomOf(shape, right);
  if (left !== undefined && mine !== theirs) visitor.leaf(path, left, right);
  if (theirs === 'scalar' || isAtomic(shape, theirs) || bothEmpty(left, right, theirs)) {
    visitor.leaf(path, left, right);
    return right === undefined ? left : right;
  }
  const out = theirs === 'list' ? walkList(pair, path, visitor) : walkMap(pair, path, visitor);
  visitor.node(path, left, right);
  return out;
}

function size(value: Side, atom: Atom): number {
  if (atom === 'list') return Array.isArray(value) ? value.length : 0;
  return isDict(value) ? Object.keys(value).length : 0;
}

// Both empty is a leaf: that keeps the difference between empty and null.
function bothEmpty(left: Side, right: Side, atom: Atom): boolean {
  return size(left, atom) === 0 && size(right, atom) === 0;
}

function walkMap({ left, right, shape }: Pair, path: readonly string[], visitor: Visitor): Side {
  const before = isDict(left) ? left : {};
  const after = isDict(right) ? right : {};
  const out: Dict = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const child = fieldShape(shape, key) ?? UNDECLARED;
    const pair = { left: before[key], right: after[key], shape: child };
    const value = walk(pair, [...path, `f:${key}`], visitor);
    if (value !== undefined) out[key] = value;
  }
  return Object.keys(out).length === 0 ? undefined : out;
}

function index(items: Side, shape: Shape): Map<string, Value> {
  const out = new Map<string, Value>();
  (Array.isArray(items) ? items : []).forEach((item, position) => {
    const step = itemStep(shape, position, item);
    if (typeof step === 'string' && !out.has(step)) out.set(step, item);
  });
  return out;
}

function walkList({ left, right, shape }: Pair, path: readonly string[], visitor: Visitor): Side {
  const before = index(left, shape);
  const after = index(right, shape);
  const child = itemShape(shape);
  const out: Value[] = [];
  for (const step of new Set([...before.keys(), ...after.keys()])) {
    const pair = { left: before.get(step), right: after.get(step), shape: child };
    const value = walk(pair, [...path, step], visitor);
    if (value !== undefined) out.push(value);
  }
  return out.length === 0 ? undefined : out;
}

/** Every leaf and every named item of `value`. */
export function fieldSetOf(value: Value, shape: Shape): FieldSet {
  const set = new FieldSetBuilder();
  collect(value, shape, [], set);
  return set;
}

function collect(value: Value, shape: Shape, path: readonly string[], set: FieldSetBuilder): void {
  const atom = atomOf(shape, value);
  if (atom === 'scalar' || isAtomic(shape, atom)) {
    set.insert(path);
  } else if (Array.isArray(value)) {
    for (const [step, item] of index(value, shape)) {
      collect(item, itemShape(shape), [...path, step], set);
      set.insert([...path, step]);
    }
  } else if (isDict(value)) {
    for (const [key, child] of Object.entries(value)) {
      const below = [...path, `f:${key}`];
      collect(child, fieldShape(shape, key) ?? UNDECLARED, below, set);
      if (!declares(shape, key)) set.insert(below);
    }
  }
}

/** `value` without the paths of `set`; a map or list left without content becomes null. */
export function remove(value: Value, set: FieldSet, shape: Shape): Value {
  const atom = atomOf(shape, value);
  if (atom === 'scalar') return value;
  if (isAtomic(shape, atom)) return null;
  if (Array.isArray(value)) return removeItems(value, set, shape);
  return isDict(value) ? removeFields(value, set, shape) : null;
}

function removeItems(items: Value[], set: FieldSet, shape: Shape): Value {
  const out: Value[] = [];
  for (const [step, item] of index(items, shape)) {
    if (set.members.has(step)) continue;
    const below = set.children.get(step);
    out.push(below === undefined ? item : remove(item, below, itemShape(shape)));
  }
  return out.length === 0 ? null : out;
}

function removeFields(fields: Dict, set: FieldSet, shape: Shape): Value {
  const out: Dict = {};
  for (const [key, child] of Object.entries(fields)) {
    if (set.members.has(`f:${key}`)) continue;
    const below = set.children.get(`f:${key}`);
    out[key] =
      below === undefined ? child : remove(child, below, fieldShape(shape, key) ?? UNDECLARED);
  }
  return Object.keys(out).length === 0 ? null : out;
}

/** What of `value` does not fit its shape, one line per fault, as the API server words it. */
export function faults(value: Value, shape: Shape): string[] {
  const found: string[] = [];
  check(value, shape, '', found);
  return found;
}

function check(value: Value, shape: Shape, path: string, found: string[]): void {
  const report = (message: string): void => void found.push(`${path}: ${message}`);
  if (value === null || shape.kind === 'untyped') return;
  if (shape.kind === 'scalar') {
    const fault = scalarFault(value, shape.type);
    if (fault !== undefined) report(fault);
  } else if (shape.kind === 'list') {
    if (!Array.isArray(value)) return report(`expected list, got ${spell(value)}`);
    checkItems(value, shape, path, found);
  } else if (!isDict(value)) {
    report(`expected map, got ${spell(value)}`);
  } else {
    for (const [key, child] of Object.entries(value)) {
      const next = fieldShape(shape, key);
      if (next === undefined) found.push(`${path}.${key}: field not declared in schema`);
      else check(child, next, `${path}.${key}`, found);
    }
  }
}

function checkItems(items: Value[], shape: Shape, path: string, found: string[]): void {
  const seen = new Set<string>();
  for (const [position, item] of items.entries()) {
    const step = itemStep(shape, position, item);
    if (typeof step !== 'string') {
      found.push(`${path}: element ${position}: ${step.error}`);
      return;
    }
    if (seen.has(step)) found.push(`${path}: duplicate entries for key ${formatStep(step)}`);
    seen.add(step);
    check(item, itemShape(shape), path + formatStep(step), found);
  }
}

function spell(value: Value): string {
  return `&{${show(value)}}`;
}

function scalarFault(
  value: Value,
  type: 'string' | 'number' | 'boolean' | 'any',
): string | undefined {
  if (type === 'any' || typeof value === type) return undefined;
  const raw = JSON.stringify(value);
  if (type === 'string') return `expected string, got &value.valueUnstructured{Value:${raw}}`;
  if (type === 'boolean') return `expected boolean, got &{${show(value)}}`;
  return 'expected numeric (int or float), got *value.valueUnstructured';
}
