import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baselineOf, changed } from '../../test/support/drift-story.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { compareLive } from './compare.ts';

type Path = readonly (string | number)[];

const name = fc.stringMatching(/^[a-z]{1,6}$/);
const scalar = fc.oneof(fc.string({ minLength: 1 }), fc.integer({ min: 1 }), fc.boolean());
const atomicList = fc.array(scalar, { minLength: 1, maxLength: 4 });

/** Objects whose lists of objects are merged by `name`, all other lists owned as a whole. */
const { node } = fc.letrec<{ node: JsonObject; value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    atomicList,
    fc
      .uniqueArray(fc.tuple(name, tie('node')), {
        minLength: 1,
        maxLength: 3,
        selector: ([key]) => key,
      })
      .map((items) => items.map(([key, rest]) => ({ ...rest, name: key }))),
    tie('node'),
  ),
  node: fc.dictionary(name, tie('value'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
}));

/** What a server that owns the schema would list for an apply of it. */
function ownedBy(value: Json): JsonObject {
  if (isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [`f:${key}`, ownedBy(v)]));
  }
  if (!isMergeList(value)) return {};
  const items = value.map((item) => {
    const key = `k:${JSON.stringify({ name: item['name'] })}`;
    return [key, { '.': {}, ...ownedBy(item) }] as const;
  });
  return Object.fromEntries(items);
}

function isMergeList(value: Json): value is readonly JsonObject[] {
  return Array.isArray(value) && value.every((item) => isJsonObject(item));
}

function served(spec: JsonObject): JsonObject {
  const entry = {
    manager: 'gitward',
    operation: 'Apply',
    fieldsV1: { 'f:spec': ownedBy(spec) },
  };
  return {
    apiVersion: 'x.dev/v1',
    kind: 'Free',
    metadata: { name: 'one', uid: 'u', managedFields: [entry] },
    spec,
  };
}

/** Paths of all that is owned at the end of a path; a list's item keys are no field to change. */
function leaves(value: Json, path: Path): readonly Path[] {
  if (isJsonObject(value)) {
    return Object.entries(value).flatMap(([key, v]) => leaves(v, [...path, key]));
  }
  if (!isMergeList(value)) return [path];
  return value.flatMap((item, index) => leaves(item, [...path, index]));
}

const object = node.map(served);
const withLeaf = object.chain((live) =>
  fc.tuple(fc.constant(live), fc.constantFrom(...leaves(live['spec'] ?? {}, ['spec']))),
);
const compare = (answer: JsonObject, live: JsonObject): number =>
  compareLive(baselineOf({ git: answer, answer }), live).length;

describe('compareLive', () => {
  it('an object with itself, nothing', () => {
    fc.assert(
      fc.property(object, (live) => {
        expect(compare(live, structuredClone(live))).toBe(0);
      }),
    );
  });

  it('any owned leaf changed, found', () => {
    fc.assert(
      fc.property(withLeaf, ([live, path]) => {
        expect(compare(live, changed(live, path, { other: 1 }))).toBeGreaterThan(0);
      }),
    );
  });

  it('any owned leaf removed, found', () => {
    fc.assert(
      fc.property(withLeaf, ([live, path]) => {
        expect(compare(live, changed(live, path, undefined))).toBeGreaterThan(0);
      }),
    );
  });

  it('anything added to a list owned as a whole, found', () => {
    fc.assert(
      fc.property(atomicList, scalar, (list, extra) => {
        const live = served({ list });
        expect(compare(live, changed(live, ['spec', 'list'], [...list, extra]))).toBe(1);
      }),
    );
  });

  it('items of a merged list in another order, nothing', () => {
    const items = fc.uniqueArray(name, { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(items, fc.nat(), (names, turn) => {
        const list = names.map((key, at) => ({ name: key, at }));
        const live = served({ list });
        const cut = turn % names.length;
        const turned = [...list.slice(cut), ...list.slice(0, cut)];
        expect(compare(live, changed(live, ['spec', 'list'], turned))).toBe(0);
      }),
    );
  });

  it('foreign fields and items added, nothing', () => {
    fc.assert(
      fc.property(node, (spec) => {
        const live = served(spec);
        expect(compare(live, changed(live, ['spec', 'Foreign'], { a: 1 }))).toBe(0);
      }),
    );
  });
});
