import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/clock.ts';
import type { Json } from '../../domain/json.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { WatchListener } from '../../reconcile/ports.ts';
import { parseStatus } from './api-error.ts';
import { ASK_AGAIN_AFTER_MS, createKinds, followCrds } from './kinds.ts';
import type { ApiClient } from './request.ts';

const APPS = {
  kind: 'APIResourceList',
  groupVersion: 'apps/v1',
  resources: [
    { name: 'deployments/scale', kind: 'Scale', namespaced: true },
    { name: 'deployments', kind: 'Deployment', namespaced: true },
    { name: 'deployments/status', kind: 'Deployment', namespaced: true },
    { name: 'broken', kind: 7 },
  ],
};
const AGGREGATED = {
  kind: 'APIGroupDiscoveryList',
  items: [
    {
      metadata: { name: 'apps' },
      versions: [
        {
          version: 'v1',
          freshness: 'Current',
          resources: [
            { resource: 'deployments', responseKind: { kind: 'Deployment' }, scope: 'Namespaced' },
          ],
        },
      ],
    },
    {
      metadata: { name: 'metrics.k8s.io' },
      versions: [{ version: 'v1beta1', freshness: 'Stale', resources: [] }],
    },
  ],
};
const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' };
const SERVED = { ...DEPLOYMENT, resource: 'deployments', namespaced: true };

function bench(pages: Record<string, Json | number>) {
  const clock = manualClock();
  const asked: string[] = [];
  const client: ApiClient = {
    call: ({ path }) => {
      const name = path.join('/');
      asked.push(name);
      const page = pages[name] ?? 404;
      return Promise.resolve(typeof page === 'number' ? stopped(parseStatus(page, '')) : ok(page));
    },
    stream: () => Promise.reject(new Error('not used')),
    close: () => Promise.resolve(),
  };
  const kinds = createKinds(client, clock);
  return { clock, pages, asked, kinds, find: (kind = DEPLOYMENT) => kinds.find(kind) };
}

describe('createKinds', () => {
  it('a server without aggregated discovery, is asked for the one version', async () => {
    const { asked, find } = bench({ api: { kind: 'APIVersions' }, apis: {}, 'apis/apps/v1': APPS });
    expect(await find()).toEqual(ok(SERVED));
    expect(await find()).toEqual(ok(SERVED));
    expect(asked).toEqual(['api', 'apis', 'apis/apps/v1']);
  });

  it('a server with aggregated discovery, is asked twice in all', async () => {
    const { asked, find } = bench({ apis: AGGREGATED });
    expect(await find()).toEqual(ok(SERVED));
    expect(asked).toEqual(['api', 'apis']);
  });

  it('a stale part of the aggregate, is asked for itself', async () => {
    const { asked, find } = bench({ apis: AGGREGATED });
    await find({ group: 'metrics.k8s.io', version: 'v1beta1', kind: 'PodMetrics' });
    expect(asked.at(-1)).toBe('apis/metrics.k8s.io/v1beta1');
  });

  it('a sub-resource, is no kind of its own', async () => {
    const { find } = bench({ 'apis/apps/v1': APPS });
    expect(await find({ ...DEPLOYMENT, kind: 'Scale' })).toEqual(ok(undefined));
  });

  it('a kind that is not there yet, is found once it is, and asked for at a bounded rate', async () => {
    const { clock, pages, asked, find } = bench({});
    for (const _ of [1, 2, 3]) expect(await find()).toEqual(ok(undefined));
    expect(asked.filter((name) => name === 'apis/apps/v1')).toHaveLength(1);
    pages['apis/apps/v1'] = APPS;
    await clock.advance(ASK_AGAIN_AFTER_MS);
    expect(await find()).toEqual(ok(SERVED));
  });

  it('many asking at once, send one question', async () => {
    const { asked, find } = bench({ 'apis/apps/v1': APPS });
    await Promise.all([find(), find(), find()]);
    expect(asked).toEqual(['api', 'apis', 'apis/apps/v1']);
  });

  it('a server that is away, is no proof that the kind is unknown', async () => {
    const { find } = bench({ 'apis/apps/v1': 503 });
    expect(await find()).toMatchObject({ ok: false, stop: { reason: 'APIUnavailable' } });
  });

  it('a changed CRD, has its group asked for again', async () => {
    const { asked, find, kinds } = bench({ 'apis/apps/v1': APPS });
    await find();
    let listener: WatchListener | undefined;
    const changed: string[] = [];
    const watches = {
      open: (_kind: unknown, _namespace: string, one: WatchListener) => {
        listener = one;
        return { close: () => undefined };
      },
      close: () => undefined,
    };
    followCrds(watches, kinds, (group) => void changed.push(group));
    listener?.upsert({ metadata: { name: 'deployments.apps' } });
    listener?.gone({ namespace: '', name: 'foos.example.com', uid: 'u' });
    await find();
    expect(changed).toEqual(['apps', 'example.com']);
    expect(asked.filter((name) => name === 'apis/apps/v1')).toHaveLength(2);
  });
});
