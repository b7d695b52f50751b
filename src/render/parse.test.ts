import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../domain/json.ts';
import type { Oid } from '../domain/oid.ts';
import { parseOid } from '../domain/oid.ts';
import { DEFAULT_RENDER_LIMITS, isManifestFile, parseManifests } from './index.ts';
import type { ManifestFile, ParsedManifests, RenderLimits } from './index.ts';
import { MAX_WARNINGS } from './parse.ts';

const OID: Oid = parseOid('a'.repeat(40)) ?? failed();

function failed(): never {
  throw new Error('test data');
}

const file = (path: string, text: string | Uint8Array): ManifestFile => ({
  path,
  oid: OID,
  bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text,
});

function parse(text: string, limits: Partial<RenderLimits> = {}): ParsedManifests {
  const parsed = parseManifests([file('a.yaml', text)], { ...DEFAULT_RENDER_LIMITS, ...limits });
  if (!parsed.ok) throw new Error(parsed.stop.message);
  return parsed.value;
}

function reasonOf(files: readonly ManifestFile[], limits: Partial<RenderLimits> = {}): string {
  const parsed = parseManifests(files, { ...DEFAULT_RENDER_LIMITS, ...limits });
  return parsed.ok ? 'ok' : parsed.stop.reason;
}

function objectOf(kind: string, apiVersion: string, fields: JsonObject): JsonObject | undefined {
  const object = { apiVersion, kind, metadata: { name: 'a' }, ...fields };
  return parse(JSON.stringify(object)).manifests[0]?.object;
}

const map = (name: string, rest = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${rest}`;

describe('isManifestFile', () => {
  it.each([
    ['a.yaml', true],
    ['a/b.YML', true],
    ['a.Json', true],
    ['Kustomization', true],
    ['a/kustomization.yml', true],
    ['a.yaml.txt', false],
    ['yaml', false],
    ['README.md', false],
  ])('%s, %s', (path, expected) => {
    expect(isManifestFile(path)).toBe(expected);
  });
});

describe('parseManifests', () => {
  it('files of other kinds, not read', () => {
    expect(reasonOf([file('a.txt', '{{'), file('values.tpl', ': :')])).toBe('ok');
  });

  it('no files, nothing', () => {
    expect(parseManifests([], DEFAULT_RENDER_LIMITS)).toEqual({
      ok: true,
      value: { manifests: [], warnings: [] },
    });
  });

  it('documents of several files, in the order of path and document', () => {
    const files = [
      file('b.yaml', map('c')),
      file('a/z.yaml', `${map('a')}---\n# empty\n---\n${map('b')}`),
    ];
    const parsed = parseManifests(files, DEFAULT_RENDER_LIMITS);
    expect(
      parsed.ok ? parsed.value.manifests.map(({ ref, origin }) => [ref.name, origin]) : [],
    ).toEqual([
      ['a', { path: 'a/z.yaml', blob: OID, document: 1 }],
      ['b', { path: 'a/z.yaml', blob: OID, document: 2 }],
      ['c', { path: 'b.yaml', blob: OID, document: 1 }],
    ]);
  });

  it.each([
    ['files', { maxFiles: 1 }],
    ['bytes of a file', { maxFileBytes: 10 }],
    ['bytes of all files', { maxTotalBytes: 100 }],
    ['objects', { maxObjects: 1 }],
    ['bytes of an object', { maxObjectBytes: 20 }],
    ['documents of a file', { maxDocumentsPerFile: 0 }],
    ['depth', { maxDepth: 1 }],
    ['nodes', { maxNodesPerFile: 3 }],
  ])('more than the limit of %s, RenderLimitExceeded', (_what, limits) => {
    const files = [file('a.yaml', map('a')), file('b.yaml', map('b'))];
    expect(reasonOf(files)).toBe('ok');
    expect(reasonOf(files, limits)).toBe('RenderLimitExceeded');
  });

  it('names that only RBAC allows, there and not elsewhere', () => {
    const role =
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: "system:A b"}';
    expect(reasonOf([file('a.yaml', role.replace(' b', '_b'))])).toBe('ok');
    expect(reasonOf([file('a.yaml', role)])).toBe('ManifestInvalid');
    expect(reasonOf([file('a.yaml', map('"system:a"'))])).toBe('ManifestInvalid');
  });

  it('many warnings, the first of them and a count', () => {
    const documents = Array.from(
      { length: 5 },
      (_, i) =>
        `apiVersion: test.dev/v1\nkind: Sample\nmetadata: {name: s${i}}\nv:\n${'- yes\n'.repeat(99)}`,
    );
    const files = documents.map((text, i) => file(`${i}.yaml`, text));
    const parsed = parseManifests(files, DEFAULT_RENDER_LIMITS);
    expect(parsed.ok && parsed.value.warnings.length).toBe(MAX_WARNINGS + 1);
  });

  it('any bytes in a file of any name, a typed answer without a throw', () => {
    const answers = fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) =>
      ['ok', 'ManifestInvalid'].includes(reasonOf([file('a.yaml', bytes), file('b.json', bytes)])),
    );
    expect(fc.check(answers, { numRuns: 300 }).failed).toBe(false);
  });
});

