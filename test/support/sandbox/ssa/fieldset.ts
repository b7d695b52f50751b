import { isDict } from '../value.ts';
import type { Dict, Value } from '../value.ts';

/**
 * A set of paths as a tree. Steps are spelled as in fieldsV1: `f:name`, `k:{"name":"x"}`, `v:"x"`.
 * A step in `members` is itself owned; a step in `children` leads to more.
 */
export type FieldSet = {
  readonly members: ReadonlySet<string>;
  readonly children: ReadonlyMap<string, FieldSet>;
};

/** A field set under construction. */
export class FieldSetBuilder implements FieldSet {
  readonly members = new Set<string>();
  readonly children = new Map<string, FieldSetBuilder>();

  insert(path: readonly string[]): void {
    const last = path.at(-1);
    if (last === undefined) return;
    const parent = path
      .slice(0, -1)
      .reduce<FieldSetBuilder>((node, step) => node.child(step), this);
    parent.members.add(last);
  }

  child(step: string): FieldSetBuilder {
    const known = this.children.get(step);
    if (known !== undefined) return known;
    const made = new FieldSetBuilder();
    this.children.set(step, made);
    return made;
  }
}

/** The set without paths. */
export const NONE: FieldSet = { members: new Set(), children: new Map() };

/** Tells whether no path is in the set. */
export function isEmpty(set: FieldSet): boolean {
  return set.members.size === 0 && [...set.children.values()].every(isEmpty);
}

/** Paths in either set. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map(a.children);
  for (const [step, child] of b.children) {
    const mine = children.get(step);
    children.set(step, mine === undefined ? child : union(mine, child));
  }
  return { members: new Set([...a.members, ...b.members]), children };
}

function pick(
  a: FieldSet,
  keep: (step: string) => boolean,
  child: (step: string, set: FieldSet) => FieldSet,
): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [step, mine] of a.children) {
    const set = child(step, mine);
    if (!isEmpty(set)) children.set(step, set);
  }
  return { members: new Set([...a.members].filter(keep)), children };
}

/** Paths in both sets. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return pick(
    a,
    (step) => b.members.has(step),
    (step, mine) => intersection(mine, b.children.get(step) ?? NONE),
  );
}

/** Paths of `a` that are not in `b`; what lies below a path of `b` stays. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return pick(
    a,
    (step) => !b.members.has(step),
    (step, mine) => difference(mine, b.children.get(step) ?? NONE),
  );
}

/** Tells whether both hold the same paths. */
export function equal(a: FieldSet, b: FieldSet): boolean {
  return isEmpty(difference(a, b)) && isEmpty(difference(b, a));
}

/** All paths, members before what lies deeper, each level sorted. */
export function paths(set: FieldSet, prefix: readonly string[] = []): (readonly string[])[] {
  const own = [...set.members].toSorted().map((step) => [...prefix, step]);
  const steps = [...set.children.keys()].toSorted();
  return [
    ...own,
    ...steps.flatMap((step) => paths(set.children.get(step) ?? NONE, [...prefix, step])),
  ];
}

/** The fieldsV1 form (structured-merge-diff, fieldpath/serialize.go). */
export function encode(set: FieldSet): Dict {
  const out: Dict = {};
  for (const step of [...new Set([...set.members, ...set.children.keys()])].toSorted()) {
    const child = set.children.get(step);
    const inner = child === undefined || isEmpty(child) ? {} : encode(child);
    const both = set.members.has(step) && Object.keys(inner).length > 0;
    if (set.members.has(step) || Object.keys(inner).length > 0) {
      out[step] = both ? { '.': {}, ...inner } : inner;
    }
  }
  return out;
}

/** Reads fieldsV1; anything odd reads as no path. */
export function decode(fields: Value | undefined): FieldSet {
  const members = new Set<string>();
  const children = new Map<string, FieldSet>();
  for (const [step, inner] of Object.entries(isDict(fields) ? fields : {})) {
    if (step === '.') continue;
    const size = isDict(inner) ? Object.keys(inner).length : 0;
    if (size === 0 || (isDict(inner) && Object.hasOwn(inner, '.'))) members.add(step);
    if (size > 0) children.set(step, decode(inner));
  }
  return { members, children };
}

/** One step as error texts spell it: `.spec`, `[name="web"]`, `[="x"]`. */
export function formatStep(step: string): string {
  const body = step.slice(2);
  if (step.startsWith('f:')) return `.${body}`;
  if (step.startsWith('v:')) return `[=${body}]`;
  if (step.startsWith('i:')) return `[${body}]`;
  const key = JSON.parse(body) as Dict; // A key step is a JSON object by construction.
  const parts = Object.keys(key).toSorted();
  return `[${parts.map((name) => `${name}=${JSON.stringify(key[name])}`).join(',')}]`;
}
