import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { manualClock } from '../../../test/support/clock.ts';
import { startSandbox } from '../../../test/support/sandbox/index.ts';
import type { Dict } from '../../../test/support/sandbox/index.ts';
import { repoKey } from '../../domain/repo-key.ts';
import { createApiClient } from './client.ts';
import { createCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { KEEP_AFTER_CRD_MS } from './own-kind.ts';
import { createWatches } from './watches.ts';

const KEY = repoKey('payments', 'shop');
const CRDS = ['guardedrepos', 'signersets'].map((name) => {
  const file = new URL(`../../../crds/${name}.yaml`, import.meta.url);
  // Without patterns: what a server lets through is this file's business, not how it says no.
  const drop = (key: unknown, value: unknown): unknown => (key === 'pattern' ? undefined : value);
  // The files are CRDs; the sandbox checks them like any other object.
  return parse(readFileSync(file, 'utf8'), drop) as Dict;
});
const REPO: Dict = {
  apiVersion: 'gitward.dev/v1alpha1',
  kind: 'GuardedRepo',
  metadata: { name: 'shop', namespace: 'payments' },
  spec: {
    source: { url: 'https://git.example.com/shop.git', ref: { branch: 'main' } },
    verify: { signers: ['payments'] },
    targets: [{ name: 'prod', path: '.', namespace: 'payments', serviceAccountName: 'deployer' }],
  },
};
const KEYS = [
  {
    openPGP: `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${'A'.repeat(64)}\n-----END PGP PUBLIC KEY BLOCK-----\n`,
  },
];
const SIGNERS: Dict = {
  apiVersion: 'gitward.dev/v1alpha1',
  kind: 'SignerSet',
  metadata: { name: 'payments' },
  spec: { people: [{ name: 'Ada', keys: KEYS }] },
};

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step();
});

async function bench() {
  const clock = manualClock();
  const sandbox = await startSandbox({ namespaces: ['payments'] });
  sandbox.seed(...CRDS, REPO, SIGNERS);
  const agent = new Agent();
  const connection = {
    origin: sandbox.url,
    prefix: '',
    namespace: undefined,
    headers: () => Promise.resolve({ authorization: 'Bearer operator-token' }),
    refresh: () => undefined,
    calls: () => agent,
    watches: () => agent,
    close: () => agent.destroy(),
  };
  const client = createApiClient({ connection, clock, userAgent: 'gitward/test' });
  const watches = createWatches({ client, clock, random: () => 0 });
  const told: string[] = [];
  const cluster: Cluster = createCluster({
    client,
    watches,
    clock,
    listener: {
      onRepo: (key) => void told.push(key),
      onSigners: () => void told.push('signers'),
      onHealth: (state) => void told.push(state.alive ? 'alive' : 'dead'),
    },
  });
  cleanUp.push(async () => {
    cluster.close();
    watches.close();
    await client.close();
    await sandbox.close();
  });
  const write = async (method: 'PATCH' | 'DELETE' | 'POST', path: string, json: Dict = {}) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const body = method === 'DELETE' ? {} : { body: { type, json } };
    const answer = await client.call({ method, path: path.split('/'), ...body });
    if (!answer.ok) throw new Error(JSON.stringify(answer.stop));
  };
  const until = async (holds: () => boolean): Promise<void> => {
    for (let turn = 0; !holds(); turn++) {
      if (turn > 20_000) throw new Error(`it did not come about: ${told.join(', ')}`);
      await setImmediate();
    }
  };
  await cluster.start();
  return { clock, sandbox, cluster, told, write, until };
}

const REPOS = 'apis/gitward.dev/v1alpha1/namespaces/payments/guardedrepos';