describe('completed objects', () => {
  const ports = [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }];
  const filled = [
    { containerPort: 80, protocol: 'TCP' },
    { containerPort: 53, protocol: 'UDP' },
  ];
  const pod = (list: JsonObject[]): JsonObject => ({
    containers: [{ name: 'a', ports: list }, { name: 'b' }],
    initContainers: [{ name: 'c', ports: list }],
  });
  const template = { spec: { template: { spec: pod(ports) } } };
  const completed = { spec: { template: { spec: pod(filled) } } };

  it.each([
    ['Pod', 'v1', { spec: pod(ports) }, { spec: pod(filled) }],
    ['ReplicationController', 'v1', template, completed],
    ['Deployment', 'apps/v1', template, completed],
    ['StatefulSet', 'apps/v1', template, completed],
    ['DaemonSet', 'apps/v1', template, completed],
    ['ReplicaSet', 'apps/v1', template, completed],
    ['Job', 'batch/v1', template, completed],
    [
      'CronJob',
      'batch/v1',
      { spec: { jobTemplate: template } },
      { spec: { jobTemplate: completed } },
    ],
    ['Service', 'v1', { spec: { ports } }, { spec: { ports: filled } }],
    ['Deployment', 'test.dev/v1', template, template],
    ['Pod', 'v1', { spec: { containers: 'none' } }, { spec: { containers: 'none' } }],
    ['Service', 'v1', { spec: { ports: [1] } }, { spec: { ports: [1] } }],
  ])('%s %s, ports with a protocol', (kind, apiVersion, fields, expected) => {
    expect(objectOf(kind, apiVersion, fields)).toEqual({
      apiVersion,
      kind,
      metadata: { name: 'a' },
      ...expected,
    });
  });

  it.each([
    [{ data: { a: 'YQ==' } }, { data: { a: 'YQ==' } }],
    [{ stringData: { a: 'a' } }, { data: { a: 'YQ==' } }],
    [{ data: { a: 'Yg==', b: '' }, stringData: { a: 'a' } }, { data: { a: 'YQ==', b: '' } }],
    [{ data: null, stringData: null }, { data: {} }],
    [{ type: 'Opaque' }, { type: 'Opaque' }],
  ])('Secret %j, %j', (fields, expected) => {
    const metadata = { name: 'a' };
    expect(objectOf('Secret', 'v1', fields)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      ...expected,
    });
  });

  it('a Secret of another group, left alone', () => {
    expect(objectOf('Secret', 'test.dev/v1', { stringData: { a: '1' } })?.['stringData']).toEqual({
      a: '1',
    });
  });
});
