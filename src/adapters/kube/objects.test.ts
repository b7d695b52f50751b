import { Agent } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/clock.ts';
import { startSandbox } from '../../../test/support/sandbox/index.ts';
import type { Dict, Sandbox } from '../../../test/support/sandbox/index.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Manifest } from '../../domain/manifest.ts';
import { objectKey } from '../../domain/object-ref.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import { parseOid } from '../../domain/oid.ts';
import { mintApprovedPlan } from '../../domain/proof.ts';
import type { ApprovedPlan } from '../../domain/proof.ts';
import type { GuardedObjects } from '../../reconcile/ports.ts';
import { createApiClient } from './client.ts';
import { createKinds } from './kinds.ts';
import { createGuardedObjects } from './objects.ts';
import type { ApiClient } from './request.ts';

const AS = { namespace: 'payments', name: 'deployer' };
const USER = 'system:serviceaccount:payments:deployer';
const clock = manualClock();
let sandbox: Sandbox;
let client: ApiClient;
let objects: GuardedObjects;
let leads = true;

beforeAll(async () => {
  sandbox = await startSandbox({ namespaces: ['payments'] });
  const agent = new Agent();
  client = createApiClient({
    clock,
    userAgent: 'gitward/test',
    connection: {
      origin: sandbox.url,
      prefix: '',
      namespace: undefined,
      headers: () => Promise.resolve({ authorization: 'Bearer operator-token' }),
      refresh: () => undefined,
      calls: () => agent,
      watches: () => agent,
      close: () => agent.destroy(),
    },
  });
  const kinds = createKinds(client, clock);
  const fence = (): boolean => leads;
  objects = createGuardedObjects({ client, kinds, clock, random: () => 0, fence });
});
afterAll(async () => {
  await client.close();
  await sandbox.close();
});
beforeEach(() => {
  leads = true;
  sandbox.faults.clear();
  sandbox.requests.clear();
  sandbox.denied.length = 0;
});

function manifest(name: string, more: JsonObject = {}, ref: Partial<ObjectRef> = {}): Manifest {
  const whole = {
    group: '',
    version: 'v1',
    kind: 'ConfigMap',
    namespace: 'payments',
    name,
    ...ref,
  };
  const apiVersion = whole.group === '' ? whole.version : `${whole.group}/${whole.version}`;
  const metadata = { name: whole.name, namespace: whole.namespace };
  const object = { apiVersion, kind: whole.kind, metadata, data: { a: '1' }, ...more };
  const blob = parseOid('0'.repeat(40));
  if (blob === undefined) throw new Error('no oid');
  return { ref: whole, object, origin: { path: 'a.yaml', blob, document: 1 } };
}

const configMap = (name: string): Dict => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'payments' },
  data: { a: '1' },
});
const plan = (one: Manifest): ApprovedPlan =>
  mintApprovedPlan({ key: objectKey(one.ref), manifest: one, operation: 'apply' });
const reason = (result: Awaited<ReturnType<GuardedObjects['apply']>>): string =>
  result.ok ? 'ok' : result.stop.reason;

