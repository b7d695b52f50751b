import { readFileSync } from 'node:fs';
import { Agent } from 'undici';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { GuardedRepo, GuardedRepoStatus } from '../../api/guardedrepo.ts';
import { manualClock } from '../../../test/support/clock.ts';
import { startSandbox } from '../../../test/support/sandbox/index.ts';
import type { Dict, Sandbox } from '../../../test/support/sandbox/index.ts';
import { at, stringAt } from '../../domain/json.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { EventNote, ReportPort } from '../../reconcile/ports.ts';
import { createApiClient } from './client.ts';
import { AGGREGATE_MS, BURST_PER_OBJECT, REFILL_MS } from './event-recorder.ts';
import { GUARDED_REPOS } from './gitward-kinds.ts';
import { parseGuardedRepo } from './parse-own.ts';
import { createReport } from './report.ts';
import { pathOf } from './request.ts';
import type { ApiClient } from './request.ts';

const CRD = new URL('../../../crds/guardedrepos.yaml', import.meta.url);
const STATUS: GuardedRepoStatus = {
  observedGeneration: 1,
  conditions: [],
  driftCount: 0,
  targets: [],
};
const clock = manualClock();
let sandbox: Sandbox;
let client: ApiClient;
let report: ReportPort;
let lost: unknown[] = [];

beforeAll(async () => {
  sandbox = await startSandbox({ namespaces: ['payments'], now: () => clock.now() });
  // The file is a CRD; the sandbox checks it like any other object.
  sandbox.seed(parse(readFileSync(CRD, 'utf8')) as Dict);
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
});
afterAll(async () => {
  await client.close();
  await sandbox.close();
});
beforeEach(() => {
  lost = [];
  const eventLost = (why: unknown): void => void lost.push(why);
  report = createReport({ client, clock, instance: 'gitward-0', eventLost });
  sandbox.faults.clear();
  sandbox.requests.clear();
});

const SPEC = {
  source: { url: 'https://git.example.com/shop.git', ref: { branch: 'main' } },
  verify: { signers: ['payments'] },
  targets: [{ name: 'prod', path: '.', namespace: 'payments', serviceAccountName: 'deployer' }],
};

async function get(name: string): Promise<GuardedRepo> {
  const path = pathOf(GUARDED_REPOS, 'payments', name);
  const answer = await client.call({ method: 'GET', path });
  // The client answers JSON objects only.
  const repo = answer.ok ? parseGuardedRepo(answer.value as JsonObject) : undefined;
  if (repo?.ok !== true) throw new Error(JSON.stringify(answer));
  return repo.value;
}

async function create(name: string): Promise<GuardedRepo> {
  const apiVersion = 'gitward.dev/v1alpha1';
  const metadata = { name, namespace: 'payments' };
  sandbox.seed({ apiVersion, kind: 'GuardedRepo', metadata, spec: SPEC });
  const repo = await get(name);
  sandbox.requests.clear();
  return repo;
}

/** The events about an object, oldest first. */
async function events(name: string): Promise<readonly Json[]> {
  const answer = await client.call({ method: 'GET', path: ['api', 'v1', 'events'] });
  const items = answer.ok ? at(answer.value, 'items') : undefined;
  return (Array.isArray(items) ? items : [])
    .filter((event: Json) => at(event, 'involvedObject', 'name') === name)
    .toSorted((a: Json, b: Json) => first(a).localeCompare(first(b)));
}

const first = (event: Json): string => stringAt(event, 'firstTimestamp') ?? '';

const writes = (): number => sandbox.requests.count({ verb: 'patch' });

describe('status', () => {
  it('a status, is applied by its own manager and read back the same', async () => {
    const repo = await create('written');
    expect(await report.status(repo, STATUS)).toEqual({ ok: true, value: undefined });
    expect((await get('written')).status).toEqual(STATUS);
    const entry = sandbox.requests.entries.find(({ subresource }) => subresource === 'status');
    expect(new URLSearchParams(entry?.query).get('fieldManager')).toBe('gitward-status');
  });

  it('the same status again, costs no call, even while the watch lags', async () => {
    const stale = await create('same');
    await report.status(stale, STATUS);
    await report.status(stale, STATUS);
    await report.status(await get('same'), STATUS);
    expect(writes()).toBe(1);
    await report.status(stale, { ...STATUS, driftCount: 1 });
    expect(writes()).toBe(2);
  });

  it('a status that somebody else bent, is written anew', async () => {
    const repo = await create('bent');
    await report.status(repo, { ...STATUS, head: 'main@sha1:good' });
    await client.call({
      method: 'PATCH',
      path: pathOf(GUARDED_REPOS, 'payments', 'bent', 'status'),
      query: { fieldManager: 'mallory' },
      body: {
        type: 'application/merge-patch+json',
        json: { status: { head: 'main@sha1:bad' } },
      },
    });
    await report.status(await get('bent'), { ...STATUS, head: 'main@sha1:good' });
    expect((await get('bent')).status?.head).toBe('main@sha1:good');
  });

  it('a status without what it had before, loses it', async () => {
    const repo = await create('shrunk');
    await report.status(repo, { ...STATUS, head: 'main@sha1:x' });
    await report.status(await get('shrunk'), STATUS);
    expect((await get('shrunk')).status).toEqual(STATUS);
  });

  it('a GuardedRepo that is gone, is nobody’s loss; an error is a retry', async () => {
    const repo = await create('gone');
    sandbox.faults.add({
      match: { verb: 'patch' },
      effect: { kind: 'status', code: 500 },
      times: 1,
    });
    expect(await report.status(repo, STATUS)).toMatchObject({ stop: { reason: 'APIUnavailable' } });
    await client.call({ method: 'DELETE', path: pathOf(GUARDED_REPOS, 'payments', 'gone') });
    expect(await report.status(repo, STATUS)).toEqual({ ok: true, value: undefined });
  });
});

