import { describe, expect, it } from 'vitest';
import type { Manifest } from '../domain/manifest.ts';
import { parseApiVersion } from '../domain/object-ref.ts';
import { parseOid } from '../domain/oid.ts';
import { applyOrder, kindKey, placeManifests, planDigest, requiredKinds } from './index.ts';
import type { KindScope } from './index.ts';

const TARGET = { name: 'prod', namespace: 'payments' };
const BLOB = parseOid('b'.repeat(40));

function manifest(apiVersion: string, kind: string, name: string, namespace = ''): Manifest {
  const version = parseApiVersion(apiVersion);
  if (version === undefined || BLOB === undefined) throw new Error('test data');
  const metadata = namespace === '' ? { name } : { name, namespace };
  return {
    ref: { ...version, kind, namespace, name },
    object: { apiVersion, kind, metadata },
    origin: { path: 'a.yaml', blob: BLOB, document: 1 },
  };
}

const KINDS = new Map<string, KindScope | undefined>([
  ['/v1/ConfigMap', { namespaced: true }],
  ['/v1/Namespace', { namespaced: false }],
  ['test.dev/v1/Gone', undefined],
  ['gitward.dev/v1alpha1/GuardedRepo', { namespaced: true }],
  ['policy.gitward.dev/v1/Rule', { namespaced: true }],
]);

describe('placeManifests', () => {
  it('no namespace, the namespace of the target in reference and object', () => {
    const placed = placeManifests([manifest('v1', 'ConfigMap', 'a')], TARGET, KINDS);
    expect(placed).toEqual({ ok: true, value: [manifest('v1', 'ConfigMap', 'a', 'payments')] });
  });

  it('the namespace of the target, as it is', () => {
    const inside = manifest('v1', 'ConfigMap', 'a', 'payments');
    expect(placeManifests([inside], TARGET, KINDS)).toEqual({ ok: true, value: [inside] });
  });

  it.each([
    ['another namespace', [manifest('v1', 'ConfigMap', 'a', 'other')], 'ManifestOutOfScope'],
    ['a cluster-wide kind', [manifest('v1', 'Namespace', 'a')], 'ManifestOutOfScope'],
    [
      'a cluster-wide kind with the namespace',
      [manifest('v1', 'Namespace', 'a', 'payments')],
      'ManifestOutOfScope',
    ],
    ['a kind the server does not know', [manifest('test.dev/v1', 'Gone', 'a')], 'ManifestInvalid'],
    ['a kind nobody asked about', [manifest('v2', 'ConfigMap', 'a')], 'ManifestInvalid'],
    [
      "gitward's own kind",
      [manifest('gitward.dev/v1alpha1', 'GuardedRepo', 'a')],
      'ManifestOutOfScope',
    ],
    [
      "a group below gitward's",
      [manifest('policy.gitward.dev/v1', 'Rule', 'a')],
      'ManifestOutOfScope',
    ],
    [
      'one object with and without its namespace',
      [manifest('v1', 'ConfigMap', 'a'), manifest('v1', 'ConfigMap', 'a', 'payments')],
      'ManifestInvalid',
    ],
  ])('%s, stops', (_what, manifests, reason) => {
    const placed = placeManifests(manifests, TARGET, KINDS);
    const last = manifests.at(-1)?.ref;
    expect(placed).toMatchObject({ ok: false, stop: { reason, object: { name: last?.name } } });
  });
});

describe('requiredKinds', () => {
  it('several objects of two kinds, each kind once and in order', () => {
    const manifests = [
      manifest('v1', 'ConfigMap', 'a'),
      manifest('apps/v1', 'Deployment', 'b'),
      manifest('v1', 'ConfigMap', 'c'),
    ];
    expect(requiredKinds(manifests).map(kindKey)).toEqual(['/v1/ConfigMap', 'apps/v1/Deployment']);
  });
});

const mixed = [
  manifest('test.dev/v1', 'Sample', 'z', 'n'),
  manifest('apps/v1', 'Deployment', 'web', 'n'),
  manifest('v1', 'Service', 'web', 'n'),
  manifest('v1', 'Secret', 'b', 'n'),
  manifest('v1', 'ConfigMap', 'a', 'n'),
  manifest('rbac.authorization.k8s.io/v1', 'RoleBinding', 'r', 'n'),
  manifest('v1', 'ServiceAccount', 's', 'n'),
];

describe('applyOrder', () => {
  it('mixed kinds, what others lean on first', () => {
    expect(applyOrder(mixed).map(({ ref }) => ref.kind)).toEqual([
      'ServiceAccount',
      'RoleBinding',
      'ConfigMap',
      'Secret',
      'Service',
      'Deployment',
      'Sample',
    ]);
  });

  it('another order of input, the same order', () => {
    expect(applyOrder(mixed.toReversed())).toEqual(applyOrder(mixed));
  });
});

describe('planDigest', () => {
  const digest = planDigest(mixed);

  it('another order, file or blob, the same digest', () => {
    const moved = mixed
      .toReversed()
      .map((one) => ({ ...one, origin: { ...one.origin, path: 'b' } }));
    expect(planDigest(moved)).toBe(digest);
  });

  it.each([
    ['one object less', mixed.slice(1)],
    ['one object twice', mixed.concat(mixed.slice(0, 1))],
    ['one field more', mixed.map((one) => ({ ...one, object: { ...one.object, data: {} } }))],
    ['nothing', []],
  ])('%s, another digest', (_what, manifests) => {
    expect(planDigest(manifests)).not.toBe(digest);
  });
});
