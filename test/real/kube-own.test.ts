import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createApiClient } from '../../src/adapters/kube/client.ts';
import { createCluster } from '../../src/adapters/kube/cluster.ts';
import type { Cluster } from '../../src/adapters/kube/cluster.ts';
import { connect } from '../../src/adapters/kube/connection.ts';
import { createLedger } from '../../src/adapters/kube/ledger.ts';
import { createReport } from '../../src/adapters/kube/report.ts';
import type { ApiClient } from '../../src/adapters/kube/request.ts';
import { createWatches } from '../../src/adapters/kube/watches.ts';
import type { Watches } from '../../src/adapters/kube/watches.ts';
import type { GuardedRepo, GuardedRepoStatus } from '../../src/api/guardedrepo.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { parseOid } from '../../src/domain/oid.ts';
import { repoKey } from '../../src/domain/repo-key.ts';
import type { ReportPort } from '../../src/reconcile/ports.ts';
import { systemClock } from '../../src/wire/clock.ts';
import {
  type ControlPlane,
  controlPlaneMissing,
  startControlPlane,
} from '../support/controlplane.ts';
import { prerequisite, requireOrSkip, tool } from '../support/prerequisites.ts';

const KEY = repoKey('default', 'shop');
const SOON = { timeout: 30_000, interval: 20 };
const controllers = { controllers: false };
const needs = [
  prerequisite('control plane', () => controlPlaneMissing(controllers)),
  tool('kubectl'),
];
const CRD_PATH = ['apis', 'apiextensions.k8s.io', 'v1', 'customresourcedefinitions'];
const REPO_PATH = ['apis', 'gitward.dev', 'v1alpha1', 'namespaces', 'default', 'guardedrepos'];
const REPO = {
  apiVersion: 'gitward.dev/v1alpha1',
  kind: 'GuardedRepo',
  metadata: { name: 'shop' },
  spec: {
    source: { url: 'https://git.example.com/shop.git', ref: { branch: 'main' } },
    verify: { signers: ['payments'] },
    targets: [{ name: 'prod', path: '.', namespace: 'default', serviceAccountName: 'deployer' }],
  },
};
const STATUS: GuardedRepoStatus = {
  observedGeneration: 1,
  conditions: [
    {
      type: 'Ready',
      status: 'False',
      reason: 'SignatureMissing',
      message: 'commit 1234 is not signed',
      observedGeneration: 1,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    },
  ],
  driftCount: 0,
  targets: [],
};

let plane: ControlPlane;
let client: ApiClient;
let watches: Watches;
let cluster: Cluster;
let report: ReportPort;
const health: boolean[] = [];

async function send(
  method: 'POST' | 'DELETE',
  path: readonly string[],
  json?: JsonObject,
): Promise<void> {
  const body = json === undefined ? {} : { body: { type: 'application/json', json } };
  const answer = await client.call({ method, path, ...body });
  if (!answer.ok) throw new Error(JSON.stringify(answer.stop));
}

function repo(): GuardedRepo {
  const found = cluster.repo(KEY);
  if (found?.ok !== true) throw new Error('no GuardedRepo');
  return found.value;
}

async function installCrds(): Promise<void> {
  for (const name of ['guardedrepos', 'signersets']) {
    const text = readFileSync(new URL(`../../crds/${name}.yaml`, import.meta.url), 'utf8');
    // The file is a CRD: an object.
    await send('POST', CRD_PATH, parse(text) as JsonObject);
  }
}

function kubectl(...args: readonly string[]): string {
  const config = `--kubeconfig=${plane.kubeconfig('admin')}`;
  const done = spawnSync('kubectl', [config, ...args], { encoding: 'utf8', timeout: 20_000 });
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout;
}

