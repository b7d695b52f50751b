import { describe, expect, it } from 'vitest';
import type { Manifest } from '../domain/manifest.ts';
import type { Oid } from '../domain/oid.ts';
import { kustomizeAnnotation, parseKustomization } from './kustomization.ts';
import { DEFAULT_RENDER_LIMITS } from './limits.ts';

const parse = (text: string): ReturnType<typeof parseKustomization> =>
  parseKustomization(Buffer.from(text), DEFAULT_RENDER_LIMITS);

function paths(text: string): readonly string[] {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.stop.text);
  return parsed.value.references.map(({ field, path, as }) => `${field} ${path} ${as}`);
}

describe('parseKustomization reads', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'resources',
      'resources: [a.yaml, ../base]',
      ['resources[0] a.yaml resource', 'resources[1] ../base resource'],
    ],
    ['bases', 'bases: [../base]', ['bases[0] ../base base']],
    ['components', 'components: [c]', ['components[0] c base']],
    ['crds', 'crds: [c.json]', ['crds[0] c.json file']],
    ['configurations', 'configurations: [c.yaml]', ['configurations[0] c.yaml file']],
    [
      'patches',
      'patches: [{path: p.yaml, target: {kind: A}}, {patch: "a: 1"}]',
      ['patches[0].path p.yaml file'],
    ],
    ['patches of old', 'patches: [p.yaml]', ['patches[0] p.yaml file']],
    [
      'strategic merge',
      'patchesStrategicMerge:\n- p.yaml\n- |\n  a: 1\n  b: 2\n',
      ['patchesStrategicMerge[0] p.yaml file'],
    ],
    [
      'JSON patches',
      'patchesJson6902: [{path: j.json, target: {}}]',
      ['patchesJson6902[0].path j.json file'],
    ],
    [
      'replacements',
      'replacements: [{path: r.yaml}, {source: {}, targets: []}]',
      ['replacements[0].path r.yaml file'],
    ],
    ['openapi', 'openapi: {path: s.json}', ['openapi.path s.json file']],
    [
      'generators of ConfigMaps',
      'configMapGenerator: [{name: a, files: [f.txt, k=g.txt], envs: [e.env], env: d.env, literals: [a=b]}]',
      [
        'configMapGenerator[0].files[0] f.txt file',
        'configMapGenerator[0].files[1] g.txt file',
        'configMapGenerator[0].envs[0] e.env file',
        'configMapGenerator[0].env d.env file',
      ],
    ],
    [
      'generators of Secrets',
      'secretGenerator: [{name: a, type: Opaque, files: [f]}]',
      ['secretGenerator[0].files[0] f file'],
    ],
    ['plugins', 'transformers: [t.yaml, "kind: A\\nb: 1"]', ['transformers[0] t.yaml resource']],
    [
      'charts',
      'helmCharts: [{name: web, valuesFile: v.yaml, additionalValuesFiles: [w.yaml]}]',
      [
        'helmCharts[0].valuesFile v.yaml file',
        'helmCharts[0].additionalValuesFiles[0] w.yaml file',
        'helmCharts charts/web tree',
      ],
    ],
    [
      'charts elsewhere',
      'helmGlobals: {chartHome: ../c}\nhelmCharts: [{name: web}]',
      ['helmCharts ../c/web tree'],
    ],
    [
      'charts of old',
      'helmChartInflationGenerator: [{chartName: web, values: v.yaml}]',
      [
        'helmChartInflationGenerator[0].values v.yaml file',
        'helmChartInflationGenerator charts/web tree',
      ],
    ],
    [
      'nothing where null is written',
      'resources: [a.yaml]\npatches: null\ncrds: []',
      ['resources[0] a.yaml resource'],
    ],
    ['JSON', '{"resources": ["a.yaml"]}', ['resources[0] a.yaml resource']],
  ])('%s', (_, text, expected) => {
    expect(paths(text)).toEqual(expected);
  });

  const typed = (kind: string, version: string): string =>
    `kind: ${kind}\napiVersion: kustomize.config.k8s.io/${version}\nresources: [a.yaml]`;
  it.each([
    ['only resources', 'resources: [a.yaml]', undefined],
    ['with its kind', typed('Kustomization', 'v1beta1'), undefined],
    ['metadata and bases', 'metadata: {name: x}\nbases: [a]', undefined],
    ['empty transforms', 'resources: [a]\nnamespace: ""\nimages: []\ncommonLabels: {}', undefined],
    ['a namespace', 'resources: [a]\nnamespace: x', 'namespace'],
    ['a prefix', 'namePrefix: x\nresources: [a]', 'namePrefix'],
    ['labels', 'resources: [a]\nlabels: [{pairs: {a: b}}]', 'labels'],
    ['images', 'resources: [a]\nimages: [{name: a, newTag: b}]', 'images'],
    ['a component', typed('Component', 'v1alpha1'), 'kind'],
  ])('%s, the field that transforms: %s', (_, text, transform) => {
    const parsed = parse(text);
    expect(parsed.ok ? parsed.value.transform : 'refused').toBe(transform);
  });
});

