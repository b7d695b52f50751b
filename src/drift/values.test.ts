import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baselineOf, changed, DIGEST_KEY, story } from '../../test/support/drift-story.ts';
import type { Json } from '../domain/json.ts';
import { objectKey } from '../domain/object-ref.ts';
import { repoKey } from '../domain/repo-key.ts';
import { compareLive } from './compare.ts';
import { inField, inItem, inSet, MAX_PATH_LENGTH, ROOT } from './place.ts';
import type { DriftRecord } from './record.ts';
import { driftText } from './text.ts';
import { isKept, keepValue } from './values.ts';

const PLAIN = { keeping: 'plain', key: DIGEST_KEY } as const;
const SECRET = { keeping: 'secret', key: DIGEST_KEY } as const;
// fast-check promises JSON.
const anyJson = fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json);

describe('kept values', () => {
  it('any value, kept is itself and nothing else', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (a, b) => {
        const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        for (const keeper of [PLAIN, SECRET]) {
          expect(isKept(keepValue(a, keeper), structuredClone(a), DIGEST_KEY)).toBe(true);
          expect(isKept(keepValue(a, keeper), b, DIGEST_KEY)).toBe(same);
        }
      }),
    );
  });

  it.each<[string, Json, Json]>([
    ['a number and its text', 1, '1'],
    ['true and its text', true, 'true'],
    ['a text that looks like a kept object', ':{"a":1}', { a: 1 }],
    ['a text that looks like a digest', '#x', 'x'],
    ['a list and its text', ['a'], '["a"]'],
  ])('%s, not the same', (_, a, b) => {
    expect(isKept(keepValue(a, PLAIN), b, DIGEST_KEY)).toBe(false);
    expect(isKept(keepValue(b, PLAIN), a, DIGEST_KEY)).toBe(false);
  });

  it('a digest, worthless without the key', () => {
    const other = { keeping: 'secret', key: createSecretKey(Buffer.alloc(32, 8)) } as const;
    expect(keepValue('password', SECRET)).not.toBe(keepValue('password', other));
  });
});

describe('no value of a Secret', () => {
  const recorded = story('secret');
  const CANARIES = ['canary', 'Y2FuYXJ5'];

  it('is in the baseline', () => {
    const text = JSON.stringify(baselineOf(recorded));
    expect(CANARIES.filter((canary) => text.includes(canary))).toEqual([
      // The steps of managedFields name set members; they are asked for, never shown.
      'canary',
    ]);
    expect(text).not.toContain('Y2FuYXJ5');
  });

  it('is in drift, record or text', () => {
    let live = changed(recorded.live['untouched'] ?? {}, ['data', 'password'], 'Y2FuYXJ5LW90aGVy');
    live = changed(live, ['metadata', 'finalizers'], ['example.com/canary-other']);
    const fields = compareLive(baselineOf(recorded), live);
    const record: DriftRecord = {
      repo: repoKey('payments', 'shop'),
      target: 'prod',
      key: objectKey({ group: '', kind: 'Secret', namespace: 'default', name: 'db' }),
      object: { group: '', version: 'v1', kind: 'Secret', namespace: 'default', name: 'db' },
      revision: 'main@sha1:0',
      kind: 'fields',
      fields,
      manager: 'kubectl-edit',
      confidence: 'managedFields',
      seenAt: 0,
      outcome: 'DriftReverted',
      open: false,
    };
    const told = JSON.stringify(record) + driftText(record);
    expect(CANARIES.filter((canary) => told.includes(canary))).toEqual([]);
    expect(driftText(record)).toBe(
      'Secret/default/db /data/password, /metadata/finalizers[…] changed by kubectl-edit, ' +
        'seen 1970-01-01T00:00:00Z; DriftReverted',
    );
  });
});

describe('paths', () => {
  it.each<[string, string, string]>([
    ['a plain name', 'image', '/image'],
    ['a slash', 'app.kubernetes.io/name', '/app.kubernetes.io~1name'],
    ['a tilde', '~1', '/~01'],
    ['a terminal sequence', '\u001b[2Jx', '/ [2Jx'],
    ['a reversed text', '\u202egnp', '/ gnp'],
  ])('%s, shown safely', (_, name, path) => {
    expect(inField(ROOT, { name, step: `f:${name}` }).path).toBe(path);
  });

  it('any names at any depth, bounded and printable', () => {
    const step = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), step, (names, value) => {
        const end = names.reduce((at, name) => inField(at, { name, step: `f:${name}` }), ROOT);
        const owned = { fields: [], items: [], values: [], leaf: true };
        const item = inItem(end, { key: { name: value }, step: 'k:', owned });
        const member = inSet(end, { value, step: 'v:' }, 'plain');
        for (const { path } of [end, item, member]) {
          expect(path.length).toBeLessThanOrEqual(MAX_PATH_LENGTH);
          expect(path).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
        }
      }),
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, below]) => [name, sorted(below)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
