import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GpgHome } from '../../../test/support/gpg.ts';
import type { GpgKey } from '../../../test/support/gpg.ts';
import { LINE_KEY, LineWorld } from '../../../test/support/line/world.ts';
import { buildRepo } from '../../../test/support/repo-builder.ts';
import type { TestRepo } from '../../../test/support/repo-builder.ts';
import type { Oid } from '../../domain/oid.ts';

let home: GpgHome;
let ada: GpgKey;
let work: TestRepo;
let root: Oid;
let world: LineWorld;

const map = (name: string, metadata = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${metadata}}\n`;

const OVERLAY: Readonly<Record<string, string>> = {
  'base/kustomization.yaml': 'resources: [web.yaml]\n',
  'base/web.yaml': map('web'),
  'base/unused.yaml': map('unused'),
  'deploy/prod/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../../base, extra.yaml]\n',
  'deploy/prod/extra.yaml': map('extra'),
};

beforeAll(async () => {
  home = await GpgHome.create();
  ada = await home.newKey('Ada', 'ada@example.com');
  work = await buildRepo();
  root = await work.commit({ files: { README: 'x' }, sign: ada });
}, 60_000);

afterAll(async () => {
  await work.remove();
  await home.remove();
});

beforeEach(async () => {
  world = await LineWorld.create(work, ada);
  world.setSpec({ targets: world.repo.spec.targets.map((t) => ({ ...t, path: 'deploy/prod' })) });
});

/** What is written, or why nothing is, when a commit holds the overlay with these changes. */
async function outcome(changes: Readonly<Record<string, string>>): Promise<readonly string[]> {
  await work.branch('case', root);
  world.git.tip = await work.commit({ files: { ...OVERLAY, ...changes }, sign: ada });
  const end = await world.pass();
  return end.stop === undefined ? world.cluster.writes.toSorted() : [end.stop.reason];
}

const WEB = 'apply /ConfigMap/payments/web';
const EXTRA = 'apply /ConfigMap/payments/extra';

describe('a target with a kustomization', () => {
  it('overlay with its base, both applied and nothing else', async () => {
    expect(await outcome({})).toEqual([EXTRA, WEB]);
    const guarded = world.ground.ports.guard.entries(LINE_KEY);
    expect(guarded).toHaveLength(2);
  });

  it('a file named twice, applied once', async () => {
    const text = 'resources: [../../base, extra.yaml, ./extra.yaml, ../../base/web.yaml]\n';
    expect(await outcome({ 'deploy/prod/kustomization.yaml': text })).toEqual([EXTRA, WEB]);
  });

  it.each([
    ['a prefix', 'namePrefix: x-\nresources: [extra.yaml]\n', 'ManifestInvalid'],
    ['a patch', 'patches: [{patch: "a: 1"}]\nresources: [extra.yaml]\n', 'ManifestInvalid'],
    ['a remote base', 'resources: ["https://example.com/base"]\n', 'RemoteBaseRefused'],
    ['a path out of the repository', 'resources: [../../../base]\n', 'PathEscapes'],
    ['a field nobody knows', 'resources: [extra.yaml]\nfetch: x\n', 'ManifestInvalid'],
  ])('%s, nothing applied', async (_, text, reason) => {
    expect(await outcome({ 'deploy/prod/kustomization.yaml': text })).toEqual([reason]);
    expect(world.cluster.writes).toEqual([]);
  });

  it.each([
    [
      'a transform in the base',
      { 'base/kustomization.yaml': 'namespace: x\nresources: [web.yaml]\n' },
    ],
    [
      'an object only for local use',
      {
        'base/web.yaml': map('web', ', annotations: {config.kubernetes.io/local-config: "true"}'),
      },
    ],
    [
      'a kustomization below a plain path',
      {
        'deploy/prod/kustomization.yaml': 'resources: [extra.yaml, sub/kustomization.yaml]\n',
        'deploy/prod/sub/kustomization.yaml': 'resources: []\n',
      },
    ],
  ])('%s, ManifestInvalid', async (_, changes) => {
    expect(await outcome(changes)).toEqual(['ManifestInvalid']);
  });

  it('a plain target with such an annotation, applied as its file has it', async () => {
    world.setSpec({ targets: world.repo.spec.targets.map((t) => ({ ...t, path: 'plain' })) });
    const text = map('a', ', annotations: {config.kubernetes.io/local-config: "true"}');
    expect(await outcome({ 'plain/a.yaml': text })).toEqual(['apply /ConfigMap/payments/a']);
  });
});
