import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { requireOrSkip, tool } from '../support/prerequisites.ts';
import type { Dict, Match, Occasion, RequestEffect } from '../support/sandbox/index.ts';
import { until } from '../support/world/poll.ts';
import { conditionIs, ledgerAnchor } from '../support/world/story.ts';
import { TENANT } from '../support/world/tenant.ts';
import { Rig, isOperatorWrite } from './rig.ts';

const needs = ['git', 'gpg', 'kubectl'].map(tool);

/** A relist so often that what a watch misses is found soon; the default is ten minutes. */
const RELIST_SECONDS = 2;
const FLAGS = ['--relist-seconds', String(RELIST_SECONDS)];

/** What the operator asks of the API server, its lease aside. */
const isOperator = ({ user, resource, event }: Occasion): boolean =>
  event === undefined && user !== 'admin' && resource !== 'leases';

const isGuarded = ({ resource, namespace }: Occasion): boolean =>
  namespace === TENANT.namespace && ['configmaps', 'deployments'].includes(resource);

const refuse = (code: number, retryAfterSeconds?: number): RequestEffect => ({
  kind: 'status',
  code,
  ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
});

describe.runIf(requireOrSkip('API faults', needs))('a bad API server', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start();
  });
  beforeEach(async () => {
    await rig.reset();
    await rig.operate(FLAGS);
    await rig.setHead(rig.commits.second);
    await rig.world.guard();
    await conditionIs(rig.world, 'Ready', 'True Succeeded');
  });
  afterAll(() => rig?.world.close());

  describe('refuses everything during drift', () => {
    it.each<readonly [string, RequestEffect, Match, number]>([
      ['503', refuse(503), isOperator, 2],
      ['500', refuse(500), isOperator, 2],
      ['429 with Retry-After 1', refuse(429, 1), isOperator, 2],
      ['401', refuse(401), isOperator, 2],
      ['broken connections', { kind: 'reset' }, isOperator, 2],
      ['lost answers', { kind: 'lose-answer' }, isOperatorWrite, 2],
      ['409 for every write', refuse(409), isOperatorWrite, 2],
      ['403 for the guarded objects', refuse(403), isGuardedWrite, 2],
    ])('%s, heals, without a hot loop', async (_name, effect, match, seconds) => {
      const requests = await struckFor(seconds, { effect, match });
      // Each of a handful of askers backs off: a loop would ask hundreds of times a second.
      expect(requests).toBeLessThan(20 * seconds);
      await healed();
    });

    it('four of five writes lost to conflicts, heals', async () => {
      let count = 0;
      const match = (occasion: Occasion): boolean =>
        isOperatorWrite(occasion) && (count += 1) % 5 !== 0;
      rig.sandbox.faults.add({ match, effect: refuse(409) });
      await rig.edit();
      await healed();
    });

    it('an outage of 10 s for everybody, lease included, heals with at most one restart', async () => {
      const isAnyOperator = ({ user, event }: Occasion): boolean =>
        event === undefined && user !== 'admin';
      await struckFor(10, { effect: { kind: 'reset' }, match: isAnyOperator });
      const { operator } = rig.world;
      const isWell = async (): Promise<boolean> => (await currency()) === 'EUR';
      // The lease may have run out: then the process ends, and the kubelet starts it again.
      await until('healed or ended', async () => operator.exited || (await isWell()) || undefined);
      if (operator.exited) await rig.operate(FLAGS);
      await healed();
    });
  });

  describe('a watch that tells no more', () => {
    it('an event that never came, found by the next list', async () => {
      rig.sandbox.faults.add({
        match: (occasion) => occasion.event === 'MODIFIED' && isGuarded(occasion),
        effect: { kind: 'drop-event' },
        times: 1,
      });
      await rig.edit();
      await healed();
    });

    it('a deletion that nobody told, found by the next list', async () => {
      rig.sandbox.faults.add({
        match: (occasion) => occasion.event === 'DELETED' && isGuarded(occasion),
        effect: { kind: 'drop-event' },
        times: 1,
      });
      await rig.world.kubectl.ok('-n', TENANT.namespace, 'delete', 'configmap', 'settings');
      await healed();
    });

    it.each(['half-open', 'cut'] as const)(
      'a %s connection, drift found all the same',
      async (effect) => {
        expect(rig.sandbox.disturb(isGuarded, effect)).toBe(2);
        await rig.edit();
        await healed();
      },
    );

    it('history gone, 410 on the way back, drift found', async () => {
      rig.sandbox.disturb(isGuarded, 'cut');
      await rig.edit();
      rig.sandbox.compact();
      await healed();
    });

    it('half a line and the end, drift found', async () => {
      rig.sandbox.faults.add({
        match: (occasion) => occasion.event === 'MODIFIED' && isGuarded(occasion),
        effect: { kind: 'truncate' },
        times: 1,
      });
      await rig.edit();
      await healed();
    });
  });

  describe('a replica that is behind', () => {
    it.each([1, 5, 50])('%i revisions after a restart, no step back', async (revisions) => {
      const shape = rig.sandbox.stored('apps/deployments', TENANT.namespace, 'web')?.['spec'];
      await rig.world.operator.kill();
      // Lists and watches may come from a replica's memory; a get without a version never does.
      rig.sandbox.faults.add({
        match: ({ verb, user, event }) =>
          event === undefined && user !== 'admin' && (verb === 'list' || verb === 'watch'),
        effect: { kind: 'stale', revisions },
        times: 12,
      });
      rig.sandbox.requests.clear();
      await rig.operate(FLAGS);
      await rig.world.repoWhere('listed twice', () => lists('deployments') >= 2);
      await conditionIs(rig.world, 'Ready', 'True Succeeded');
      expect(await ledgerAnchor(rig.world)).toBe(rig.commits.second);
      expect(rig.sandbox.stored('apps/deployments', TENANT.namespace, 'web')?.['spec']).toEqual(
        shape,
      );
    });
  });

  it('at rest, no write and no look at a quiet object over three relists', async () => {
    await rig.world.pass();
    rig.sandbox.requests.clear();
    await until('three relists', async () => lists('configmaps') >= 3 || undefined);
    const asked = rig.sandbox.requests.entries.filter(
      ({ user, verb, resource }) => user !== 'admin' && verb !== '' && resource !== 'leases',
    );
    expect(asked.filter(({ verb }) => !['list', 'watch'].includes(verb))).toEqual([]);
  });

  it('slow to answer at the start, not ready before it has', async () => {
    await rig.world.operator.kill();
    rig.sandbox.faults.add({
      match: ({ verb, resource }) => verb === 'list' && resource === 'guardedrepos',
      effect: { kind: 'delay', ms: 1_000 },
      times: 1,
    });
    await rig.operate(FLAGS, false);
    const early = await rig.world.operator.page('/readyz');
    expect([early.status, (await rig.world.operator.page('/healthz')).status]).toEqual([503, 200]);
    await rig.world.operator.ready();
  });

  function isGuardedWrite(occasion: Occasion): boolean {
    return isOperatorWrite(occasion) && isGuarded(occasion);
  }

  /** Drift while the fault lasts; answers how many requests the operator made meanwhile. */
  async function struckFor(
    seconds: number,
    fault: Readonly<{ effect: RequestEffect; match: Match }>,
  ): Promise<number> {
    rig.sandbox.requests.clear();
    const clear = rig.sandbox.faults.add(fault);
    await rig.edit();
    // The outage itself takes its time: nothing to wait for shows that it lasted.
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    clear();
    return rig.sandbox.requests.entries.filter(({ user }) => user !== 'admin').length;
  }

  async function healed(): Promise<void> {
    await until('settings as in Git', async () => (await currency()) === 'EUR' || undefined, {
      deadlineMs: 60_000,
      explain: () => rig.world.operator.tail(),
    });
    rig.sandbox.faults.clear();
    await conditionIs(rig.world, 'Ready', 'True Succeeded');
    await conditionIs(rig.world, 'InSync', 'True Succeeded');
    expect(await ledgerAnchor(rig.world)).toBe(rig.commits.second);
  }

  async function currency(): Promise<unknown> {
    const live = rig.sandbox.stored('/configmaps', TENANT.namespace, 'settings');
    // A ConfigMap's data.
    return (live?.['data'] as Dict | undefined)?.['currency'];
  }

  function lists(resource: string): number {
    return rig.sandbox.requests.entries.filter(
      (one) => one.verb === 'list' && one.resource === resource && one.user !== 'admin',
    ).length;
  }
});
