import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENES } from '../demo/play.ts';
import { accepted } from '../demo/scenes.ts';
import type { Stage } from '../demo/scenes.ts';
import { controlPlaneMissing } from '../support/controlplane.ts';
import { prerequisite, requireOrSkip, tool } from '../support/prerequisites.ts';
import { peopleOf } from '../support/world/keys.ts';
import { until } from '../support/world/poll.ts';
import { editShop, footprint, shopHeals, shopIs } from '../support/world/shop.ts';
import {
  LEDGER_PATH,
  conditionIs,
  eventTold,
  eventsOf,
  ledgerAnchor,
  ledgerEntry,
} from '../support/world/story.ts';
import { TENANT, deployment } from '../support/world/tenant.ts';
import { World } from '../support/world/world.ts';

const needs = [
  prerequisite('control plane', controlPlaneMissing),
  ...['git', 'gpg', 'kubectl'].map(tool),
];

/** A replica that comes back under its own name need not wait until its lease runs out. */
const SAME_NAME = { flags: ['--identity', 'gitward-0'] };

const GOOD_IMAGE = 'registry.example.com/shop:1.2';
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };
const STATUS_PATH = `/apis/gitward.dev/v1alpha1/namespaces/${TENANT.namespace}/guardedrepos/${TENANT.repo}/status`;

/** Longest that a scene goes on before the operator is killed: about as long as a commit takes. */
const CRASH_WITHIN_MS = 1_200;

const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);