describe('event', () => {
  const note: EventNote = { type: 'Warning', reason: 'SignatureMissing', message: 'no signature' };

  it('a note, hangs on the GuardedRepo as kubectl describe looks for it', async () => {
    const repo = await create('noted');
    await report.event(repo, note);
    expect((await events('noted'))[0]).toMatchObject({
      metadata: { namespace: 'payments' },
      involvedObject: {
        apiVersion: 'gitward.dev/v1alpha1',
        kind: 'GuardedRepo',
        namespace: 'payments',
        name: 'noted',
        uid: repo.metadata.uid,
      },
      type: 'Warning',
      reason: 'SignatureMissing',
      message: 'no signature',
      source: { component: 'gitward' },
      count: 1,
    });
  });

  it('the same note again, is counted within the time and new after it', async () => {
    const repo = await create('counted');
    for (const _ of [1, 2, 3]) await report.event(repo, note);
    expect(await events('counted')).toMatchObject([{ count: 3 }]);
    await clock.advance(AGGREGATE_MS);
    await report.event(repo, note);
    expect(await events('counted')).toMatchObject([{ count: 3 }, { count: 1 }]);
  });

  it('a series whose event expired on the server, begins anew', async () => {
    const repo = await create('expired');
    await report.event(repo, note);
    const name = stringAt((await events('expired'))[0], 'metadata', 'name') ?? '';
    const path = ['api', 'v1', 'namespaces', 'payments', 'events', name];
    await client.call({ method: 'DELETE', path });
    expect(await events('expired')).toEqual([]);
    await report.event(repo, note);
    expect(await events('expired')).toMatchObject([{ count: 1 }]);
  });

  it('a flood about one object, is cut; another object still has its say', async () => {
    const [loud, quiet] = [await create('loud'), await create('quiet')];
    for (let i = 0; i < BURST_PER_OBJECT + 5; i++) {
      await report.event(loud, { ...note, message: `number ${i}` });
    }
    await report.event(quiet, note);
    expect([lost.length, sandbox.requests.count({ verb: 'create' })]).toEqual([
      5,
      BURST_PER_OBJECT + 1,
    ]);
    await clock.advance(REFILL_MS);
    await report.event(loud, note);
    expect(lost).toHaveLength(5);
  });

  it.each([
    ['a cluster object', { namespace: '', kind: 'Namespace', name: 'payments' }, 'default'],
    [
      'a name no event may have',
      { namespace: 'payments', kind: 'Role', name: '-My:Role.' },
      'payments',
    ],
    [
      'a name of 253 characters',
      { namespace: 'payments', kind: 'ConfigMap', name: 'x'.repeat(253) },
      'payments',
    ],
  ])('a note about %s, lands in its namespace', async (_name, part, namespace) => {
    const repo = await create(`about-${part.kind.toLowerCase()}`);
    const about = { group: '', version: 'v1', ...part };
    await report.event(repo, { ...note, about, message: 'ä\u202e'.repeat(2_000) });
    expect(lost).toEqual([]);
    const found = await events(part.name);
    expect(found).toMatchObject([{ metadata: { namespace } }]);
    const message = stringAt(found[0], 'message') ?? '';
    expect([message.length <= 1_000, message.includes('\u202e')]).toEqual([true, false]);
  });

  it('a refusal of the server, is told and never thrown', async () => {
    const repo = await create('refused');
    sandbox.faults.add({
      match: { resource: 'events' },
      effect: { kind: 'status', code: 403 },
      times: 1,
    });
    await report.event(repo, note);
    expect(lost).toMatchObject([{ kind: 'status', code: 403 }]);
  });
});
