import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryTree } from '../../test/support/memory-tree.ts';
import type { MemoryFiles } from '../../test/support/memory-tree.ts';
import { requireOrSkip, serverFeature, tool } from '../../test/support/prerequisites.ts';
import { hashObject } from '../commit/oid.ts';
import type { Result } from '../domain/result.ts';
import { DEFAULT_RENDER_LIMITS, parseManifests, planDigest } from './index.ts';
import { readSetOf } from './read-set.ts';
import type { ReadSet } from './read-set.ts';

const map = (name: string, rest = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${rest}data:\n  a: b\n`;

const read = (
  files: MemoryFiles,
  path = 'deploy/prod',
  limits = DEFAULT_RENDER_LIMITS,
): Promise<Result<ReadSet>> => readSetOf(memoryTree(files), path, limits);

async function found(files: MemoryFiles, path?: string): Promise<ReadSet> {
  const answer = await read(files, path);
  if (!answer.ok) throw new Error(answer.stop.message);
  return answer.value;
}

const pathsOf = (blobs: ReadSet['blobs']): readonly string[] => blobs.map(({ path }) => path);

const OVERLAY: Readonly<Record<string, string>> = {
  'base/kustomization.yaml': 'resources: [web.yaml, db]\n',
  'base/web.yaml': map('web'),
  'base/unused.yaml': map('unused'),
  'base/db/kustomization.yml': 'resources: [db.yaml]\n',
  'base/db/db.yaml': map('db'),
  'deploy/prod/kustomization.yaml': 'resources: [extra.yaml, ../../base]\n',
  'deploy/prod/extra.yaml': map('extra'),
  'deploy/prod/notes.yaml': map('notes'),
};

describe('readSetOf', () => {
  it('a plain directory, all manifest files below', async () => {
    const set = await found(
      { 'a/x.yaml': '', 'a/b/y.JSON': '', 'a/README.md': '', 'z.yaml': '' },
      'a',
    );
    expect(set.kind).toBe('Plain');
    expect(pathsOf(set.blobs)).toEqual(['a/b/y.JSON', 'a/x.yaml']);
    expect(set.manifests).toEqual(set.blobs);
  });

  it('an overlay with its base, all files both name and no other', async () => {
    const set = await found(OVERLAY);
    const manifests = ['base/db/db.yaml', 'base/web.yaml', 'deploy/prod/extra.yaml'];
    expect([set.kind, pathsOf(set.manifests), set.unrendered]).toEqual([
      'Composed',
      manifests,
      undefined,
    ]);
    const own = [
      'base/db/kustomization.yml',
      'base/kustomization.yaml',
      'deploy/prod/kustomization.yaml',
    ];
    expect(pathsOf(set.blobs)).toEqual([...manifests, ...own].toSorted());
  });

  it('the root as target, and a base reached twice, each file once', async () => {
    const files = {
      'kustomization.yaml': 'resources: [a, b]\n',
      'a/kustomization.yaml': 'resources: [../c]\n',
      'b/kustomization.yaml': 'resources: [../c, ../c/c.yaml]\n',
      'c/kustomization.yaml': 'resources: [c.yaml]\n',
      'c/c.yaml': map('c'),
    };
    expect(pathsOf((await found(files, '.')).manifests)).toEqual(['c/c.yaml']);
  });

  it.each([
    [
      'in the overlay',
      'deploy/prod/kustomization.yaml',
      'namePrefix: x-\nresources: [../../base]\n',
    ],
    [
      'in the base',
      'base/kustomization.yaml',
      'images: [{name: a, newTag: b}]\nresources: [web.yaml]\n',
    ],
  ])('a transform %s, read but not rendered', async (_, path, text) => {
    const set = await found({ ...OVERLAY, [path]: text });
    expect(set.unrendered?.reason).toBe('ManifestInvalid');
    expect(pathsOf(set.blobs)).toContain('base/web.yaml');
  });

  it('plugins, everything below their directory', async () => {
    const files = {
      ...OVERLAY,
      'deploy/prod/kustomization.yaml': 'resources: [extra.yaml]\ngenerators: [gen.yaml]\n',
      'deploy/prod/gen.yaml': 'kind: ConfigMapGenerator\nfiles: [deep/secret.txt]\n',
      'deploy/prod/deep/secret.txt': 'x',
    };
    expect(pathsOf((await found(files)).blobs)).toContain('deploy/prod/deep/secret.txt');
  });

  const kustomization = (text: string, more: MemoryFiles = {}): MemoryFiles => ({
    'deploy/prod/kustomization.yaml': text,
    'deploy/prod/web.yaml': map('web'),
    ...more,
  });
  it.each<[string, MemoryFiles, string]>([
    ['no directory', { 'a.yaml': '' }, 'ManifestInvalid'],
    ['a file as target', { 'deploy/prod': '' }, 'PathEscapes'],
    ['a symlink as target', { 'deploy/prod': { mode: 'symlink' } }, 'PathEscapes'],
    ['a symlink below', { 'deploy/prod/x': { mode: 'symlink' } }, 'PathEscapes'],
    ['a submodule below', { 'deploy/prod/x': { mode: 'gitlink' } }, 'PathEscapes'],
    [
      'a symlink as kustomization',
      { 'deploy/prod/kustomization.yaml': { mode: 'symlink' } },
      'PathEscapes',
    ],
    [
      'a remote base',
      kustomization('resources: ["https://example.com/base"]'),
      'RemoteBaseRefused',
    ],
    [
      'a remote file for a ConfigMap',
      kustomization('configMapGenerator: [{files: ["a=https://x/y"]}]'),
      'RemoteBaseRefused',
    ],
    [
      'a remote name that is there',
      kustomization('resources: [github.com/a/b]', {
        'deploy/prod/github.com/a/b/kustomization.yaml': '',
      }),
      'RemoteBaseRefused',
    ],
    [
      'a remote base of a base',
      kustomization('resources: [b]', { 'deploy/prod/b/kustomization.yaml': 'bases: ["git@x:y"]' }),
      'RemoteBaseRefused',
    ],
    ['an absolute path', kustomization('resources: [/etc/passwd]'), 'PathEscapes'],
    ['a path above the root', kustomization('resources: [../../../x]'), 'PathEscapes'],
    [
      'a symlinked resource',
      kustomization('resources: [l]', { 'deploy/prod/l': { mode: 'symlink' } }),
      'PathEscapes',
    ],
    [
      'a way through a symlink',
      kustomization('resources: [l/a.yaml]', { 'deploy/prod/l': { mode: 'symlink' } }),
      'PathEscapes',
    ],
    [
      'a submodule as base',
      kustomization('resources: [s]', { 'deploy/prod/s': { mode: 'gitlink' } }),
      'PathEscapes',
    ],
    ['a file that is not there', kustomization('resources: [x.yaml]'), 'ManifestInvalid'],
    ['a way through a file', kustomization('resources: [web.yaml/x]'), 'ManifestInvalid'],
    ['a base that is a file', kustomization('bases: [web.yaml]'), 'ManifestInvalid'],
    [
      'a directory without kustomization',
      kustomization('resources: [d]', { 'deploy/prod/d/a.yaml': '' }),
      'ManifestInvalid',
    ],
    [
      'a resource of another name',
      kustomization('resources: [web.txt]', { 'deploy/prod/web.txt': '' }),
      'ManifestInvalid',
    ],
    [
      'two kustomizations',
      kustomization('resources: [web.yaml]', { 'deploy/prod/Kustomization': '' }),
      'ManifestInvalid',
    ],
    ['itself', kustomization('resources: [.]'), 'ManifestInvalid'],
    [
      'a directory above',
      kustomization('resources: [..]', { 'deploy/kustomization.yaml': 'resources: [prod]' }),
      'ManifestInvalid',
    ],
    ['broken YAML', kustomization('resources: ['), 'ManifestInvalid'],
  ])('%s, %#: %s', async (_, files, reason) => {
    const answer = await read(files);
    expect(answer.ok ? 'read' : answer.stop.reason).toBe(reason);
  });

  it.each<[string, Partial<typeof DEFAULT_RENDER_LIMITS>]>([
    ['files', { maxFiles: 3 }],
    ['bytes', { maxTotalBytes: 20 }],
    ['bytes of one file', { maxFileBytes: 20 }],
    ['bases in a row', { maxDepth: 2 }],
  ])('more %s than allowed, RenderLimitExceeded', async (_, limit) => {
    const limits = { ...DEFAULT_RENDER_LIMITS, ...limit };
    const answer = await read(OVERLAY, 'deploy/prod', limits);
    expect(answer.ok ? 'read' : answer.stop.reason).toBe('RenderLimitExceeded');
  });
});

/** Overlays in which every kind of reference occurs; each must build with the files of the read-set alone. */
const BUILDS: readonly (readonly [string, MemoryFiles])[] = [
  ['composition', OVERLAY],
  [
    'patches, generators and a CRD',
    {
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml': map('web'),
      'deploy/prod/kustomization.yaml': [
        'resources: [../../base]',
        'namePrefix: x-',
        'patches: [{path: p.yaml}, {path: j.yaml, target: {kind: ConfigMap, name: web}}]',
        'configMapGenerator: [{name: g, files: [one.txt, k=two.txt], envs: [e.env]}]',
        'secretGenerator: [{name: s, files: [one.txt]}]',
        'configurations: [conf.yaml]',
        'replacements: [{path: r.yaml}]',
        'components: [comp]',
        'generators: [gen.yaml]',
      ].join('\n'),
      'deploy/prod/p.yaml': map('web', '  labels: {a: b}\n'),
      'deploy/prod/j.yaml': '- {op: add, path: /data/j, value: j}\n',
      'deploy/prod/one.txt': '1',
      'deploy/prod/two.txt': '2',
      'deploy/prod/deep/three.txt': '3',
      'deploy/prod/e.env': 'A=b\n',
      'deploy/prod/conf.yaml': 'namePrefix: [{path: metadata/name}]\n',
      'deploy/prod/r.yaml':
        'source: {kind: ConfigMap, name: web, fieldPath: data.a}\ntargets: [{select: {kind: Secret}, fieldPaths: [metadata.annotations.x], options: {create: true}}]\n',
      'deploy/prod/comp/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {c: d}\nresources: [c.yaml]\n',
      'deploy/prod/comp/c.yaml': map('c'),
      'deploy/prod/gen.yaml':
        'apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: h}\nfiles: [deep/three.txt]\n',
    },
  ],
];

const kustomize5 = serverFeature('kustomize 5', () => {
  const said = spawnSync('kubectl', ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  return /"kustomizeVersion": *"v[5-9]/.test(said.stdout)
    ? undefined
    : 'this kubectl has an older one';
});

describe.runIf(requireOrSkip('read-sets by kustomize', [tool('kubectl'), kustomize5]))(
  'kubectl kustomize',
  () => {
    let dir: string;
    beforeAll(() => {
      dir = mkdtempSync(join(tmpdir(), 'gw-read-set-'));
    });
    afterAll(() => rmSync(dir, { recursive: true }));

    function build(name: string, files: MemoryFiles): string {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(dir, name, path)), { recursive: true });
        writeFileSync(join(dir, name, path), typeof text === 'string' ? text : '');
      }
      const done = spawnSync('kubectl', ['kustomize', join(dir, name, 'deploy/prod')], {
        encoding: 'utf8',
      });
      if (done.status !== 0) throw new Error(done.stderr);
      return done.stdout;
    }

    it.each(BUILDS)('%s, the same from the files of the read-set alone', async (name, files) => {
      const { blobs } = await found(files);
      const only = Object.fromEntries(pathsOf(blobs).map((path) => [path, files[path] ?? '']));
      expect(build(`${name}-only`, only)).toBe(build(name, files));
    });

    it('a composition, the objects that gitward renders', async () => {
      const built = build('composed', OVERLAY);
      const { manifests } = await found(OVERLAY);
      const digest = (texts: readonly string[]): string => {
        const blobs = texts.map((text, i) => {
          const bytes = Buffer.from(text);
          return { path: `${i}.yaml`, oid: hashObject('blob', bytes), bytes };
        });
        const parsed = parseManifests(blobs, DEFAULT_RENDER_LIMITS);
        if (!parsed.ok) throw new Error(parsed.stop.message);
        return planDigest(parsed.value.manifests);
      };
      const own = pathsOf(manifests).map((path) => OVERLAY[path] ?? '');
      expect(digest([built])).toBe(digest(own));
    });
  },
);
