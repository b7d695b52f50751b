import { stringAt } from '../domain/json.ts';
import type { JsonObject } from '../domain/json.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import type { Stop } from '../domain/stop.ts';
import { buildBaseline } from '../drift/baseline.ts';
import type { Baseline } from '../drift/baseline.ts';
import { compareLive } from '../drift/compare.ts';
import type { FieldDrift } from '../drift/field-drift.ts';
import type { GuardedObjects } from '../reconcile/ports.ts';
import type { Entry } from './entry.ts';

/** What was last seen of an object. `unknown`: look again, what was seen is too old to act on. */
export type Sighting =
  | Readonly<{ kind: 'live'; object: JsonObject }>
  | Readonly<{ kind: 'gone' }>
  | Readonly<{ kind: 'unknown' }>;

/** What is known for sure after asking the API server. */
export type Confirmation =
  | Readonly<{ kind: 'same'; baseline: Baseline }>
  | Readonly<{ kind: 'drifted'; fields: readonly FieldDrift[]; live: JsonObject }>
  | Readonly<{ kind: 'missing' }>
  | Readonly<{ kind: 'terminating'; live: JsonObject }>
  | Readonly<{
      kind: 'mutated';
      fields: readonly FieldDrift[];
      live: JsonObject;
      baseline: Baseline;
    }>
  | Readonly<{ kind: 'unconfirmed'; why: Stop; fields: readonly FieldDrift[]; live?: JsonObject }>;

/**
 * Confirms a candidate with one dry-run of what Git wants: only what differs from what the server
 * would make of it now is drift. A sighting older than the dry-run's answer is read again first, so
 * that no stale event reverts anything.
 */
export async function confirm(
  entry: Entry,
  sighting: Sighting,
  objects: GuardedObjects,
): Promise<Confirmation> {
  const seen = sighting.kind === 'live' ? ok(sighting.object) : await look(entry, objects);
  if (!seen.ok) return seen.stop;
  const live = seen.value;
  if (isTerminating(live)) return { kind: 'terminating', live };
  const { target, manifest } = entry;
  const as = { namespace: target.namespace, name: target.serviceAccountName };
  const answer = await objects.dryRun(manifest, as);
  if (!answer.ok) {
    const fields = entry.baseline === undefined ? [] : compareLive(entry.baseline, live);
    return { kind: 'unconfirmed', why: answer.stop, fields, live };
  }
  if (versionOf(answer.value) <= versionOf(live)) return judge(entry, live, answer.value);
  const fresh = await look(entry, objects);
  if (!fresh.ok) return fresh.stop;
  if (isTerminating(fresh.value)) return { kind: 'terminating', live: fresh.value };
  return judge(entry, fresh.value, answer.value);
}

function judge(entry: Entry, live: JsonObject, answer: JsonObject): Confirmation {
  const ownership = entry.mode === 'Enforce' ? 'applied' : 'compared';
  const built = buildBaseline(entry.manifest, answer, ownership);
  if (!built.ok) return { kind: 'unconfirmed', why: built.stop, fields: [], live };
  const { baseline, mutated } = built.value;
  const fields = compareLive(baseline, live);
  if (fields.length > 0) return { kind: 'drifted', fields, live };
  // A changed baseline is taken silently only if no owned field means something else than Git says.
  if (mutated.length > 0) return { kind: 'mutated', fields: mutated, live, baseline };
  return { kind: 'same', baseline };
}

async function look(
  entry: Entry,
  objects: GuardedObjects,
): Promise<Result<JsonObject, Confirmation>> {
  const found = await objects.read(entry.manifest.ref);
  if (!found.ok) return stopped({ kind: 'unconfirmed', why: found.stop, fields: [] });
  return found.value === undefined ? stopped({ kind: 'missing' }) : ok(found.value);
}

function isTerminating(live: JsonObject): boolean {
  return stringAt(live, 'metadata', 'deletionTimestamp') !== undefined;
}

/** etcd's revision as a number; the server compares them so (KEP-5504). Unreadable is the oldest. */
export function versionOf(object: JsonObject): bigint {
  return parseVersion(stringAt(object, 'metadata', 'resourceVersion') ?? '');
}

/** The same for a version alone. */
export function parseVersion(text: string): bigint {
  return /^\d{1,20}$/.test(text) ? BigInt(text) : 0n;
}
