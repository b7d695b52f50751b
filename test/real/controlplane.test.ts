import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ControlPlane,
  controlPlaneMissing,
  startControlPlane,
} from '../support/controlplane.ts';
import { prerequisite, requireOrSkip } from '../support/prerequisites.ts';

const SETTLE = { timeout: 30_000, interval: 50 };
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

const needs = [prerequisite('control plane', controlPlaneMissing)];

describe.runIf(requireOrSkip('the real control plane', needs))('the real control plane', () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    const startedAt = performance.now();
    plane = await startControlPlane();
    console.log(
      `Kubernetes ${plane.version}, up in ${Math.round(performance.now() - startedAt)} ms`,
    );
  });
  afterAll(() => plane?.close());

  it('a fresh server, tells a release version', () => {
    expect(plane.version).toMatch(/^v1\.\d+\.\d+/);
  });

  it('a restarted API server, is where it was with what it had', async () => {
    await create('/api/v1/namespaces/default/configmaps', named('kept'));
    await plane.stopApiServer();
    await expect(statusOf('/api/v1/namespaces/default')).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    await plane.restartApiServer();
    expect(await statusOf('/api/v1/namespaces/default/configmaps/kept')).toBe(200);
  });

  it('a deleted namespace with an object in it, is finalised by its controller', async () => {
    await create('/api/v1/namespaces', named('short-lived'));
    await create('/api/v1/namespaces/short-lived/configmaps', named('left-behind'));
    await plane.call('admin', { method: 'DELETE', path: '/api/v1/namespaces/short-lived' });
    await expect.poll(() => statusOf('/api/v1/namespaces/short-lived'), SETTLE).toBe(404);
  });

  it('a Deployment, gets a ReplicaSet, and deleting it collects that', async () => {
    const labels = { app: 'web' };
    const path = '/apis/apps/v1/namespaces/default/deployments';
    await create(path, {
      metadata: { name: 'web' },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [{ name: 'web', image: 'registry.example.com/web:1' }] },
        },
      },
    });
    const replicaSets = '/apis/apps/v1/namespaces/default/replicasets?labelSelector=app%3Dweb';
    await expect.poll(() => countOf(replicaSets), SETTLE).toBe(1);
    await plane.call('admin', { method: 'DELETE', path: `${path}/web` });
    await expect.poll(() => countOf(replicaSets), SETTLE).toBe(0);
  });

  it.each(['alice', 'operator'] as const)(
    '%s without a binding, is forbidden to list',
    async (user) => {
      const answer = await plane.call(user, { method: 'GET', path: '/api/v1/configmaps' });
      expect([answer.status, parse(answer.text)['reason']]).toEqual([403, 'Forbidden']);
    },
  );

  it('the operator, impersonates the one account it was granted and no other', async () => {
    await create(`${RBAC}/clusterroles`, {
      ...named('impersonate-deployer'),
      rules: [
        {
          apiGroups: [''],
          resources: ['serviceaccounts'],
          resourceNames: ['deployer'],
          verbs: ['impersonate'],
        },
      ],
    });
    await create(`${RBAC}/namespaces/default/rolebindings`, {
      ...named('impersonate-deployer'),
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'impersonate-deployer',
      },
      subjects: [{ kind: 'ServiceAccount', name: 'gitward', namespace: 'gitward-system' }],
    });
    await create(`${RBAC}/namespaces/default/rolebindings`, {
      ...named('deployer-edits'),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace: 'default' }],
    });
    const listAs = async (account: string): Promise<number> => {
      const headers = { 'impersonate-user': `system:serviceaccount:default:${account}` };
      const path = '/api/v1/namespaces/default/configmaps';
      return (await plane.call('operator', { method: 'GET', path, headers })).status;
    };
    await expect.poll(() => listAs('deployer'), SETTLE).toBe(200);
    expect(await listAs('default')).toBe(403);
  });

  async function create(path: string, body: object): Promise<void> {
    const answer = await plane.call('admin', { method: 'POST', path, body });
    expect([answer.status, answer.text]).toEqual([201, expect.anything()]);
  }

  async function statusOf(path: string): Promise<number> {
    return (await plane.call('admin', { method: 'GET', path })).status;
  }

  async function countOf(path: string): Promise<number> {
    const { items } = parse((await plane.call('admin', { method: 'GET', path })).text);
    return Array.isArray(items) ? items.length : -1;
  }
});

const named = (name: string): { metadata: { name: string } } => ({ metadata: { name } });

// JSON.parse answers any; whatever the server sent is an object or fails the test.
const parse = (text: string): Record<string, unknown> =>
  JSON.parse(text) as Record<string, unknown>;
