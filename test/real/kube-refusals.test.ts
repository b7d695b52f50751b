import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApiClient } from '../../src/adapters/kube/client.ts';
import { connect } from '../../src/adapters/kube/connection.ts';
import { createKinds } from '../../src/adapters/kube/kinds.ts';
import { createGuardedObjects } from '../../src/adapters/kube/objects.ts';
import type { ApiClient } from '../../src/adapters/kube/request.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Manifest } from '../../src/domain/manifest.ts';
import { objectKey } from '../../src/domain/object-ref.ts';
import type { ObjectRef } from '../../src/domain/object-ref.ts';
import { parseOid } from '../../src/domain/oid.ts';
import { mintApprovedPlan } from '../../src/domain/proof.ts';
import type { GuardedObjects, ServiceAccount } from '../../src/reconcile/ports.ts';
import { systemClock } from '../../src/wire/clock.ts';
import {
  type ControlPlane,
  controlPlaneMissing,
  startControlPlane,
  type User,
} from '../support/controlplane.ts';
import { prerequisite, requireOrSkip } from '../support/prerequisites.ts';

const CANARY = 'C4n4ry';
const WHOLE: ServiceAccount = { namespace: 'payments', name: 'deployer' };
const PATCHER: ServiceAccount = { namespace: 'payments', name: 'patcher' };
const NOBODY: ServiceAccount = { namespace: 'payments', name: 'nobody' };
const RBAC = 'apis/rbac.authorization.k8s.io/v1';
const controllers = { controllers: false };
const needs = [prerequisite('control plane', () => controlPlaneMissing(controllers))];

let plane: ControlPlane;
const clients = new Map<User, ApiClient>();
const objects = new Map<User, GuardedObjects>();

async function open(user: User): Promise<void> {
  const clock = systemClock;
  const connected = await connect({ clock, kubeconfig: plane.kubeconfig(user) });
  if (!connected.ok) throw new Error(connected.stop.message);
  const limit = { qps: 5_000, burst: 5_000, inFlight: 32 };
  const connection = connected.value;
  const client = createApiClient({ connection, clock, userAgent: 'gitward/test', limit });
  clients.set(user, client);
  const kinds = createKinds(client, clock);
  objects.set(user, createGuardedObjects({ client, kinds, clock, random: Math.random }));
}

async function create(path: string, json: JsonObject): Promise<void> {
  const body = { type: 'application/json', json };
  const answer = await clients.get('admin')?.call({ method: 'POST', path: path.split('/'), body });
  if (answer?.ok !== true) throw new Error(JSON.stringify(answer));
}

