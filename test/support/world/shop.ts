import { until } from './poll.ts';
import { ledgerEntry, spell } from './story.ts';
import { TENANT } from './tenant.ts';
import type { World } from './world.ts';

/** What nobody signed for. */
export const EVIL_IMAGE = 'registry.example.com/evil:6.6.6';

/** Changes the guarded Deployment's image by hand, as kubectl does. */
export async function editShop(world: World, image = EVIL_IMAGE): Promise<void> {
  const command = ['set', 'image', 'deployment/web', `web=${image}`];
  await world.kubectl.ok('-n', TENANT.namespace, ...command);
}

/** The guarded Deployment's image now. */
export async function shopImage(world: World): Promise<string> {
  const text = JSON.stringify((await world.object('apps/v1/deployments/web')) ?? {});
  return /"image":"([^"]+)"/.exec(text)?.[1] ?? '';
}

/** Waits until the guarded Deployment has that image. */
export async function shopIs(world: World, image: string): Promise<void> {
  const look = async (): Promise<true | undefined> =>
    (await shopImage(world)) === image || undefined;
  await until(`image ${image}`, look, { explain: () => world.operator.tail() });
}

/** Protection is in force: an edit by hand is undone. */
export async function shopHeals(world: World): Promise<void> {
  const image = await shopImage(world);
  await editShop(world);
  await shopIs(world, image);
}

type Meta = Readonly<{
  resourceVersion: string;
  generation?: number;
  managedFields: readonly Readonly<{ manager: string }>[];
}>;

/** What gitward wrote to the guarded objects and when: any new write of it changes this. */
export async function written(world: World): Promise<readonly object[]> {
  const paths = ['configmaps/settings', 'apps/v1/deployments/web'];
  return Promise.all(
    paths.map(async (path) => {
      // The API server's own object.
      const { metadata } = ((await world.object(path)) ?? {}) as { metadata?: Meta };
      const fields = metadata?.managedFields.filter(({ manager }) => manager === 'gitward');
      // The controllers write a Deployment's status whenever they like.
      const version = path.startsWith('apps') ? metadata?.generation : metadata?.resourceVersion;
      return { path, fields, version };
    }),
  );
}

/** Everything a restart must leave alone: what gitward wrote, what it holds and what it says. */
export async function footprint(world: World): Promise<object> {
  const repo = await world.repo();
  return {
    conditions: spell(repo),
    anchor: repo?.status?.anchor,
    ledger: await ledgerEntry(world),
    objects: await written(world),
  };
}