describe('createCluster', () => {
  it('started, knows every GuardedRepo with defaults and every SignerSet', async () => {
    const { cluster, told } = await bench();
    expect(cluster.repos()).toEqual([KEY]);
    expect(cluster.repo(KEY)).toMatchObject({
      ok: true,
      value: {
        spec: { interval: '1m', mode: 'Enforce', targets: [{ drift: { onDrift: 'Revert' } }] },
      },
    });
    expect(cluster.signerSets(['payments', 'none']).map(({ metadata }) => metadata.name)).toEqual([
      'payments',
    ]);
    expect(told).toContain(KEY);
  });

  it('changes and deletion, are told', async () => {
    const { cluster, told, write, until } = await bench();
    told.length = 0;
    await write('PATCH', `${REPOS}/shop`, { spec: { suspend: true } });
    await until(() => told.includes(KEY));
    expect(cluster.repo(KEY)).toMatchObject({ value: { spec: { suspend: true } } });
    await write('DELETE', `${REPOS}/shop`);
    await until(() => cluster.repo(KEY) === undefined);
    expect(cluster.repos()).toEqual([]);
  });

  it('the finalizer, is added and removed once and keeps those of others', async () => {
    const { cluster, sandbox, until, write } = await bench();
    await write('PATCH', `${REPOS}/shop`, { metadata: { finalizers: ['example.com/other'] } });
    const finalizers = (): readonly string[] | undefined => {
      const found = cluster.repo(KEY);
      return found?.ok === true ? found.value.metadata.finalizers : undefined;
    };
    await until(() => finalizers()?.length === 1);
    for (const [present, expected] of [
      [true, ['example.com/other', 'gitward.dev/guard']],
      [false, ['example.com/other']],
    ] as const) {
      const found = cluster.repo(KEY);
      if (found?.ok !== true) throw new Error('no repo');
      expect(await cluster.finalizer(found.value, present)).toMatchObject({ ok: true });
      await until(() => finalizers()?.length === expected.length);
      expect(finalizers()).toEqual(expected);
      // A second wish by what was seen before is a lost race, not a lost finalizer.
      sandbox.requests.clear();
      expect(await cluster.finalizer(found.value, present)).toMatchObject({ ok: false });
    }
  });

  it('the CRD removed, keeps every GuardedRepo, frees the CRD and is not taken for deletion', async () => {
    const { clock, sandbox, cluster, told, write, until } = await bench();
    const found = cluster.repo(KEY);
    if (found?.ok !== true) throw new Error('no repo');
    await cluster.finalizer(found.value, true);
    sandbox.faults.add({
      match: { verb: 'get', resource: 'customresourcedefinitions' },
      effect: { kind: 'status', code: 404 },
    });
    told.length = 0;
    await write('DELETE', `${REPOS}/shop`);
    await until(() => sandbox.stored('gitward.dev/guardedrepos', 'payments', 'shop') === undefined);
    await clock.advance(0);
    expect(cluster.repo(KEY)).toMatchObject({ ok: true, value: { metadata: { name: 'shop' } } });
    expect(cluster.repo(KEY)).not.toHaveProperty('value.metadata.deletionTimestamp');
  });

  it('the CRD back without its objects, drops them only after a while', async () => {
    const { clock, sandbox, cluster, write, until } = await bench();
    const away = sandbox.faults.add({
      match: { verb: 'get', resource: 'customresourcedefinitions' },
      effect: { kind: 'status', code: 404 },
    });
    await write('DELETE', `${REPOS}/shop`);
    await until(() => sandbox.requests.count({ resource: 'customresourcedefinitions' }) > 0);
    await clock.advance(0);
    away();
    sandbox.compact();
    sandbox.disturb({ resource: 'guardedrepos' }, 'cut');
    const lists = (): number => sandbox.requests.count({ verb: 'list', resource: 'guardedrepos' });
    for (const before = lists(); lists() === before;) await clock.advance(100);
    expect(cluster.repos()).toEqual([KEY]);
    await clock.advance(KEEP_AFTER_CRD_MS - 30_000);
    expect(cluster.repos()).toEqual([KEY]);
    await clock.advance(KEEP_AFTER_CRD_MS);
    await until(() => cluster.repos().length === 0);
  });

  it('a Secret, is read when asked for and its values decoded', async () => {
    const { cluster, sandbox } = await bench();
    const metadata = { name: 'git', namespace: 'payments' };
    const data = { password: Buffer.from('pä').toString('base64') };
    sandbox.seed({ apiVersion: 'v1', kind: 'Secret', metadata, data });
    expect(await cluster.secret('payments', 'git')).toEqual({
      ok: true,
      value: new Map([['password', 'pä']]),
    });
    expect(await cluster.secret('payments', 'none')).toEqual({ ok: true, value: undefined });
    sandbox.denied.push({ resource: 'secrets' });
    expect(await cluster.secret('payments', 'git')).toMatchObject({
      ok: false,
      stop: { reason: 'CredentialsNotFound' },
    });
    expect(sandbox.requests.count({ verb: 'watch', resource: 'secrets' })).toBe(0);
  });

  it('a SignerSet that breaks a rule, counts for nothing and says why', async () => {
    const { cluster, sandbox, until } = await bench();
    const spec = { people: [{ name: '\u202eAda', keys: KEYS }] };
    sandbox.seed({ ...SIGNERS, metadata: { name: 'odd' }, spec });
    await until(() => cluster.signerProblem('odd') !== undefined);
    expect(cluster.signerProblem('odd')).toMatchObject({ reason: 'InvalidSpec' });
    expect(cluster.signerSets(['odd'])).toEqual([]);
  });

  it('a GuardedRepo that breaks a rule of values, is passed on for the line to judge', async () => {
    const { cluster, write, until } = await bench();
    const url = 'http://user:pass@example.com';
    await write('PATCH', `${REPOS}/shop`, { spec: { source: { url } } });
    const seen = (): string => JSON.stringify(cluster.repo(KEY));
    await until(() => seen().includes(url));
    expect(cluster.repo(KEY)).toMatchObject({ ok: true, value: { spec: { source: { url } } } });
  });
});
