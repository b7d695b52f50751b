import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiClient } from '../../src/adapters/kube/client.ts';
import { connect } from '../../src/adapters/kube/connection.ts';
import { createKinds, followCrds } from '../../src/adapters/kube/kinds.ts';
import { createElection } from '../../src/adapters/kube/lease.ts';
import type { Election } from '../../src/adapters/kube/lease.ts';
import type { ApiClient } from '../../src/adapters/kube/request.ts';
import { createWatches } from '../../src/adapters/kube/watches.ts';
import type { Watches } from '../../src/adapters/kube/watches.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { stringAt } from '../../src/domain/json.ts';
import type { ServedKind, WatchHandle } from '../../src/reconcile/ports.ts';
import { systemClock } from '../../src/wire/clock.ts';
import {
  type ControlPlane,
  controlPlaneMissing,
  startControlPlane,
} from '../support/controlplane.ts';
import { prerequisite, requireOrSkip } from '../support/prerequisites.ts';

const OBJECTS = 1_200;
const SOON = { timeout: 20_000, interval: 20 };
const controllers = { controllers: false };
const needs = [prerequisite('control plane', () => controlPlaneMissing(controllers))];
const CONFIG_MAPS: ServedKind = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  resource: 'configmaps',
  namespaced: true,
};
const THINGS: ServedKind = {
  group: 'x.dev',
  version: 'v1',
  kind: 'Thing',
  resource: 'things',
  namespaced: true,
};
const PATH = ['api', 'v1', 'namespaces', 'default', 'configmaps'];
const CRDS = ['apis', 'apiextensions.k8s.io', 'v1', 'customresourcedefinitions'];

let plane: ControlPlane;
let client: ApiClient;
let watches: Watches;
let missed = 0;

async function send(
  method: 'POST' | 'PATCH' | 'DELETE',
  path: readonly string[],
  json?: JsonObject,
): Promise<void> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const body = json === undefined ? {} : { body: { type, json } };
  const answer = await client.call({ method, path, ...body });
  if (!answer.ok) throw new Error(JSON.stringify(answer.stop));
}

type Eye = Readonly<{
  /** Names in the cluster, with the value of their `a`. */
  view: Map<string, string>;
  health: string[];
  lists: () => number;
  handle: WatchHandle;
}>;

function look(kind: ServedKind): Eye {
  const view = new Map<string, string>();
  const health: string[] = [];
  let lists = 0;
  const handle = watches.open(kind, 'default', {
    upsert: (object) =>
      void view.set(
        stringAt(object, 'metadata', 'name') ?? '',
        stringAt(object, 'data', 'a') ?? '',
      ),
    gone: ({ name }) => void view.delete(name),
    synced: () => (lists += 1),
    health: (state) => void health.push(state.alive ? 'alive' : state.why.reason),
  });
  return { view, health, lists: () => lists, handle };
}

