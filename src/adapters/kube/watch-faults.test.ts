import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { manualClock } from '../../../test/support/clock.ts';
import { startSandbox } from '../../../test/support/sandbox/index.ts';
import type { Dict, Sandbox } from '../../../test/support/sandbox/index.ts';
import { stringAt } from '../../domain/json.ts';
import type { ServedKind } from '../../reconcile/ports.ts';
import { createApiClient } from './client.ts';
import { PAGE_SIZE } from './list-pages.ts';
import { createWatches } from './watches.ts';

const KIND: ServedKind = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  resource: 'configmaps',
  namespaced: true,
};
const BOOKMARK_MS = 20;
const RELIST_MS = 600_000;
const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0)) await step();
});

const configMap = (name: string): Dict => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'n' },
});

async function bench(prepare: (sandbox: Sandbox) => void = () => undefined) {
  const clock = manualClock();
  const sandbox = await startSandbox({ namespaces: ['n'], bookmarkMs: BOOKMARK_MS });
  prepare(sandbox);
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
  let missed = 0;
  const hooks = { missedByWatch: (_: unknown, __: unknown, count: number) => (missed += count) };
  const watches = createWatches({ client, clock, random: () => 0, relistMs: RELIST_MS, hooks });
  const view = new Set<string>();
  watches.open(KIND, 'n', {
    upsert: (object) => void view.add(stringAt(object, 'metadata', 'name') ?? ''),
    gone: ({ name }) => void view.delete(name),
    synced: () => undefined,
    health: () => undefined,
  });
  cleanUp.push(async () => {
    watches.close();
    await client.close();
    await sandbox.close();
  });
  /** Lets time pass until it comes about; answers how long it took. */
  const until = async (holds: () => boolean, stepMs = 50): Promise<number> => {
    const before = clock.monotonic();
    while (!holds()) {
      if (clock.monotonic() - before > 2 * RELIST_MS) throw new Error('it did not come about');
      await clock.advance(stepMs);
    }
    return clock.monotonic() - before;
  };
  const lists = (): number => sandbox.requests.count({ verb: 'list', resource: 'configmaps' });
  await until(() => sandbox.openWatches() === 1, 0);
  return { clock, sandbox, view, until, lists, missed: () => missed };
}

const match = { resource: 'configmaps' };

describe('a reflector over a socket', () => {
  it('a dropped event, is found by the next full list and counted', async () => {
    const { clock, sandbox, view, until, missed } = await bench();
    sandbox.faults.add({ match, effect: { kind: 'drop-event' }, times: 1 });
    sandbox.seed(configMap('a'));
    // A bookmark after the drop takes the watch past it; a new watch would bring the event again.
    const dropped = performance.now();
    while (performance.now() - dropped < 10 * BOOKMARK_MS) await clock.advance(0);
    await until(() => view.has('a'), 100);
    await until(() => missed() === 1);
    expect([...view]).toEqual(['a']);
  });

  it('a truncated line, is asked for again at once without a list', async () => {
    const { sandbox, view, until, lists } = await bench();
    sandbox.faults.add({ match, effect: { kind: 'truncate' }, times: 1 });
    sandbox.seed(configMap('a'));
    expect(await until(() => view.has('a'))).toBeLessThan(10_000);
    expect(lists()).toBe(1);
  });

  it('a connection that is cut, goes on where it was', async () => {
    const { sandbox, view, until, lists } = await bench();
    sandbox.disturb(match, 'cut');
    sandbox.seed(configMap('a'));
    expect(await until(() => view.has('a'))).toBeLessThan(10_000);
    expect(lists()).toBe(1);
  });

  it('a version that is forgotten meanwhile, is answered by a list that tells the deletions too', async () => {
    const { sandbox, view, until, lists } = await bench((one) => one.seed(configMap('a')));
    await until(() => view.has('a'), 0);
    sandbox.disturb(match, 'half-open');
    sandbox.seed(configMap('b'));
    sandbox.compact();
    sandbox.disturb(match, 'cut');
    expect(await until(() => view.has('b'))).toBeLessThan(30_000);
    expect(lists()).toBe(2);
  });

  it('a half-open connection after bookmarks, is given up after the silence', async () => {
    const { clock, sandbox, view, until } = await bench();
    const log = (): number => sandbox.requests.count({ verb: 'watch', resource: 'configmaps' });
    const bookmarks = performance.now();
    while (performance.now() - bookmarks < 5 * BOOKMARK_MS) await clock.advance(0);
    sandbox.disturb(match, 'half-open');
    sandbox.seed(configMap('a'));
    const before = log();
    expect(await until(() => view.has('a'), 1_000)).toBeLessThan(100_000);
    expect(log()).toBeGreaterThan(before);
  });

  it('an expired continue token at page 2, is answered by a new list', async () => {
    const many = Array.from({ length: PAGE_SIZE + 1 }, (_, i) => configMap(`c-${i}`));
    const { view, until, lists } = await bench((one) => {
      one.seed(...many);
      const effect = { kind: 'status', code: 410 } as const;
      one.faults.add({ match: { ...match, verb: 'list' }, effect, times: 1, skip: 1 });
    });
    await until(() => view.size === many.length);
    expect(lists()).toBe(3);
  });

  it.each([
    ['500', { kind: 'status', code: 500 } as const],
    ['429 with Retry-After', { kind: 'status', code: 429, retryAfterSeconds: 2 } as const],
    ['a reset', { kind: 'reset' } as const],
  ])(
    'lists and watches answered with %s for a while, work again by themselves',
    async (_name, effect) => {
      const { clock, sandbox, view, until } = await bench();
      const back = sandbox.faults.add({ match, effect });
      sandbox.requests.clear();
      sandbox.disturb(match, 'cut');
      for (let second = 0; second < 60; second += 0.1) await clock.advance(100);
      expect(sandbox.requests.count({ resource: 'configmaps' })).toBeLessThan(20);
      back();
      sandbox.seed(configMap('a'));
      await until(() => view.has('a') && sandbox.openWatches() === 1, 100);
      expect([...view]).toEqual(['a']);
    },
  );
});
