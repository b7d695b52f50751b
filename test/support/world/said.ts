import { TENANT } from './tenant.ts';
import type { World } from './world.ts';

/** Every byte that gitward wrote: its log and metrics, status, events, and what lies in its namespace. */
export async function everythingSaid(world: World): Promise<string> {
  const { namespace } = TENANT;
  const parts = await Promise.all([
    world.operator.page('/metrics').then(({ text }) => text),
    listText(world, `/apis/gitward.dev/v1alpha1/namespaces/${namespace}/guardedrepos`),
    listText(world, `/api/v1/namespaces/${namespace}/events`),
    listText(world, '/api/v1/namespaces/gitward-system/configmaps'),
  ]);
  return [world.operator.output, ...parts].join('\n');
}

/** A text as it may turn up: as it is, in base64, and that in an address. */
export function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  return [secret, base64, encodeURIComponent(base64)];
}

async function listText(world: World, path: string): Promise<string> {
  return (await world.plane.call('admin', { method: 'GET', path })).text;
}