describe.runIf(requireOrSkip('watches on a real API server', needs))('watches', () => {
  beforeAll(async () => {
    plane = await startControlPlane(controllers);
    const clock = systemClock;
    const connected = await connect({ clock, kubeconfig: plane.kubeconfig('admin') });
    if (!connected.ok) throw new Error(connected.stop.message);
    const limit = { qps: 5_000, burst: 5_000, inFlight: 32 };
    const connection = connected.value;
    client = createApiClient({ connection, clock, userAgent: 'gitward/test', limit });
    const hooks = { missedByWatch: (_: unknown, __: unknown, count: number) => (missed += count) };
    watches = createWatches({ client, clock, random: Math.random, hooks });
    const names = Array.from({ length: OBJECTS }, (_, i) => `bulk-${i}`);
    const create = (name: string): Promise<void> =>
      send('POST', PATH, { metadata: { name }, data: { a: '1' } });
    await Promise.all(names.map(create));
  });
  afterAll(async () => {
    watches?.close();
    await client?.close();
    await plane?.close();
  });

  it('more objects than a page holds, are all seen, and changes in milliseconds', async () => {
    const { view, lists, health, handle } = look(CONFIG_MAPS);
    await expect.poll(() => [lists(), view.size, health], SOON).toEqual([1, OBJECTS, ['alive']]);
    const delays: number[] = [];
    for (let i = 0; i < 50; i++) {
      const before = performance.now();
      const sent = send('PATCH', [...PATH, 'bulk-0'], { data: { a: `v${i}` } });
      const often = { timeout: 5_000, interval: 1 };
      await expect.poll(() => view.get('bulk-0'), often).toBe(`v${i}`);
      await sent;
      delays.push(performance.now() - before);
    }
    const median = delays.toSorted((a, b) => a - b)[25] ?? 0;
    console.log(`write issued → listener told: p50 ${median.toFixed(1)} ms`);
    expect(median).toBeLessThan(100);
    await send('DELETE', [...PATH, 'bulk-1']);
    await expect.poll(() => view.has('bulk-1'), SOON).toBe(false);
    handle.close();
  });

  it('a late listener, is served by a list of its own without a miss being counted', async () => {
    const first = look(CONFIG_MAPS);
    await expect.poll(() => first.lists(), SOON).toBe(1);
    const second = look(CONFIG_MAPS);
    await expect.poll(() => second.view.size, SOON).toBe(first.view.size);
    expect(missed).toBe(0);
    first.handle.close();
    second.handle.close();
  });

  it('an API server that is killed and comes back, is followed on with what changed at its start', async () => {
    const { view, health, handle } = look(CONFIG_MAPS);
    await expect.poll(() => health, SOON).toEqual(['alive']);
    await plane.stopApiServer();
    await expect.poll(() => health.at(-1), SOON).toBe('APIUnavailable');
    await plane.restartApiServer();
    await send('PATCH', [...PATH, 'bulk-2'], { data: { a: 'after' } });
    await expect
      .poll(() => [view.get('bulk-2'), health.at(-1)], { timeout: 60_000 })
      .toEqual(['after', 'alive']);
    handle.close();
  });

  it('a kind that is made, removed and made again, is found, told dead and found again', async () => {
    const kinds = createKinds(client, systemClock);
    const groups: string[] = [];
    const crds = followCrds(watches, kinds, (group) => void groups.push(group));
    const { group, version, kind, resource: plural } = THINGS;
    expect(await kinds.find(THINGS)).toEqual({ ok: true, value: undefined });
    const schema = {
      openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    };
    const crd = {
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind, plural, singular: 'thing', listKind: 'ThingList' },
        versions: [{ name: version, served: true, storage: true, schema }],
      },
    };
    await send('POST', CRDS, crd);
    await expect.poll(() => kinds.find(THINGS), SOON).toEqual({ ok: true, value: THINGS });
    expect(groups).toContain(group);
    const { view, health, handle } = look(THINGS);
    const things = ['apis', group, version, 'namespaces', 'default', plural];
    const one = { apiVersion: 'x.dev/v1', kind, metadata: { name: 'one' } };
    await expect.poll(() => health, SOON).toEqual(['alive']);
    await send('POST', things, one);
    await expect.poll(() => view.size, SOON).toBe(1);
    await send('DELETE', [...CRDS, `${plural}.${group}`]);
    await expect.poll(() => [view.size, health.at(-1)], SOON).toEqual([0, 'APIUnavailable']);
    await expect.poll(() => kinds.find(THINGS), SOON).toEqual({ ok: true, value: undefined });
    handle.close();
    crds.close();
  });

  it('two replicas, one leads; the other takes over when it stops', async () => {
    const said: string[] = [];
    const replica = (identity: string): Election => {
      const election = createElection({
        client,
        clock: systemClock,
        random: Math.random,
        namespace: 'default',
        name: 'gitward',
        identity,
        onGained: () => void said.push(identity),
        onLost: () => void said.push(`${identity} lost`),
      });
      election.start();
      return election;
    };
    const a = replica('a');
    await expect.poll(() => said, SOON).toEqual(['a']);
    const b = replica('b');
    await a.stop();
    await expect.poll(() => said, SOON).toEqual(['a', 'b']);
    expect([a.mayWrite(), b.mayWrite()]).toEqual([false, true]);
    await b.stop();
  });
});
