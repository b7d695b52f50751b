import { expect, describe, it } from 'vitest';
import type { GuardedRepo } from '../../src/api/guardedrepo.ts';
import { inParallel } from '../../src/guard/rollout.ts';
import { requireOrSkip, tool } from '../support/prerequisites.ts';
import type { Occasion } from '../support/sandbox/index.ts';
import { textAt } from '../support/sandbox/value.ts';
import { until } from '../support/world/poll.ts';
import { TENANT, configMap, deployment } from '../support/world/tenant.ts';
import { World } from '../support/world/world.ts';

/** When the operator dies: just before its write reaches the server, or just after. */
type Side = 'before' | 'after';

/** Worlds played at the same time; each waits more than it works. */
const WORLDS = 3;

/** Where the operator is killed: at its write of this number, counted from 1. */
type Crash = Readonly<{ write: number; side: Side }>;

const MUTATIONS = new Set(['create', 'update', 'patch', 'apply', 'delete']);
const GOOD = 'registry.example.com/shop:2';
const web = (image: string): Record<string, string> => ({
  [`${TENANT.path}/web.yaml`]: deployment('web', image),
});
const settings = (value: string): Record<string, string> => ({
  [`${TENANT.path}/settings.json`]: configMap('settings', { value }),
});

/** Every write of the operator but the lease, which only time drives. */
function isWrite({ verb, resource, dryRun, user }: Occasion): boolean {
  const own = user === 'operator' || user.endsWith(`:${TENANT.account}`);
  return own && !dryRun && MUTATIONS.has(verb) && resource !== 'leases';
}

type Run = Readonly<{ end: unknown; writes: readonly string[] }>;

/** Plays the story once; the operator is killed where `crash` says and started again at once. */
async function play(crash?: Crash): Promise<Run> {
  const world = await World.start('sandbox');
  const writes: string[] = [];
  try {
    world.plane.sandbox?.faults.add({
      match: (occasion) => {
        if (!isWrite(occasion) || occasion.event !== undefined) return false;
        writes.push(`${occasion.verb} ${occasion.resource}/${occasion.name}`);
        if (writes.length !== crash?.write) return false;
        // Synchronously, so that the process is gone before the server does or answers anything.
        process.kill(world.operator.pid, 'SIGKILL');
        return true;
      },
      effect: { kind: crash?.side === 'before' ? 'reset' : 'lose-answer' },
    });
    const supervisor = supervise(world);
    const end = await story(world);
    supervisor.stop();
    return { end, writes };
  } finally {
    await world.close();
  }
}

function supervise(world: World): Readonly<{ stop(): void }> {
  let isOver = false;
  const run = async (): Promise<void> => {
    for (;;) {
      if (isOver) return;
      await world.startOperator({ flags: ['--no-leader-elect'] }, false).catch(() => undefined);
      await until(
        'the operator ended',
        async () => (isOver || world.operator.exited ? true : undefined),
        {
          deadlineMs: 60_000,
        },
      );
    }
  };
  void run().catch(() => undefined);
  return { stop: () => void (isOver = true) };
}

const readyWith = (reason: string) => (repo: GuardedRepo) =>
  repo.status?.conditions.some((one) => one.type === 'Ready' && one.reason === reason) === true;

async function story(world: World): Promise<unknown> {
  await world.push({ ...web('registry.example.com/shop:1'), ...settings('1') });
  await world.guard();
  await world.repoWhere('first commit', readyWith('Succeeded'));
  const anchor = await world.push({ ...web(GOOD), ...settings('2') });
  await world.repoWhere(
    'second commit',
    (repo) => readyWith('Succeeded')(repo) && repo.status?.anchor?.oid === anchor,
  );
  await setImage(world, 'registry.example.com/evil:6');
  await until('reverted', async () => ((await imageOf(world)) === GOOD ? true : undefined), {
    explain: () => world.operator.tail(),
  });
  await world.push(settings('evil'), { sign: 'nobody' });
  const repo = await world.repoWhere('refused', readyWith('SignatureMissing'));
  return {
    anchored: repo.status?.anchor?.oid === anchor,
    conditions: repo.status?.conditions.map(({ type, status, reason }) => [type, status, reason]),
    image: await imageOf(world),
    data: (await world.object('configmaps/settings'))?.['data'],
    ledger: ledgerOf(world, anchor),
  };
}

function ledgerOf(world: World, anchor: string): unknown {
  const stored = world.plane.sandbox?.stored('/configmaps', 'gitward-system', LEDGER);
  const text = textAt(stored, 'data', 'entry.json');
  // Our own writing, read back by a test.
  const entry = JSON.parse(text) as {
    anchor: { oid: string };
    current?: { oid: string };
    pending?: unknown;
    rejected?: { reason: string };
  };
  return {
    anchored: entry.anchor.oid === anchor,
    current: entry.current?.oid === anchor,
    pending: entry.pending,
    rejected: entry.rejected?.reason,
  };
}

/** Named by the SHA-256 of `payments/shop`. */
const LEDGER = 'gitward-ledger-e76ad8d46571caea914e';

async function setImage(world: World, image: string): Promise<void> {
  await world.kubectl.ok('-n', TENANT.namespace, 'set', 'image', 'deployment/web', `web=${image}`);
}

async function imageOf(world: World): Promise<string | undefined> {
  const text = JSON.stringify((await world.object('apps/v1/deployments/web')) ?? {});
  return /"image":"([^"]+)"/.exec(text)?.[1];
}

describe.runIf(
  requireOrSkip('kill -9 at every write', [tool('gpg'), tool('git'), tool('kubectl')]),
)('kill -9 at every write', () => {
  it('before and after each, the same end as without a crash', async () => {
    const learned = await play();
    console.log(`${learned.writes.length} writes:\n  ${learned.writes.join('\n  ')}`);
    expect(learned.end).toMatchObject({
      anchored: true,
      image: GOOD,
      data: { value: '2' },
      ledger: { anchored: true, current: true, pending: undefined, rejected: 'SignatureMissing' },
    });
    const crashes = learned.writes.flatMap((_write, index): readonly Crash[] => [
      { write: index + 1, side: 'before' },
      { write: index + 1, side: 'after' },
    ]);
    const ends = await inParallel(crashes, WORLDS, async (crash) => {
      const run = await play(crash).catch((error: unknown) => ({ end: String(error) }));
      return { crash, end: run.end };
    });
    expect(ends).toEqual(crashes.map((crash) => ({ crash, end: learned.end })));
  });
});