describe('parseKustomization refuses', () => {
  it.each([
    ['nothing', '', 'ManifestInvalid'],
    ['a list', '- a', 'ManifestInvalid'],
    ['two documents', 'resources: [a]\n---\nresources: [b]', 'ManifestInvalid'],
    ['no resources', 'resources: []', 'ManifestInvalid'],
    ['an unknown field', 'resources: [a]\nfetch: [b]', 'ManifestInvalid'],
    ['a known field in other letters', 'Resources: [a]', 'ManifestInvalid'],
    ['a member in other letters', 'resources: [a]\npatches: [{Path: b}]', 'ManifestInvalid'],
    [
      'a chart home in other letters',
      'helmGlobals: {charthome: b}\nhelmCharts: [{name: a}]',
      'ManifestInvalid',
    ],
    ['a key that JavaScript has too', 'resources: [a]\nconstructor: x', 'ManifestInvalid'],
    ['text as a list', 'resources: a.yaml', 'ManifestInvalid'],
    ['a number as a path', 'resources: [1]', 'ManifestInvalid'],
    ['an empty path', 'resources: [""]', 'ManifestInvalid'],
    ['two keys', 'configMapGenerator: [{files: [a=b=c]}]', 'ManifestInvalid'],
    ['another kind', 'kind: ConfigMap\nresources: [a]', 'ManifestInvalid'],
    ['a kind that is a list', 'kind: [Kustomization]\nresources: [a]', 'ManifestInvalid'],
    ['another version', 'apiVersion: v1\nresources: [a]', 'ManifestInvalid'],
    ['a chart without name', 'helmCharts: [{version: "1"}]', 'ManifestInvalid'],
    ['a chart repository', 'helmCharts: [{name: a, repo: "https://x"}]', 'RemoteBaseRefused'],
    [
      'a chart repository of old',
      'helmChartInflationGenerator: [{chartName: a, chartRepoUrl: x}]',
      'RemoteBaseRefused',
    ],
    ['a bomb', `a: ${'['.repeat(10_000)}`, 'RenderLimitExceeded'],
  ])('%s', (_, text, reason) => {
    const parsed = parse(text);
    expect(parsed.ok ? 'read' : parsed.stop.reason).toBe(reason);
  });
});

describe('kustomizeAnnotation', () => {
  const manifest = (annotations: Record<string, string>): Manifest => ({
    ref: { group: '', version: 'v1', kind: 'ConfigMap', namespace: '', name: 'a' },
    object: { metadata: { name: 'a', annotations } },
    origin: { path: 'a.yaml', blob: 'a'.repeat(40) as Oid, document: 1 },
  });
  it.each([
    ['none', {}, undefined],
    ['of others', { 'example.com/a': 'b' }, undefined],
    ['local', { 'config.kubernetes.io/local-config': 'true' }, 'config.kubernetes.io/local-config'],
    [
      'hashed',
      { 'kustomize.config.k8s.io/needs-hash': 'true' },
      'kustomize.config.k8s.io/needs-hash',
    ],
    ['internal', { 'internal.config.kubernetes.io/x': 'y' }, 'internal.config.kubernetes.io/x'],
  ])('%s', (_, annotations, found) => {
    expect(kustomizeAnnotation(manifest(annotations))).toBe(found);
  });
});
