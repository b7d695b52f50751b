import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { matchesPath } from '../../src/policy/pattern.ts';
import { DEFAULT_RENDER_LIMITS, readSetOf } from '../../src/render/index.ts';
import { memoryTree } from '../support/memory-tree.ts';
import { requireOrSkip, serverFeature, tool } from '../support/prerequisites.ts';

// prod/ is under a rule of two releasers, lax/ is not. Somebody who may change lax/ alone gets its
// bytes into prod. The naive guard looks at the paths below prod, or reads the kustomization as far
// as it knows it; kustomize reads more.

const SECRET = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: evil}\n';
const RULE = 'prod/**';

type Files = Readonly<Record<string, string>>;
const attacks: readonly (readonly [string, Files])[] = [
  [
    'a base beside prod',
    {
      'prod/kustomization.yaml': 'resources: [../lax]\n',
      'lax/kustomization.yaml': 'resources: [web.yaml]\n',
    },
  ],
  [
    'a base of a base',
    {
      'prod/kustomization.yaml': 'resources: [mid]\n',
      'prod/mid/kustomization.yml': 'resources: [../../lax]\n',
      'lax/Kustomization': 'resources: [web.yaml]\n',
    },
  ],
  [
    'a field in other letters',
    {
      'prod/kustomization.yaml': 'Resources: [../lax]\n',
      'lax/kustomization.yaml': 'resources: [web.yaml]\n',
    },
  ],
  [
    'a base through an anchor',
    {
      'prod/kustomization.yaml': 'metadata: {name: &b ../lax}\nresources: [*b]\n',
      'lax/kustomization.yaml': 'resources: [web.yaml]\n',
    },
  ],
  [
    'a component',
    {
      'prod/kustomization.yaml': 'components: [../lax]\n',
      'lax/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [web.yaml]\n',
    },
  ],
];

/** The paths that a simple guard takes for what prod reads. */
function naive(files: Files): readonly string[] {
  const own: { resources?: readonly string[] } | null = parse(
    files['prod/kustomization.yaml'] ?? '',
  );
  const listed = (own?.resources ?? []).filter((path) => !path.startsWith('..'));
  return [...Object.keys(files), ...listed.map((path) => `prod/${path}`)].filter((path) =>
    matchesPath(RULE, path),
  );
}

/** What gitward says prod reads, or why it does not render it. */
async function ours(files: Files): Promise<readonly string[] | string> {
  const set = await readSetOf(memoryTree(files), 'prod', DEFAULT_RENDER_LIMITS);
  return set.ok ? set.value.blobs.map(({ path }) => path) : set.stop.reason;
}

const kustomize5 = serverFeature('kustomize 5', () => {
  const said = spawnSync('kubectl', ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  return /"kustomizeVersion": *"v[5-9]/.test(said.stdout)
    ? undefined
    : 'this kubectl has an older one';
});

describe('bytes from outside the rule', () => {
  it.each(attacks)(
    '%s, the naive guard does not see it, gitward does or refuses',
    async (_, files) => {
      const all = { ...files, 'lax/web.yaml': SECRET };
      expect(naive(all)).not.toContain('lax/web.yaml');
      const read = await ours(all);
      expect(read === 'ManifestInvalid' || read.includes('lax/web.yaml')).toBe(true);
    },
  );
});

describe.runIf(requireOrSkip('read-set evasion by kustomize', [tool('kubectl'), kustomize5]))(
  'kustomize',
  () => {
    let dir: string;
    beforeAll(() => {
      dir = mkdtempSync(join(tmpdir(), 'gw-evasion-'));
    });
    afterAll(() => rmSync(dir, { recursive: true }));

    it.each(attacks)('%s, does read it', (name, files) => {
      for (const [path, text] of Object.entries({ ...files, 'lax/web.yaml': SECRET })) {
        mkdirSync(dirname(join(dir, name, path)), { recursive: true });
        writeFileSync(join(dir, name, path), text);
      }
      const done = spawnSync('kubectl', ['kustomize', join(dir, name, 'prod')], {
        encoding: 'utf8',
      });
      expect(done.stdout).toContain('evil');
    });
  },
);
