import type { ConditionType } from '../../../src/api/conditions.ts';
import type { GuardedRepo } from '../../../src/api/guardedrepo.ts';
import { ledgerName } from '../../../src/adapters/kube/ledger.ts';
import { until } from './poll.ts';
import { OWN_NAMESPACE, TENANT, TENANT_KEY } from './tenant.ts';
import type { World } from './world.ts';

/** One event about the world's GuardedRepo. */
export type ToldEvent = Readonly<{ type: string; reason: string; message: string; count: number }>;

/** Conditions as `{Ready: 'True Succeeded', …}`. */
export function spell(repo: GuardedRepo | undefined): Readonly<Record<string, string>> {
  const conditions = repo?.status?.conditions ?? [];
  return Object.fromEntries(conditions.map((one) => [one.type, `${one.status} ${one.reason}`]));
}

/** Waits until a condition is spelled so, `False SignatureMissing` for instance. */
export function conditionIs(
  world: World,
  type: ConditionType,
  spelled: string,
): Promise<GuardedRepo> {
  return world.repoWhere(`${type} ${spelled}`, (repo) => spell(repo)[type] === spelled);
}

/** The events about the GuardedRepo, oldest first. */
export async function eventsOf(world: World): Promise<readonly ToldEvent[]> {
  const path = `/api/v1/namespaces/${TENANT.namespace}/events`;
  const answer = await world.plane.call('admin', { method: 'GET', path });
  // The API server's own list of Events.
  const { items } = JSON.parse(answer.text) as {
    items: readonly (ToldEvent & { involvedObject: { kind: string; name: string } })[];
  };
  return items.filter(
    ({ involvedObject: { kind, name } }) => kind === 'GuardedRepo' && name === TENANT.repo,
  );
}

/** Waits for an event of that reason whose message fits, and yields it. */
export function eventTold(world: World, reason: string, fits = /^/): Promise<ToldEvent> {
  const look = async (): Promise<ToldEvent | undefined> =>
    (await eventsOf(world)).find((one) => one.reason === reason && fits.test(one.message));
  return until(`event ${reason}`, look, { explain: () => world.operator.tail() });
}

/** The path of the ledger's ConfigMap. */
export const LEDGER_PATH = `/api/v1/namespaces/${OWN_NAMESPACE}/configmaps/${ledgerName(TENANT_KEY)}`;

/** The ledger's entry as it is stored; `undefined` when there is none. */
export async function ledgerEntry(
  world: World,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const answer = await world.plane.call('admin', { method: 'GET', path: LEDGER_PATH });
  if (answer.status !== 200) return undefined;
  // gitward's own ConfigMap, written as JSON.
  const { data } = JSON.parse(answer.text) as { data: { 'entry.json': string } };
  return JSON.parse(data['entry.json']) as Record<string, unknown>;
}

/** The anchor's oid as the ledger has it. */
export async function ledgerAnchor(world: World): Promise<string | undefined> {
  const anchor = (await ledgerEntry(world))?.['anchor'];
  // Of the entry above.
  return (anchor as { oid: string } | undefined)?.oid;
}
