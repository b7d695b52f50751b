import { describe, expect, it } from 'vitest';
import { built, changed, DIGEST_KEY, manifestOf, story } from '../../test/support/drift-story.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { buildBaseline } from './baseline.ts';
import { inside, sameMeaning, settingOf } from './meaning.ts';
import type { Setting } from './meaning.ts';

const kind = (group: string, name: string): Setting =>
  settingOf({ group, version: 'v1', kind: name });
const DEPLOYMENT = kind('apps', 'Deployment');
const CONFIG_MAP = kind('', 'ConfigMap');
const SERVICE = kind('', 'Service');
const CUSTOM = kind('x.dev', 'Free');
const POLICY = kind('networking.k8s.io', 'NetworkPolicy');

const along = (start: Setting, path: string): Setting =>
  path.split('/').reduce((setting, name) => inside(setting, name), start);

describe('sameMeaning', () => {
  it.each<[string, Setting, string, Json | undefined, Json | undefined, boolean]>([
    ['quantity', DEPLOYMENT, 'resources/limits/cpu', '1000m', '1', true],
    [
      'quantity, in one leaf',
      DEPLOYMENT,
      'resources',
      { limits: { a: '1024Mi' } },
      { limits: { a: '1Gi' } },
      true,
    ],
    ['quantity, another', DEPLOYMENT, 'resources/limits/cpu', '1000m', '2', false],
    ['quantity in a custom resource', CUSTOM, 'spec/limits/cpu', '1000m', '1', false],
    ['number-like label', DEPLOYMENT, 'metadata/labels/limits', '1000m', '1', false],
    ['number-like label in a custom resource', CUSTOM, 'metadata/labels/cpu', '1000m', '1', false],
    ['number-like data', CONFIG_MAP, 'data/limits', '1000m', '1', false],
    [
      'quantity-like value of an environment variable',
      DEPLOYMENT,
      'env/value',
      '1000m',
      '1',
      false,
    ],
    [
      'time',
      kind('coordination.k8s.io', 'Lease'),
      'spec/renewTime',
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:00:00.000000Z',
      true,
    ],
    [
      'time in data',
      CONFIG_MAP,
      'data/at',
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:00:00.0Z',
      false,
    ],
    ['null defaulted', DEPLOYMENT, 'spec/strategy', null, { type: 'RollingUpdate' }, true],
    ['null dropped', CUSTOM, 'spec/a', null, undefined, true],
    ['false dropped', DEPLOYMENT, 'spec/paused', false, undefined, true],
    ['empty text dropped', DEPLOYMENT, 'env/value', '', undefined, true],
    ['empty list dropped', DEPLOYMENT, 'spec/imagePullSecrets', [], undefined, true],
    ['false dropped from a custom resource', CUSTOM, 'spec/paused', false, undefined, false],
    ['zero dropped from a custom resource', CUSTOM, 'spec/n', 0, undefined, false],
    ['empty object dropped from a custom resource', CUSTOM, 'spec/o', {}, undefined, false],
    ['empty labels dropped from a custom resource', CUSTOM, 'metadata/labels', {}, undefined, true],
    ['replicas: 0 dropped', DEPLOYMENT, 'spec/replicas', 0, undefined, false],
    ['runAsUser: 0 dropped', DEPLOYMENT, 'securityContext/runAsUser', 0, undefined, false],
    [
      'runAsUser: 0 dropped with what holds it',
      DEPLOYMENT,
      'securityContext',
      { runAsUser: 0 },
      undefined,
      false,
    ],
    [
      'storageClassName: "" dropped',
      kind('', 'PersistentVolumeClaim'),
      'spec/storageClassName',
      '',
      undefined,
      false,
    ],
    ['hostUsers: false dropped', DEPLOYMENT, 'spec/hostUsers', false, undefined, false],
    ['emptyDir: {} dropped', DEPLOYMENT, 'volumes/emptyDir', {}, undefined, false],
    ['podSelector: {} dropped', POLICY, 'spec/podSelector', {}, undefined, false],
    ["a Service's selector: {} dropped", SERVICE, 'spec/selector', {}, undefined, true],
    ['an empty key of data dropped', CONFIG_MAP, 'data/a', '', undefined, false],
    ['empty data dropped', CONFIG_MAP, 'data', {}, undefined, true],
    [
      'default filled into a struct',
      DEPLOYMENT,
      'ports',
      [{ port: 1 }],
      [{ port: 1, protocol: 'TCP' }],
      true,
    ],
    ['item added to a list', DEPLOYMENT, 'args', ['a'], ['a', 'b'], false],
    ['key added to a selector', SERVICE, 'spec/selector', { a: 'b' }, { a: 'b', c: 'd' }, false],
    [
      'matchExpressions added to a selector',
      DEPLOYMENT,
      'spec/selector',
      { matchLabels: { a: 'b' } },
      { matchLabels: { a: 'b' }, matchExpressions: [{}] },
      false,
    ],
    [
      'key added to a nodeSelector',
      DEPLOYMENT,
      'spec/nodeSelector',
      { a: 'b' },
      { a: 'b', c: 'd' },
      false,
    ],
    [
      'labels owned as a whole, key added',
      CUSTOM,
      'metadata/labels',
      { a: 'b' },
      { a: 'b', c: 'd' },
      false,
    ],
    ['data owned as a whole, key added', CONFIG_MAP, 'data', { a: 'b' }, { a: 'b', c: 'd' }, false],
    [
      'data of a custom resource, default filled in',
      CUSTOM,
      'data',
      { a: 'b' },
      { a: 'b', c: 'd' },
      true,
    ],
    [
      'RBAC rule widened',
      kind('rbac.authorization.k8s.io', 'Role'),
      'rules',
      [{ verbs: ['get'] }],
      [{ verbs: ['get'], resources: ['secrets'] }],
      false,
    ],
    [
      'a custom resource in a group ending like a built-in one',
      kind('gateway.networking.k8s.io', 'Gateway'),
      'spec/n',
      0,
      undefined,
      false,
    ],
    ['not in Git at all', DEPLOYMENT, 'spec/replicas', undefined, 1, false],
  ])('%s, %s', (...[, start, path, git, server, expected]) => {
    expect(sameMeaning(git, server, along(start, path))).toBe(expected);
  });
});

