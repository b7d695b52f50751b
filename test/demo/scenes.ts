import type { Condition, ConditionType } from '../../src/api/conditions.ts';
import type { StopCondition } from '../../src/api/reasons.ts';
import type { GuardedRepo } from '../../src/api/guardedrepo.ts';
import type { Oid } from '../../src/domain/oid.ts';
import { until } from '../support/world/poll.ts';
import { shopImage } from '../support/world/shop.ts';
import { TENANT, configMap, deployment } from '../support/world/tenant.ts';
import type { World } from '../support/world/world.ts';

/** What a scene ended with: gitward's reason and the sentence behind it. */
export type Outcome = Readonly<{ reason: string; said: string }>;

/** One scene: what happens, what gitward must say, how it is played. */
export type Scene = Readonly<{
  name: string;
  expected: string;
  play(world: World, stage: Stage): Promise<Outcome>;
}>;

/** What later scenes need of earlier ones. */
export type Stage = { first?: Oid; anchor?: Oid };

const FILES = {
  [`${TENANT.path}/web.yaml`]: deployment('web', 'registry.example.com/shop:1.0', 2),
  [`${TENANT.path}/settings.json`]: configMap('settings', { currency: 'EUR' }),
};

/** The scenes of history and drift, in order; each stands on the one before. */
export const FIRST_SCENES: readonly Scene[] = [
  {
    name: 'signed commit, accepted and rolled out',
    expected: 'CommitAccepted',
    play: async (world, stage) => {
      stage.first = await world.push(FILES, { message: 'shop 1.0\n' });
      await world.guard();
      await accepted(world, stage.first);
      stage.anchor = await world.push(
        { [`${TENANT.path}/web.yaml`]: deployment('web', 'registry.example.com/shop:1.1', 2) },
        { message: 'shop 1.1\n' },
      );
      const repo = await accepted(world, stage.anchor);
      await imageIs(world, 'registry.example.com/shop:1.1');
      return { reason: 'CommitAccepted', said: readyOf(repo) };
    },
  },
  {
    name: 'kubectl edit of a guarded field, reverted',
    expected: 'DriftReverted',
    play: async (world) => {
      const image = 'web=registry.example.com/evil:6.6.6';
      await world.kubectl.ok('-n', TENANT.namespace, 'set', 'image', 'deployment/web', image);
      const said = await drift(world, 'Deployment/payments/web', 'DriftReverted');
      await imageIs(world, 'registry.example.com/shop:1.1');
      return { reason: 'DriftReverted', said };
    },
  },
  {
    name: 'kubectl delete of a guarded object, recreated',
    expected: 'DriftReverted',
    play: async (world) => {
      await world.kubectl.ok('-n', TENANT.namespace, 'delete', 'configmap', 'settings');
      const said = await drift(world, 'ConfigMap/payments/settings', 'DriftReverted');
      await until('settings back', async () => world.object('configmaps/settings'));
      return { reason: 'DriftReverted', said };
    },
  },
  {
    name: 'unsigned commit, refused',
    expected: 'SignatureMissing',
    play: async (world) => {
      await world.push(evil('2.0'), { sign: 'nobody', message: 'no signature\n' });
      return refused(world, 'SignatureMissing');
    },
  },
  {
    name: "commit by a stranger's key, refused",
    expected: 'SignerUntrusted',
    play: async (world, stage) => {
      await back(world, stage);
      await world.push(evil('2.1'), { sign: world.mallory, force: true });
      return refused(world, 'SignerUntrusted');
    },
  },
  {
    name: 'signed merge commit, refused',
    expected: 'HistoryNotLinear',
    play: async (world, stage) => {
      await back(world, stage);
      await world.work.branch('side', stage.first);
      const side = await world.work.commit({
        files: { 'notes.txt': 'side\n' },
        sign: world.ada,
      });
      await world.work.branch('main');
      await world.work.merge(side, { sign: world.ada });
      await world.publish(true);
      return refused(world, 'HistoryNotLinear');
    },
  },
  {
    name: 'force-push to an older signed commit, refused',
    expected: 'RevisionRolledBack',
    play: async (world, stage) => {
      if (stage.first !== undefined) await world.work.reset(stage.first);
      await world.publish(true);
      return refused(world, 'RevisionRolledBack');
    },
  },
  {
    name: 'branch reset to the anchor plus one good commit, accepted',
    expected: 'CommitAccepted',
    play: async (world, stage) => {
      await back(world, stage);
      const files = {
        [`${TENANT.path}/web.yaml`]: deployment('web', 'registry.example.com/shop:1.2', 2),
      };
      const oid = await world.push(files, { message: 'shop 1.2\n', force: true });
      const repo = await accepted(world, oid);
      await imageIs(world, 'registry.example.com/shop:1.2');
      stage.anchor = oid;
      return { reason: 'CommitAccepted', said: readyOf(repo) };
    },
  },
];

export function evil(version: string): Readonly<Record<string, string>> {
  return { [`${TENANT.path}/web.yaml`]: deployment('web', `registry.example.com/evil:${version}`) };
}

export async function back(world: World, stage: Stage): Promise<void> {
  if (stage.anchor === undefined) throw new Error('the first scene has not been played');
  await world.work.branch('main');
  await world.work.reset(stage.anchor);
}

function conditionOf(repo: GuardedRepo, type: ConditionType): Condition | undefined {
  return repo.status?.conditions.find((condition) => condition.type === type);
}

export function readyOf(repo: GuardedRepo): string {
  return conditionOf(repo, 'Ready')?.message ?? '';
}

export function accepted(world: World, oid: Oid): Promise<GuardedRepo> {
  return world.repoWhere(`${oid} accepted`, (repo) => {
    const applied = repo.status?.targets[0]?.applied?.endsWith(oid) === true;
    return applied && conditionOf(repo, 'Ready')?.status === 'True';
  });
}

export async function refused(
  world: World,
  reason: string,
  stage: StopCondition = 'SourceVerified',
): Promise<Outcome> {
  const before = await world.repo();
  const image = await shopImage(world);
  const head = await world.work.head();
  const repo = await world.repoWhere(reason, (found) => {
    const condition = conditionOf(found, stage);
    const seen = found.status?.head?.endsWith(head) === true;
    return seen && condition?.status === 'False' && condition.reason === reason;
  });
  if (repo.status?.anchor?.oid !== before?.status?.anchor?.oid) throw new Error('the anchor moved');
  if ((await shopImage(world)) !== image) throw new Error('the image changed');
  const condition = conditionOf(repo, stage);
  return { reason: condition?.reason ?? 'none', said: condition?.message ?? '' };
}

async function drift(world: World, object: string, outcome: string): Promise<string> {
  const repo = await world.repoWhere(
    `${object} ${outcome}`,
    (found) =>
      found.status?.targets.some((target) =>
        target.drift.items.some((item) => item.object === object && item.outcome === outcome),
      ) === true,
  );
  const items = repo.status?.targets.flatMap((target) => target.drift.items) ?? [];
  const item = items.find((one) => one.object === object);
  return `${object} ${item?.path ?? ''}, changed by ${item?.manager ?? 'unknown'}`;
}

export async function imageIs(world: World, image: string): Promise<void> {
  await until(`image ${image}`, async () => {
    const text = JSON.stringify((await world.object('apps/v1/deployments/web')) ?? {});
    return text.includes(`"image":"${image}"`) || undefined;
  });
}
