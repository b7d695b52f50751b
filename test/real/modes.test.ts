import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlPlaneMissing } from '../support/controlplane.ts';
import { prerequisite, requireOrSkip, tool } from '../support/prerequisites.ts';
import { OperatorProcess } from '../support/world/operator.ts';
import { until } from '../support/world/poll.ts';
import {
  EVIL_IMAGE,
  editShop,
  shopHeals,
  shopImage,
  shopIs,
  written,
} from '../support/world/shop.ts';
import { conditionIs, eventTold, ledgerAnchor } from '../support/world/story.ts';
import { OWN_NAMESPACE, TENANT, configMap, deployment } from '../support/world/tenant.ts';
import { World } from '../support/world/world.ts';

const needs = [
  prerequisite('control plane', controlPlaneMissing),
  ...['git', 'gpg', 'kubectl'].map(tool),
];

const CRD_FILE = fileURLToPath(new URL('../../crds/guardedrepos.yaml', import.meta.url));
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${OWN_NAMESPACE}/leases/gitward-leader`;
const IMAGE = 'registry.example.com/shop:1.0';
const FILES = {
  [`${TENANT.path}/web.yaml`]: deployment('web', IMAGE),
  [`${TENANT.path}/settings.json`]: configMap('settings', { currency: 'EUR' }),
};

/** A lease that was let go is taken at the next try; one that was not, after 15 s. */
const TAKEN_OVER_WITHIN_MS = 8_000;

describe.runIf(requireOrSkip('modes and replicas', needs))('modes and replicas', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start('real');
    await world.startOperator();
    await world.push(FILES);
    await world.guard();
    await conditionIs(world, 'Ready', 'True Succeeded');
  });
  afterAll(() => world?.close());

  it('the three pages, answer', async () => {
    expect(await world.operator.page('/healthz')).toEqual({ status: 200, text: 'ok\n' });
    expect(await world.operator.page('/readyz')).toEqual({ status: 200, text: 'ok\n' });
    const metrics = await world.operator.page('/metrics');
    expect(metrics.text).toMatch(/^gitward_\w+(\{.*\})? \d/m);
  });

  it('Audit, drift reported and nothing written', async () => {
    await world.patchRepo({ spec: { mode: 'Audit' } });
    await eventTold(world, 'GuardWeakened', /Enforce to Audit/);
    await editShop(world);
    const before = await written(world);
    const repo = await conditionIs(world, 'InSync', 'False DriftReported');
    expect(repo.status?.targets[0]?.drift).toMatchObject({
      count: 1,
      items: [{ object: 'Deployment/payments/web', outcome: 'DriftReported' }],
    });
    await world.pass();
    expect([await written(world), await shopImage(world)]).toEqual([before, EVIL_IMAGE]);
  });

  it('Audit and a new commit, compared and nothing written', async () => {
    const before = await written(world);
    const more = { [`${TENANT.path}/more.json`]: configMap('more', { a: '1' }) };
    const oid = await world.push(more, { message: 'more\n' });
    await world.repoWhere('the commit', (repo) => repo.status?.anchor?.oid === oid);
    await world.pass();
    expect(await written(world)).toEqual(before);
    expect(await world.object('configmaps/more')).toBeUndefined();
  });

  it('Enforce again, reverted and rolled out', async () => {
    await world.patchRepo({ spec: { mode: 'Enforce' } });
    await shopIs(world, IMAGE);
    await until('more', () => world.object('configmaps/more'));
    await conditionIs(world, 'InSync', 'True Succeeded');
  });

  it('suspended, nothing watched nor written; and told', async () => {
    await world.patchRepo({ spec: { suspend: true } });
    await conditionIs(world, 'Ready', 'Unknown Suspended');
    await eventTold(world, 'GuardWeakened', /suspended/);
    await editShop(world);
    const before = await written(world);
    await world.pass();
    expect([await written(world), await shopImage(world)]).toEqual([before, EVIL_IMAGE]);
  });

  it('resumed, what happened meanwhile is told and undone', async () => {
    await world.patchRepo({ spec: { suspend: false } });
    await shopIs(world, IMAGE);
    await eventTold(world, 'DriftReverted', /Deployment\/payments\/web/);
    await conditionIs(world, 'Ready', 'True Succeeded');
  });

  it('CRD removed under the running operator, still guarded; put back, as before', async () => {
    const anchor = await ledgerAnchor(world);
    await world.kubectl.ok('delete', 'crd', 'guardedrepos.gitward.dev', '--timeout=30s');
    await shopHeals(world);
    expect((await world.operator.page('/healthz')).status).toBe(200);
    await world.kubectl.create(await readFile(CRD_FILE, 'utf8'));
    await until('the kind is served', async () => {
      const ran = await world.kubectl.run(['-n', TENANT.namespace, 'get', 'grepo']);
      return ran.status === 0 || undefined;
    });
    await world.guard();
    const repo = await conditionIs(world, 'Ready', 'True Succeeded');
    expect([repo.status?.anchor?.oid, await ledgerAnchor(world)]).toEqual([anchor, anchor]);
    await shopHeals(world);
  });

  it('deleted with Orphan, objects stay and are nobody’s', async () => {
    await endGuard();
    await eventTold(world, 'GuardWeakened', /stay, unguarded/);
    await editShop(world);
    await world.guard({ deletionPolicy: 'Prune' });
    await shopIs(world, IMAGE);
    await conditionIs(world, 'Ready', 'True Succeeded');
  });

  it('deleted with Prune, objects go with it, and the ledger stays', async () => {
    const anchor = await ledgerAnchor(world);
    await endGuard();
    await until('everything gone', async () => {
      const left = ['apps/v1/deployments/web', 'configmaps/settings', 'configmaps/more'];
      const found = await Promise.all(left.map((path) => world.object(path)));
      return found.every((one) => one === undefined) || undefined;
    });
    await world.guard();
    await conditionIs(world, 'Ready', 'True Succeeded');
    expect(await ledgerAnchor(world)).toBe(anchor);
  });

  it('SIGTERM, drained, and the next replica leads at once', async () => {
    const next = await spare();
    expect(await world.operator.stop()).toBe(0);
    expect(await holder()).toBe('');
    await next.logged((line) => line.msg === 'leading', TAKEN_OVER_WITHIN_MS);
    await shopHeals(world);
    expect(await next.stop()).toBe(0);
    await world.startOperator();
    await conditionIs(world, 'Ready', 'True Succeeded');
  });

  it('two replicas, one acts; a paused leader wakes up to write nothing', async () => {
    const next = await spare();
    await until('an edit undone', async () => {
      await shopHeals(world);
      return true;
    });
    expect(next.log.filter(({ msg }) => msg === 'drift' || msg === 'leading')).toEqual([]);
    process.kill(world.operator.pid, 'SIGSTOP');
    await next.logged((line) => line.msg === 'leading');
    await shopHeals(world);
    const before = await written(world);
    process.kill(world.operator.pid, 'SIGCONT');
    await until('the old leader ends', async () => world.operator.exited || undefined);
    expect([world.operator.exitCode, await written(world)]).toEqual([1, before]);
    await next.stop();
    await world.startOperator();
  });

  it('a start, not ready before every repo had its first pass', async () => {
    await world.operator.stop();
    await editShop(world);
    const operator = await world.startOperator({}, false);
    const answers: string[] = [];
    const first = await until('ready', async () => {
      const { status, text } = await operator.page('/readyz');
      if (status === 200) return answers;
      answers.push(`${status} ${text}`);
      return undefined;
    });
    expect(first).toContain('503 1 GuardedRepos not loaded yet\n');
    await shopIs(world, IMAGE);
    expect((await operator.page('/readyz')).status).toBe(200);
  });

  async function holder(): Promise<string> {
    const answer = await world.plane.call('admin', { method: 'GET', path: LEASE });
    // The API server's own Lease.
    return (
      (JSON.parse(answer.text) as { spec: { holderIdentity?: string } }).spec.holderIdentity ?? ''
    );
  }

  /** A second replica, ready and waiting. */
  function spare(): Promise<OperatorProcess> {
    const kubeconfig = world.plane.kubeconfig('operator');
    return OperatorProcess.start({ kubeconfig, dataDir: join(world.dir, 'spare') });
  }

  function endGuard(): Promise<string> {
    const what = ['-n', TENANT.namespace, 'delete', 'grepo', TENANT.repo, '--timeout=30s'];
    return world.kubectl.ok(...what);
  }
});
