import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { at } from '../../src/domain/json.ts';
import { driftPaths } from '../../src/drift/text.ts';
import { controlPlaneMissing } from '../support/controlplane.ts';
import {
  configMap,
  deployment,
  DriftPlane,
  free,
  PATCH,
  PATHS,
  versionOf,
} from '../support/drift-plane.ts';
import { prerequisite, requireOrSkip } from '../support/prerequisites.ts';

const SOON = { timeout: 20_000, interval: 20 };
/** Long enough for kube-controller-manager to have done what it does to a Deployment. */
const NOISE_MS = 1_500;

const needs = [prerequisite('control plane', controlPlaneMissing)];

describe.runIf(requireOrSkip('drift cases on the real control plane', needs))('drift cases', () => {
  let line: DriftPlane;
  beforeAll(async () => {
    line = await DriftPlane.start();
    console.log(`Kubernetes ${line.plane.version}`);
  });
  afterAll(() => line?.close());
  beforeEach(() => line.next());

  const soon = (told: string): Promise<void> =>
    expect.poll(() => line.lines(), SOON).toContain(told);
  const POD = '/spec/template/spec';
  const WEB = `${POD}/containers[name=web]`;
  const container = (change: JsonObject): JsonObject => ({
    spec: { template: { spec: { containers: [{ name: 'web', ...change }] } } },
  });
  it.each<[string, string, object, string]>([
    ['image', `${WEB}/image`, container({ image: 'registry.example.com/evil:1' }), PATCH.strategic],
    ['args-longer', `${WEB}/args`, container({ args: ['--a', '--b', '--c'] }), PATCH.strategic],
    [
      'env-removed',
      `${WEB}/env`,
      [{ op: 'remove', path: '/spec/template/spec/containers/0/env' }],
      PATCH.json,
    ],
    ['label-removed', '/metadata/labels', { metadata: { labels: null } }, PATCH.merge],
    [
      'cpu-changed',
      `${WEB}/resources/limits/cpu`,
      container({ resources: { limits: { cpu: '2' } } }),
      PATCH.strategic,
    ],
    ['replicas', '/spec/replicas', { spec: { replicas: 7 } }, PATCH.merge],
  ])('%s of a Deployment, reverted', async (name, path, patch, type) => {
    const git = deployment(name);
    await line.put([git]);
    const before = await line.call('GET', `${PATHS.deployments}/${name}`);
    await line.call('PATCH', `${PATHS.deployments}/${name}?fieldManager=kubectl-edit`, patch, type);
    await expect.poll(() => line.told.map((one) => one.outcome), SOON).toEqual(['DriftReverted']);
    expect(driftPaths(line.told[0] ?? { kind: 'fields', fields: [] }).split(',')[0]).toBe(path);
    const after = await line.call('GET', `${PATHS.deployments}/${name}`);
    expect(after['spec']).toEqual(before['spec']);
  });

  it('an untouched Deployment among busy controllers, no drift and no call', async () => {
    await line.put([deployment('quiet')]);
    const replicaSets = `${PATHS.replicaSets}?labelSelector=app%3Dquiet`;
    const count = async (): Promise<unknown> => {
      const items = at(await line.call('GET', replicaSets), 'items');
      return Array.isArray(items) ? items.length : 0;
    };
    await expect.poll(count, SOON).toBe(1);
    line.calls.length = 0;
    await new Promise((resolve) => setTimeout(resolve, NOISE_MS));
    expect([line.lines(), line.calls]).toEqual([[], []]);
  });

  it('scaled through the sub-resource, reverted', async () => {
    await line.put([deployment('scaled')]);
    const path = `${PATHS.deployments}/scaled/scale?fieldManager=hpa`;
    await line.call('PATCH', path, { spec: { replicas: 5 } }, PATCH.merge);
    await soon('DriftReverted /spec/replicas');
    expect(at(await line.call('GET', `${PATHS.deployments}/scaled`), 'spec', 'replicas')).toBe(1);
  });

  it('the same value under another spelling, a foreign variable and a sidecar, left alone', async () => {
    await line.put([deployment('foreign')]);
    const containers = [
      {
        name: 'web',
        env: [{ name: 'X', value: 'x' }],
        resources: { limits: { cpu: '1' } },
      },
      { name: 'side', image: 'registry.example.com/side:1' },
    ];
    const patch = { spec: { template: { spec: { containers } } } };
    await line.call(
      'PATCH',
      `${PATHS.deployments}/foreign?fieldManager=kubectl-edit`,
      patch,
      PATCH.strategic,
    );
    await new Promise((resolve) => setTimeout(resolve, NOISE_MS));
    expect([line.lines(), line.calls.filter((one) => one === 'apply')]).toEqual([[], ['apply']]);
  });

  it('put back by hand while nobody looked, ownership regained by one write', async () => {
    const git = configMap('back', { k: 'good' });
    await line.put([git]);
    line.guard.drop(line.repo);
    for (const k of ['evil', 'good']) {
      await line.call(
        'PATCH',
        `${PATHS.configMaps}/back?fieldManager=kubectl-edit`,
        { data: { k } },
        PATCH.merge,
      );
    }
    await line.put([git], { method: 'compare' });
    await expect.poll(() => line.lines(), SOON).toHaveLength(1);
    expect(line.told[0]).toMatchObject({ outcome: 'DriftReverted', manager: 'kubectl-edit' });
    const managers = JSON.stringify(
      at(await line.call('GET', `${PATHS.configMaps}/back`), 'metadata'),
    );
    expect(managers).toContain('"manager":"gitward"');
  });

  it('managedFields reset, regained', async () => {
    await line.put([deployment('reset')]);
    const patch = { metadata: { managedFields: [{}] } };
    await line.call('PATCH', `${PATHS.deployments}/reset`, patch, PATCH.merge);
    await soon('DriftReverted (every owned field)');
    const metadata = at(await line.call('GET', `${PATHS.deployments}/reset`), 'metadata');
    expect(JSON.stringify(metadata)).toContain('"manager":"gitward"');
  });

  it("applied by somebody under gitward's own name, reverted", async () => {
    const git = configMap('spoof', { k: 'good' });
    await line.put([git]);
    const body = configMap('spoof', { k: 'evil' });
    await line.call(
      'PATCH',
      `${PATHS.configMaps}/spoof?fieldManager=gitward&force=true`,
      body,
      PATCH.apply,
    );
    await soon('DriftReverted /data/k');
    expect(at(await line.call('GET', `${PATHS.configMaps}/spoof`), 'data')).toEqual({ k: 'good' });
  });

  it('Audit, an object of somebody else, compared without a write; its drift told', async () => {
    const git = configMap('audited', { k: 'good' });
    const path = `${PATHS.configMaps}?fieldManager=kubectl-create`;
    const created = await line.call('POST', path, { ...git, data: { k: 'good', more: 'x' } });
    await line.put([git], { mode: 'Audit' });
    expect(versionOf(await line.call('GET', `${PATHS.configMaps}/audited`))).toBe(
      versionOf(created),
    );
    expect(line.lines()).toEqual([]);
    await line.call('PATCH', `${PATHS.configMaps}/audited`, { data: { k: 'evil' } }, PATCH.merge);
    await soon('DriftReported /data/k');
    await line.call('PATCH', `${PATHS.configMaps}/audited`, { data: { k: 'good' } }, PATCH.merge);
    await soon('Succeeded /data/k');
    expect(line.calls).not.toContain('apply');
  });

  it('Audit, an object that is not there, told', async () => {
    await line.put([configMap('absent', { k: 'good' })], { mode: 'Audit' });
    await soon('DriftReported (deleted)');
    expect(line.calls).not.toContain('apply');
  });

  it('applied again with no change, nothing is written by the server', async () => {
    const git = configMap('again', { k: 'good' });
    await line.put([git]);
    const before = await line.call('GET', `${PATHS.configMaps}/again`);
    line.guard.drop(line.repo);
    await line.put([git]);
    expect(line.calls).toEqual(['apply', 'apply']);
    expect(versionOf(await line.call('GET', `${PATHS.configMaps}/again`))).toBe(versionOf(before));
  });

  it('deleted, recreated', async () => {
    await line.put([configMap('deleted', { k: 'good' })]);
    await line.call('DELETE', `${PATHS.configMaps}/deleted`);
    await soon('DriftReverted (deleted)');
    expect(at(await line.call('GET', `${PATHS.configMaps}/deleted`), 'data')).toEqual({
      k: 'good',
    });
  });

  it('deleted, but held by a finalizer, told at once and recreated when it is gone', async () => {
    await line.put([configMap('held', { k: 'good' })]);
    const held = { metadata: { finalizers: ['example.com/hold'] } };
    await line.call('PATCH', `${PATHS.configMaps}/held`, held, PATCH.merge);
    await line.call('DELETE', `${PATHS.configMaps}/held`);
    await soon('DriftReported (being deleted)');
    await line.call(
      'PATCH',
      `${PATHS.configMaps}/held`,
      { metadata: { finalizers: null } },
      PATCH.merge,
    );
    await soon('DriftReverted (deleted)');
  });

  it('edited and deleted while gitward was away, found by the first list and undone', async () => {
    const objects = [configMap('away-1', { k: 'good' }), configMap('away-2', { k: 'good' })];
    await line.put(objects);
    line.guard.drop(line.repo);
    await line.call('PATCH', `${PATHS.configMaps}/away-1`, { data: { k: 'evil' } }, PATCH.merge);
    await line.call('DELETE', `${PATHS.configMaps}/away-2`);
    await line.restart();
    await line.put(objects, { method: 'compare' });
    await expect
      .poll(() => line.lines().toSorted(), SOON)
      .toEqual(['DriftReverted (deleted)', 'DriftReverted /data/k']);
  });

  it('a Secret, reverted, and no value told', async () => {
    const git = {
      ...configMap('db', { password: 'Y2FuYXJ5' }),
      kind: 'Secret',
      type: 'Opaque',
    };
    await line.put([git]);
    await line.call(
      'PATCH',
      `${PATHS.secrets}/db`,
      { data: { password: 'Y2FuYXJ5LTI=' } },
      PATCH.merge,
    );
    await soon('DriftReverted /data/password');
    expect(JSON.stringify(line.told)).not.toContain('Y2FuYXJ5');
  });

  it('a custom resource, its spelling kept, unknown fields guarded, its defaults foreign', async () => {
    const git = free('one', { size: '1000m', free: { a: { b: [1] }, n: null } });
    await line.put([git]);
    await line.call('PATCH', `${PATHS.frees}/one`, { spec: { d: 'other' } }, PATCH.merge);
    await line.call(
      'PATCH',
      `${PATHS.frees}/one`,
      { spec: { free: { a: { b: [1, 2] } } } },
      PATCH.merge,
    );
    await soon('DriftReverted /spec/free/a/b');
    await line.call('PATCH', `${PATHS.frees}/one`, { spec: { size: '1' } }, PATCH.merge);
    await soon('DriftReverted /spec/size');
    expect(line.lines()).toHaveLength(2);
    const { spec } = await line.call('GET', `${PATHS.frees}/one`);
    expect(spec).toMatchObject({ size: '1000m', d: 'other', free: { a: { b: [1] } } });
  });

  it('a typo in a field, a user error and no retry', async () => {
    const git = deployment('typo');
    const spec = { ...(at(git, 'spec') as JsonObject), replcas: 2 };
    const [outcome] = await line.put([{ ...git, spec }]);
    expect(outcome?.outcome).toMatchObject({ ok: false, stop: { reason: 'ManifestInvalid' } });
    expect(line.calls).toEqual(['apply']);
  });

  it('the namespace is deleted, tried rarely and never in its way', async () => {
    await line.createNamespace('doomed');
    const names = ['a', 'b', 'c'];
    await line.put(names.map((name) => configMap(name, { k: 'good' }, 'doomed')));
    line.calls.length = 0;
    await line.call('DELETE', '/api/v1/namespaces/doomed');
    const code = async (): Promise<unknown> =>
      (await line.call('GET', '/api/v1/namespaces/doomed'))['code'];
    await expect.poll(code, SOON).toBe(404);
    await new Promise((resolve) => setTimeout(resolve, NOISE_MS));
    expect(line.calls.filter((one) => one === 'apply').length).toBeLessThanOrEqual(
      2 * names.length,
    );
    expect(line.guard.drifts(line.repo).map((one) => one.outcome)).toEqual(
      names.map(() => 'ApplyConflict'),
    );
  });

  it('the CRD is removed under it, blind with a reason; back again, seen with the next plan', async () => {
    const git = free('two', { size: 1 });
    await line.put([git]);
    await line.call('DELETE', `${PATHS.crds}/frees.x.dev`);
    await expect.poll(() => line.guard.watchHealth(line.repo)?.reason, SOON).toBe('APIUnavailable');
    await line.createCrd();
    const isBack = async (): Promise<unknown> => {
      const [outcome] = await line.put([{ ...git, spec: { size: 2 } }]);
      return outcome?.outcome.ok;
    };
    await expect.poll(isBack, SOON).toBe(true);
    await expect.poll(() => line.guard.watchHealth(line.repo), SOON).toBe(undefined);
  });
});
