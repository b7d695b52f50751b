import type { KeyObject } from 'node:crypto';
import { stringAt } from '../domain/json.ts';
import type { JsonObject } from '../domain/json.ts';
import { formatObject } from '../domain/object-ref.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import type { Stop } from '../domain/stop.ts';
import { buildBaseline } from '../drift/baseline.ts';
import type { Baseline } from '../drift/baseline.ts';
import { compareLive } from '../drift/compare.ts';
import type { FieldDrift } from '../drift/field-drift.ts';
import type { GuardedObjects } from '../reconcile/ports.ts';
import type { Entry } from './entry.ts';
import { isAtLeast, versionOf } from './version.ts';

/** What was last seen of an object. `unknown`: look again, what was seen is too old to act on. */
export type Sighting =
  | Readonly<{ kind: 'live'; object: JsonObject }>
  | Readonly<{ kind: 'gone' }>
  | Readonly<{ kind: 'unknown' }>;

/** What is known for sure after asking the API server; `fields` as far as they are known. */
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

/** Where objects are asked for, and what their values are kept under. */
export type ConfirmPorts = Readonly<{ objects: GuardedObjects; digestKey: KeyObject }>;

/**
 * Confirms a candidate with one dry-run of what Git wants: only what differs from what the server
 * would make of it now is drift. A sighting that may be older than the dry-run's answer is read
 * again first, so that no stale event reverts anything.
 */
export async function confirm(
  entry: Entry,
  sighting: Sighting,
  ports: ConfirmPorts,
): Promise<Confirmation> {
  const isUsable = sighting.kind === 'live' && !isTerminating(sighting.object);
  const seen = isUsable ? ok(sighting.object) : await look(entry, ports.objects);
  if (!seen.ok) return seen.stop;
  const live = seen.value;
  const { target, manifest } = entry;
  const as = { namespace: target.namespace, name: target.serviceAccountName };
  const answer = await ports.objects.dryRun(manifest, as);
  if (!answer.ok) return unconfirmed(entry, live, answer.stop);
  const isFresh =
    isSameObject(live, answer.value) && isAtLeast(versionOf(live), versionOf(answer.value));
  if (isFresh) return judge(entry, { live, answer: answer.value }, ports);
  const again = await look(entry, ports.objects);
  if (!again.ok) return again.stop;
  const fresh = again.value;
  if (!isSameObject(fresh, answer.value)) {
    const what = `${formatObject(manifest.ref)} changed while it was compared; trying again`;
    return unconfirmed(entry, fresh, stop('APIUnavailable', what, { object: manifest.ref }));
  }
  return judge(entry, { live: fresh, answer: answer.value }, ports);
}

/** Is the object on its way out? */
export function isTerminating(object: JsonObject): boolean {
  return stringAt(object, 'metadata', 'deletionTimestamp') !== undefined;
}

/** A dry-run that would create the object answers an invented uid and no resourceVersion. */
function isSameObject(left: JsonObject, right: JsonObject): boolean {
  return stringAt(left, 'metadata', 'uid') === stringAt(right, 'metadata', 'uid');
}

function judge(
  entry: Entry,
  { live, answer }: Readonly<{ live: JsonObject; answer: JsonObject }>,
  { digestKey }: ConfirmPorts,
): Confirmation {
  const ownership = entry.mode === 'Enforce' ? 'applied' : 'compared';
  const built = buildBaseline(entry.manifest, answer, { ownership, key: digestKey });
  if (!built.ok) return unconfirmed(entry, live, built.stop);
  const { baseline, mutated } = built.value;
  const fields = compareLive(baseline, live);
  if (fields.length > 0) return { kind: 'drifted', fields, live };
  // A changed baseline is taken silently only if no owned field means something else than Git says.
  if (mutated.length > 0) return { kind: 'mutated', fields: mutated, live, baseline };
  return { kind: 'same', baseline };
}

function unconfirmed(entry: Entry, live: JsonObject, why: Stop): Confirmation {
  const fields = entry.baseline === undefined ? [] : compareLive(entry.baseline, live);
  return { kind: 'unconfirmed', why, fields, live };
}

async function look(
  entry: Entry,
  objects: GuardedObjects,
): Promise<Result<JsonObject, Confirmation>> {
  const found = await objects.read(entry.manifest.ref);
  if (!found.ok) return stopped({ kind: 'unconfirmed', why: found.stop, fields: [] });
  const live = found.value;
  if (live === undefined) return stopped({ kind: 'missing' });
  return isTerminating(live) ? stopped({ kind: 'terminating', live }) : ok(live);
}