describe.runIf(requireOrSkip('restart', needs))(`restart, SEED=${seed}`, () => {
  let world: World;
  const stage: Stage = {};
  let random = seed;
  beforeAll(async () => {
    world = await World.start('real');
    await world.startOperator(SAME_NAME);
  });
  afterAll(() => world?.close());

  describe('kill -9', () => {
    it.each(SCENES.map((scene) => [scene.name, scene] as const))(
      'on the way and after it: %s',
      async (_name, scene) => {
        // Drift that was undone, but not told before the end, stays untold: these two are killed after it.
        const crash = scene.expected === 'DriftReverted' ? undefined : crashSoon();
        const [outcome] = await Promise.all([scene.play(world, stage), crash]);
        expect(outcome.reason).toBe(scene.expected);
        await world.pass();
        const before = await footprint(world);
        await restart();
        await world.pass();
        expect(await footprint(world)).toEqual(before);
      },
    );

    it('a good commit after the last scene, accepted: the rest stands on it', async () => {
      await world.setPeople(await peopleOf(world.keys));
      await world.patchRepo({ spec: { verify: { rules: null } } });
      // The last scene's head is refused for good: what it brings stays in its history.
      await rewind(await ledgerAnchor(world));
      const files = { [`${TENANT.path}/web.yaml`]: deployment('web', GOOD_IMAGE, 2) };
      const oid = await world.push(files);
      await accepted(world, oid);
      await shopIs(world, GOOD_IMAGE);
    });

    it('a refused head, told once over all restarts', async () => {
      const told = (await eventsOf(world)).filter(({ reason }) => reason === 'SignerUntrusted');
      expect(told.map(({ count }) => count)).toEqual([1]);
    });

    it('drift while nobody looked, told and undone after the start', async () => {
      await whileDown(async () => {
        await editShop(world);
        await world.kubectl.ok('-n', TENANT.namespace, 'delete', 'configmap', 'settings');
      });
      await shopIs(world, GOOD_IMAGE);
      await until('settings', () => world.object('configmaps/settings'));
      await eventTold(world, 'DriftReverted', /Deployment\/payments\/web .*kubectl-set/);
      await eventTold(world, 'DriftReverted', /ConfigMap\/payments\/settings/);
    });
  });

  describe('a lost or foreign store', () => {
    it('data directory lost, fetched anew, nothing written', async () => {
      const before = await footprint(world);
      world.gitServer.forget();
      await restart({ dataDir: join(world.dir, 'data-2') });
      await conditionIs(world, 'Ready', 'True Succeeded');
      await world.pass();
      expect(await footprint(world)).toEqual(before);
      expect(world.gitServer.traffic.uploadPack).toBe(1);
      await shopHeals(world);
    });

    it('data directory damaged, fetched anew, nothing written', async () => {
      const dataDir = join(world.dir, 'data-2');
      const before = await footprint(world);
      await world.operator.kill();
      await spoilPacks(dataDir);
      world.gitServer.forget();
      await world.startOperator({ ...SAME_NAME, dataDir });
      await conditionIs(world, 'Ready', 'True Succeeded');
      await world.pass();
      expect(await footprint(world)).toEqual(before);
      expect(world.gitServer.traffic.uploadPack).toBe(1);
      await shopHeals(world);
    });

    it('ledger lost, AnchorRestored from status', async () => {
      await whileDown(() => remove(LEDGER_PATH));
      await eventTold(world, 'AnchorRestored', /^The ledger was lost/);
      expect(await ledgerAnchor(world)).toBe(await statusAnchor());
      await shopHeals(world);
    });

    it('ledger lost while running, no step back', async () => {
      const anchor = await statusAnchor();
      await remove(LEDGER_PATH);
      await rewind(stage.first);
      await conditionIs(world, 'Ready', 'False RevisionRolledBack');
      await rewind(stage.anchor);
      await world.repoWhere('the other head', ({ status }) =>
        String(status?.head).endsWith(String(stage.anchor)),
      );
      await conditionIs(world, 'Ready', 'False RevisionRolledBack');
      await rewind(anchor);
      await conditionIs(world, 'Ready', 'True Succeeded');
      expect(await ledgerAnchor(world)).toBe(anchor);
    });

    it('status lost, AnchorRestored from the ledger', async () => {
      const anchor = await ledgerAnchor(world);
      await whileDown(() => putStatus((status) => delete status['anchor']));
      await eventTold(world, 'AnchorRestored', /^Status had lost/);
      await world.repoWhere('anchor back', (repo) => repo.status?.anchor?.oid === anchor);
    });

    it('both lost, AnchorBootstrapped', async () => {
      const anchor = await ledgerAnchor(world);
      await remove(`/api/v1/namespaces/${TENANT.namespace}/events`);
      await whileDown(async () => {
        await remove(LEDGER_PATH);
        await putStatus((status) => delete status['anchor']);
      });
      await eventTold(world, 'AnchorBootstrapped');
      expect(await ledgerAnchor(world)).toBe(anchor);
    });

    it('status names a foreign anchor, AnchorConflict until a human acts', async () => {
      const anchor = await ledgerAnchor(world);
      const foreign = { ...(await world.repo())?.status?.anchor, oid: 'f'.repeat(40) };
      await whileDown(() => putStatus((status) => (status['anchor'] = foreign)));
      await conditionIs(world, 'Ready', 'False AnchorConflict');
      await world.pass();
      const repo = await conditionIs(world, 'Ready', 'False AnchorConflict');
      expect([repo.status?.anchor?.oid, await ledgerAnchor(world)]).toEqual([foreign.oid, anchor]);
      await shopHeals(world);
      await putStatus((status) => delete status['anchor']);
      await conditionIs(world, 'Ready', 'True Succeeded');
      expect(await statusAnchor()).toBe(anchor);
    });

    it('ledger damaged, AnchorConflict, and status still names the anchor', async () => {
      const anchor = await ledgerAnchor(world);
      const entry = JSON.stringify(await ledgerEntry(world));
      await whileDown(() => putLedger(entry.slice(0, -20)));
      await conditionIs(world, 'Ready', 'False AnchorConflict');
      await world.pass();
      expect(await statusAnchor()).toBe(anchor);
      await putLedger(entry);
      await conditionIs(world, 'Ready', 'True Succeeded');
      await shopHeals(world);
    });
  });

  // The last one: the server does not come back.
  it('Git server gone, the guard protects the anchor from its own volume', async () => {
    await world.operator.kill();
    await world.gitServer.close();
    await editShop(world);
    await world.startOperator(SAME_NAME);
    await shopIs(world, GOOD_IMAGE);
    await eventTold(world, 'DriftReverted');
    await conditionIs(world, 'Ready', 'False GitUnreachable');
    await shopHeals(world);
    await conditionIs(world, 'InSync', 'True Succeeded');
    expect(await statusAnchor()).toBe(await ledgerAnchor(world));
  });

  const statusAnchor = async (): Promise<string | undefined> =>
    (await world.repo())?.status?.anchor?.oid;

  async function restart(options: Readonly<{ dataDir?: string }> = {}): Promise<void> {
    await world.operator.kill();
    await world.startOperator({ ...SAME_NAME, ...options });
  }

  async function crashSoon(): Promise<void> {
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
    const delayMs = (random / 2_147_483_648) * CRASH_WITHIN_MS;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await restart();
  }

  async function whileDown(change: () => Promise<unknown>): Promise<void> {
    await world.operator.kill();
    await change();
    await world.startOperator(SAME_NAME);
  }

  async function rewind(oid = ''): Promise<void> {
    await world.work.git('reset', '--quiet', '--hard', oid);
    await world.publish(true);
  }

  async function remove(path: string): Promise<void> {
    const answer = await world.plane.call('admin', { method: 'DELETE', path });
    expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  }

  async function putStatus(change: (status: Record<string, unknown>) => unknown): Promise<void> {
    const repo = structuredClone(await world.repo());
    // A copy, to be changed.
    const status = repo?.status as unknown as Record<string, unknown>;
    change(status);
    const put = { method: 'PUT', path: STATUS_PATH, body: repo } as const;
    const answer = await world.plane.call('admin', put);
    expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  }

  async function putLedger(text: string): Promise<void> {
    const body = { data: { 'entry.json': text } };
    const patch = { method: 'PATCH', path: LEDGER_PATH, body, headers: MERGE_PATCH } as const;
    expect((await world.plane.call('admin', patch)).status).toBe(200);
  }
});

/** Overwrites the middle of every pack below a directory, as a failing disk would. */
async function spoilPacks(dir: string): Promise<void> {
  const files = await readdir(dir, { recursive: true });
  const packs = files.filter((file) => file.endsWith('.pack'));
  expect(packs.length).toBeGreaterThan(0);
  for (const pack of packs) {
    const file = await open(join(dir, pack), 'r+');
    const { size } = await file.stat();
    await file.write(Buffer.alloc(Math.floor(size / 4), 0xff), 0, undefined, Math.floor(size / 2));
    await file.close();
  }
}