describe('what a real API server answers to an apply', () => {
  it.each(['deployment', 'configmap', 'secret', 'service', 'networkpolicy', 'custom'])(
    '%s, not mutated',
    (file) => {
      expect(built(story(file)).mutated).toEqual([]);
    },
  );

  const POD = ['spec', 'template', 'spec'] as const;
  const CONTAINER = [...POD, 'containers', 0] as const;
  it.each<[string, readonly (string | number)[], unknown, readonly string[]]>([
    [
      'image rewritten',
      [...CONTAINER, 'image'],
      'evil',
      ['changed /spec/template/spec/containers[name=web]/image'],
    ],
    [
      'argument added',
      [...CONTAINER, 'args', 2],
      '--c',
      ['changed /spec/template/spec/containers[name=web]/args'],
    ],
    [
      'variable removed',
      [...CONTAINER, 'env', 0],
      undefined,
      [
        'removed /spec/template/spec/containers[name=web]/env[name=A]/name',
        'removed /spec/template/spec/containers[name=web]/env[name=A]/value',
      ],
    ],
    [
      'label removed',
      ['metadata', 'labels'],
      {},
      ['removed /metadata/labels/app.kubernetes.io~1name'],
    ],
    ['sidecar injected', [...POD, 'containers', 1], { name: 'side' }, []],
  ])('%s, %j', (...[, path, value, expected]) => {
    const { git, answer } = story('deployment');
    expect(built({ git, answer: changed(answer, path, value) }).mutated).toEqual(expected);
  });
});

describe('a record of ownership that hides something', () => {
  const OWNED = ['metadata', 'managedFields', 0, 'fieldsV1'];
  const TEMPLATE = [...OWNED, 'f:spec', 'f:template', 'f:spec', 'f:containers'];
  const WEB = [...TEMPLATE, 'k:{"name":"web"}'];
  const AT = '/spec/template/spec/containers';
  it.each<[string, readonly (string | number)[], readonly string[]]>([
    ['a field', [...WEB, 'f:image'], [`ownershipLost ${AT}[name=web]/image`]],
    // What is left is a record that owns the list as a whole: stricter, and nothing hides in it.
    ['the only item', WEB, []],
    ['a list', TEMPLATE, [`ownershipLost ${AT}`]],
    ['the spec', [...OWNED, 'f:spec'], ['ownershipLost /spec']],
    ['the labels', [...OWNED, 'f:metadata', 'f:labels'], ['ownershipLost /metadata/labels']],
  ])('%s, %j', (...[, path, expected]) => {
    const { git, answer } = story('deployment');
    const { mutated } = built({ git, answer: changed(answer, path, undefined) });
    expect([...new Set(mutated)].filter((one) => !one.includes('/volumes'))).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ['no entry of ours', []],
    ['steps that are no JSON', [entry({ 'k:{': {} })]],
    ['steps of an unknown kind', [entry({ 'i:0': {} })]],
    ['deeper than any object', [entry(deep(70))]],
  ])('%s, BaselineUnavailable', (_, managedFields) => {
    const { git, answer } = story('configmap');
    const odd = changed(answer, ['metadata', 'managedFields'], managedFields);
    const done = buildBaseline(manifestOf(git), odd, { ownership: 'applied', key: DIGEST_KEY });
    expect(done).toMatchObject({ ok: false, stop: { reason: 'BaselineUnavailable' } });
  });
});

function entry(fieldsV1: JsonObject): JsonObject {
  return { manager: 'gitward', operation: 'Apply', fieldsV1 };
}

function deep(levels: number): JsonObject {
  return levels === 0 ? {} : { 'f:a': deep(levels - 1) };
}