async function grant(account: ServiceAccount, verbs: readonly string[]): Promise<void> {
  const { name, namespace } = account;
  const rule = { apiGroups: ['*'], resources: ['*'], verbs };
  await create(`${RBAC}/namespaces/payments/roles`, { metadata: { name }, rules: [rule] });
  await create(`${RBAC}/namespaces/payments/rolebindings`, {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
}

function manifest(ref: Partial<ObjectRef>, more: JsonObject): Manifest {
  const base = { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'payments', name: 'a' };
  const whole = { ...base, ...ref };
  const apiVersion = whole.group === '' ? whole.version : `${whole.group}/${whole.version}`;
  const metadata = { name: whole.name, namespace: whole.namespace };
  const blob = parseOid('0'.repeat(40));
  if (blob === undefined) throw new Error('no oid');
  const object = { apiVersion, kind: whole.kind, metadata, ...more };
  return { ref: whole, object, origin: { path: 'a.yaml', blob, document: 1 } };
}

const configMap = (name: string, data: JsonObject = { a: '1' }): Manifest =>
  manifest({ name }, { data });
const secret = (more: JsonObject): Manifest => manifest({ kind: 'Secret', name: 's' }, more);
const deployment = (spec: JsonObject): Manifest => {
  const template = {
    metadata: { labels: { a: 'b' } },
    spec: { containers: [{ name: 'c', image: 'x' }] },
  };
  const whole = { selector: { matchLabels: { a: 'b' } }, template, ...spec };
  return manifest({ group: 'apps', kind: 'Deployment', name: 'd' }, { spec: whole });
};

async function apply(
  one: Manifest,
  as: ServiceAccount = WHOLE,
  user: User = 'admin',
): Promise<readonly [string, string]> {
  const plan = mintApprovedPlan({ key: objectKey(one.ref), manifest: one, operation: 'apply' });
  const result = await objects.get(user)?.apply(plan, as);
  if (result === undefined) throw new Error('no client');
  return result.ok ? ['ok', ''] : [result.stop.reason, JSON.stringify(result.stop)];
}

describe.runIf(requireOrSkip('refusals of a real API server', needs))('refusals', () => {
  beforeAll(async () => {
    plane = await startControlPlane(controllers);
    for (const user of ['admin', 'operator'] as const) await open(user);
    await create('api/v1/namespaces', { metadata: { name: 'payments' } });
    await create('api/v1/namespaces', { metadata: { name: 'dying', finalizers: ['x.dev/hold'] } });
    await clients
      .get('admin')
      ?.call({ method: 'DELETE', path: ['api', 'v1', 'namespaces', 'dying'] });
    await grant(WHOLE, ['*']);
    await grant(PATCHER, ['patch']);
    const asSoonAsGranted = { timeout: 10_000, interval: 50 };
    for (const as of [WHOLE, PATCHER]) {
      const tryIt = async (): Promise<void> => {
        const [reason, text] = await apply(configMap('a'), as);
        if (reason !== 'ok') throw new Error(text);
      };
      await vi.waitFor(tryIt, asSoonAsGranted);
    }
  });
  afterAll(async () => {
    for (const client of clients.values()) await client.close();
    await plane?.close();
  });

  it.each([
    [
      'a right that is missing',
      configMap('a'),
      NOBODY,
      { reason: 'Forbidden', part: 'verbs: [\\"patch\\"]' },
    ],
    [
      'a create that is missing',
      configMap('new'),
      PATCHER,
      { reason: 'Forbidden', part: 'verbs: [\\"create\\"]' },
    ],
    [
      'a typo',
      deployment({ replcas: 1 }),
      WHOLE,
      { reason: 'ManifestInvalid', part: '.spec.replcas' },
    ],
    [
      'a wrong type',
      deployment({ replicas: 'many' }),
      WHOLE,
      { reason: 'ManifestInvalid', part: '.spec.replicas' },
    ],
    [
      'a value out of bounds',
      deployment({ replicas: -1 }),
      WHOLE,
      { reason: 'ManifestInvalid', part: 'spec.replicas' },
    ],
    [
      'an unknown kind',
      manifest({ kind: 'Foo' }, {}),
      WHOLE,
      { reason: 'ManifestInvalid', part: 'Foo' },
    ],
    [
      'an unknown group',
      manifest({ group: 'x.dev' }, {}),
      WHOLE,
      { reason: 'ManifestInvalid', part: 'x.dev/v1' },
    ],
    [
      'a kind that can not be applied',
      manifest({ group: 'authorization.k8s.io', kind: 'LocalSubjectAccessReview' }, { spec: {} }),
      WHOLE,
      { reason: 'APIUnavailable', part: '' },
    ],
    [
      'a namespace that never was',
      manifest({ namespace: 'gone' }, {}),
      WHOLE,
      { reason: 'ApplyConflict', part: 'is gone' },
    ],
    [
      'a namespace that is going',
      manifest({ namespace: 'dying' }, {}),
      WHOLE,
      { reason: 'ApplyConflict', part: 'is being deleted' },
    ],
    [
      'rights beyond the own',
      manifest(
        { group: 'rbac.authorization.k8s.io', kind: 'Role' },
        { rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['create'] }] },
      ),
      PATCHER,
      { reason: 'Forbidden', part: '' },
    ],
  ])('%s, stops with its reason', async (_name, one, as, { reason, part }) => {
    const [seen, text] = await apply(one, as);
    expect(seen).toBe(reason);
    expect(text).toContain(part);
  });

  it('an impersonation that is not granted, names the right and the place', async () => {
    const [reason, text] = await apply(configMap('a'), WHOLE, 'operator');
    expect(reason).toBe('Forbidden');
    expect(text).toContain('resourceNames: [\\"deployer\\"], verbs: [\\"impersonate\\"]');
  });

  it.each([
    ['no base64', secret({ data: { a: `!!${CANARY}!!` } })],
    ['a number', secret({ data: { a: 4_242_424 } })],
    ['an object', secret({ stringData: { a: { b: CANARY } } })],
    [
      'a broken pull secret',
      secret({
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': Buffer.from(CANARY).toString('base64') },
      }),
    ],
    [
      'an illegal key',
      secret({ data: { [`${'x'.repeat(253)} `]: Buffer.from(CANARY).toString('base64') } }),
    ],
    ['a ConfigMap with an object', configMap('nested', { a: { b: CANARY } })],
  ])('a refused value (%s), is not repeated', async (_name, one) => {
    const [reason, text] = await apply(one);
    expect(reason).toBe('ManifestInvalid');
    expect(text).not.toMatch(/C4n4ry|4242424/);
  });

  it('a limit of the namespace, is admission and no missing right', async () => {
    const spec = { limits: [{ type: 'Container', max: { cpu: '100m' } }] };
    await create('api/v1/namespaces/payments/limitranges', { metadata: { name: 'l' }, spec });
    const resources = { limits: { cpu: '1' }, requests: { cpu: '1' } };
    const containers = [{ name: 'c', image: 'x', resources }];
    const one = manifest({ kind: 'Pod' }, { spec: { containers } });
    const dryRun = async (): Promise<string> => {
      const result = await objects.get('admin')?.dryRun(one, WHOLE);
      return result?.ok === false ? result.stop.reason : 'ok';
    };
    await expect.poll(dryRun, { timeout: 10_000 }).toBe('DryRunDenied');
    expect((await apply(one))[0]).toBe('Forbidden');
  });

  it('a name with capitals and a colon, is applied, read and removed as itself', async () => {
    const role = manifest(
      { group: 'rbac.authorization.k8s.io', kind: 'Role', name: 'My:Role' },
      { rules: [] },
    );
    expect((await apply(role))[0]).toBe('ok');
    const read = await objects.get('admin')?.read(role.ref);
    expect(read).toMatchObject({ ok: true, value: { metadata: { name: 'My:Role' } } });
    expect(await objects.get('admin')?.remove(role.ref, WHOLE)).toMatchObject({ ok: true });
    expect(await objects.get('admin')?.read(role.ref)).toEqual({ ok: true, value: undefined });
  });

  it('a thousand applies by 16 workers, are not held up by this client', async () => {
    const names = Array.from({ length: 1_000 }, (_, i) => `bulk-${i}`);
    const before = performance.now();
    const work = async (): Promise<void> => {
      for (let name = names.pop(); name !== undefined; name = names.pop()) {
        expect((await apply(configMap(name)))[0]).toBe('ok');
      }
    };
    await Promise.all(Array.from({ length: 16 }, work));
    const seconds = (performance.now() - before) / 1_000;
    console.log(`1,000 applies in ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(20);
  });
});