describe('createGuardedObjects', () => {
  it('an apply, is impersonated, owned by gitward and answers the stored object', async () => {
    const result = await objects.apply(plan(manifest('a')), AS);
    const stored = sandbox.stored('/configmaps', 'payments', 'a');
    expect(result).toEqual({ ok: true, value: stored });
    const entry = sandbox.requests.entries.find(
      ({ verb, name }) => verb === 'patch' && name === 'a',
    );
    expect(entry).toMatchObject({ user: USER, impersonator: 'operator', dryRun: false });
    expect(new URLSearchParams(entry?.query)).toEqual(
      new URLSearchParams({ fieldManager: 'gitward', force: 'true', fieldValidation: 'Strict' }),
    );
  });

  it("a manifest with the server's own metadata and status, is applied without them", async () => {
    const metadata = {
      name: 'b',
      namespace: 'payments',
      labels: { a: 'b' },
      uid: 'other',
      resourceVersion: '1',
      managedFields: [{}],
      creationTimestamp: null,
    };
    expect(reason(await objects.apply(plan(manifest('b', { metadata, status: {} })), AS))).toBe(
      'ok',
    );
    expect(sandbox.stored('/configmaps', 'payments', 'b')).toMatchObject({
      metadata: { labels: { a: 'b' } },
    });
  });

  it('a dry-run, answers what would be stored and stores nothing', async () => {
    const result = await objects.dryRun(manifest('dry'), AS);
    expect([reason(result), sandbox.stored('/configmaps', 'payments', 'dry')]).toEqual([
      'ok',
      undefined,
    ]);
  });

  it.each([
    ['an empty name', { namespace: 'payments', name: '' }],
    ['an empty namespace', { namespace: '', name: 'deployer' }],
  ])('%s of the account, is Forbidden before anything is sent', async (_name, as) => {
    // The naive client would send no Impersonate-User and write as the operator itself.
    const one = manifest('never');
    expect(reason(await objects.apply(plan(one), as))).toBe('Forbidden');
    expect(reason(await objects.dryRun(one, as))).toBe('Forbidden');
    expect(await objects.remove(one.ref, as)).toMatchObject({ stop: { reason: 'Forbidden' } });
    expect(sandbox.requests.count()).toBe(0);
  });

  it('lost leadership, keeps writes from the wire but not dry-runs and reads', async () => {
    leads = false;
    const one = manifest('fenced');
    expect(reason(await objects.apply(plan(one), AS))).toBe('APIUnavailable');
    expect(await objects.remove(one.ref, AS)).toMatchObject({ stop: { kind: 'retry' } });
    expect(sandbox.requests.count({ name: 'fenced' })).toBe(0);
    expect(reason(await objects.dryRun(one, AS))).toBe('ok');
    expect(await objects.read(one.ref)).toEqual({ ok: true, value: undefined });
  });

  it.each([
    ['an unknown kind', manifest('x', {}, { kind: 'Nonsense' }), 'ManifestInvalid'],
    ['an unknown group', manifest('x', {}, { group: 'no.example.com' }), 'ManifestInvalid'],
    ['a namespace that is gone', manifest('x', {}, { namespace: 'gone' }), 'ApplyConflict'],
    [
      'a namespaced kind without namespace',
      manifest('x', {}, { namespace: '' }),
      'ManifestInvalid',
    ],
    ['a cluster kind with namespace', manifest('x', {}, { kind: 'Namespace' }), 'ManifestInvalid'],
    ['a name of two dots', manifest('..'), 'ManifestInvalid'],
    ['an empty name', manifest(''), 'ManifestInvalid'],
  ])('%s, stops with its reason', async (_name, one, expected) => {
    expect(reason(await objects.apply(plan(one), AS))).toBe(expected);
  });

  it('a right that is missing in a namespace that is gone, is told as the namespace', async () => {
    sandbox.denied.push({ user: USER });
    const one = manifest('x', {}, { namespace: 'gone' });
    expect(reason(await objects.apply(plan(one), AS))).toBe('ApplyConflict');
    expect(reason(await objects.apply(plan(manifest('x')), AS))).toBe('Forbidden');
  });

  it('conflicts in a row, are tried again a bounded number of times', async () => {
    const match = { verb: 'patch', name: 'c' };
    sandbox.faults.add({ match, effect: { kind: 'status', code: 409 }, times: 3 });
    const apply = async (): Promise<string> => {
      const outcomes: string[] = [];
      void objects.apply(plan(manifest('c')), AS).then((result) => outcomes.push(reason(result)));
      while (outcomes.length === 0) await clock.advance(1);
      return outcomes.join();
    };
    expect(await apply()).toBe('ok');
    sandbox.faults.add({ match, effect: { kind: 'status', code: 409 } });
    expect(await apply()).toBe('ApplyConflict');
    expect(sandbox.requests.count({ name: 'c' })).toBe(9);
  });

  it.each([
    [{ kind: 'status', code: 500 } as const, 'APIUnavailable'],
    [{ kind: 'status', code: 503 } as const, 'APIUnavailable'],
    [{ kind: 'reset' } as const, 'APIUnavailable'],
    [{ kind: 'lose-answer' } as const, 'APIUnavailable'],
  ])('a fault %j, is tried again later', async (effect, expected) => {
    sandbox.faults.add({ match: { verb: 'patch' }, effect, times: 1 });
    expect(reason(await objects.apply(plan(manifest('d')), AS))).toBe(expected);
    expect(reason(await objects.apply(plan(manifest('d')), AS))).toBe('ok');
  });

  it('a read, is the operator’s own; what is absent is undefined', async () => {
    sandbox.denied.push({ user: USER });
    sandbox.seed(configMap('e'));
    const found = await objects.read(manifest('e').ref);
    expect(found).toMatchObject({ ok: true, value: { data: { a: '1' } } });
    for (const ref of [{}, { namespace: 'gone' }, { kind: 'Nonsense' }]) {
      expect(await objects.read(manifest('none', {}, ref).ref)).toEqual({
        ok: true,
        value: undefined,
      });
    }
  });

  it('a removal, is impersonated; gone already is success', async () => {
    sandbox.seed(configMap('f'));
    for (const _ of [1, 2]) {
      expect(await objects.remove(manifest('f').ref, AS)).toEqual({ ok: true, value: undefined });
    }
    expect(sandbox.requests.filter({ verb: 'delete' }).map(({ user }) => user)).toEqual([
      USER,
      USER,
    ]);
    expect(sandbox.stored('/configmaps', 'payments', 'f')).toBeUndefined();
  });

  it('a right to delete that is missing, is named', async () => {
    sandbox.seed(configMap('g'));
    sandbox.denied.push({ user: USER });
    expect(await objects.remove(manifest('g').ref, AS)).toMatchObject({
      ok: false,
      stop: { reason: 'Forbidden' },
    });
  });
});