describe.runIf(requireOrSkip("gitward's own kinds on a real API server", needs))(
  'own kinds',
  () => {
    beforeAll(async () => {
      plane = await startControlPlane(controllers);
      const clock = systemClock;
      const connected = await connect({ clock, kubeconfig: plane.kubeconfig('admin') });
      if (!connected.ok) throw new Error(connected.stop.message);
      client = createApiClient({ connection: connected.value, clock, userAgent: 'gitward/test' });
      watches = createWatches({ client, clock, random: Math.random });
      report = createReport({ client, clock, instance: 'gitward-0' });
      await installCrds();
      const onHealth = ({ alive }: { alive: boolean }): void => void health.push(alive);
      const listener = { onRepo: () => undefined, onSigners: () => undefined, onHealth };
      cluster = createCluster({ client, watches, clock, listener });
      await cluster.start();
    });
    afterAll(async () => {
      cluster?.close();
      watches?.close();
      await client?.close();
      await plane?.close();
    });

    it('a GuardedRepo, is seen with the defaults of its CRD', async () => {
      await expect
        .poll(() => send('POST', REPO_PATH, REPO).then(() => 'made', String), SOON)
        .toBe('made');
      await expect.poll(() => cluster.repos(), SOON).toEqual([KEY]);
      expect(repo().spec).toMatchObject({ interval: '1m', mode: 'Enforce' });
    });

    it('a status, is stored as sent and shown by kubectl; the same again costs nothing', async () => {
      expect(await report.status(repo(), STATUS)).toEqual({ ok: true, value: undefined });
      await expect.poll(() => repo().status, SOON).toEqual(STATUS);
      const version = repo().metadata.resourceVersion;
      expect(await report.status(repo(), STATUS)).toEqual({ ok: true, value: undefined });
      expect(repo().metadata.resourceVersion).toBe(version);
      expect(kubectl('get', 'grepo', 'shop', '-o', 'wide')).toMatch(
        /False.*commit 1234 is not signed/,
      );
    });

    it('an event, is shown by kubectl describe and counted', async () => {
      const message = 'commit 1234 is not signed; sign it';
      for (const _ of [1, 2]) {
        await report.event(repo(), { type: 'Warning', reason: 'SignatureMissing', message });
      }
      expect(kubectl('describe', 'guardedrepo', 'shop')).toMatch(
        /Warning\s+SignatureMissing\s+.*x2.*gitward\s+commit 1234 is not signed; sign it/,
      );
    });

    it('a ledger entry, is saved, loaded and guarded against a lost race', async () => {
      const ledger = createLedger({ client, namespace: 'default' });
      const oid = parseOid('a'.repeat(40));
      if (oid === undefined) throw new Error('no oid');
      const digests = { trustDigest: 't', policyDigest: 'p' };
      const anchor = { oid, revision: `main@sha1:${oid}`, acceptedAt: 1, ...digests };
      const source = { url: REPO.spec.source.url, ref: 'refs/heads/main' };
      const entry = { schema: 2, repo: KEY, source, anchor } as const;
      expect(await ledger.load(KEY)).toEqual({ ok: true, value: undefined });
      const saved = await ledger.save(KEY, entry, undefined);
      expect(await ledger.load(KEY)).toMatchObject({ ok: true, value: { entry } });
      expect(await ledger.save(KEY, entry, undefined)).toMatchObject({ stop: { kind: 'retry' } });
      expect(await ledger.save(KEY, entry, '1')).toMatchObject({ stop: { kind: 'retry' } });
      expect(saved).toMatchObject({ ok: true });
    });

    it('the CRDs removed under us, keep the GuardedRepo, are not held up and come back', async () => {
      expect(await cluster.finalizer(repo(), true)).toMatchObject({ ok: true });
      await expect.poll(() => repo().metadata.finalizers, SOON).toEqual(['gitward.dev/guard']);
      for (const name of ['guardedrepos', 'signersets']) {
        await send('DELETE', [...CRD_PATH, `${name}.gitward.dev`]);
      }
      const crd = { method: 'GET', path: [...CRD_PATH, 'guardedrepos.gitward.dev'] } as const;
      await expect.poll(async () => (await client.call(crd)).ok, SOON).toBe(false);
      await expect.poll(() => health.at(-1), SOON).toBe(false);
      expect(repo().metadata.deletionTimestamp).toBeUndefined();
      const { uid } = repo().metadata;
      await installCrds();
      await expect
        .poll(() => send('POST', REPO_PATH, REPO).then(() => 'made', String), SOON)
        .toBe('made');
      const seen = { timeout: 60_000, interval: 50 };
      await expect.poll(() => repo().metadata.uid === uid, seen).toBe(false);
      await expect.poll(() => health.at(-1), seen).toBe(true);
    });

    it('a GuardedRepo that is deleted while its CRD stays, is gone', async () => {
      await send('DELETE', [...REPO_PATH, 'shop']);
      await expect.poll(() => cluster.repo(KEY), SOON).toBeUndefined();
    });
  },
);
