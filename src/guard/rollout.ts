import { formatObject } from '../domain/object-ref.ts';
import type { ObjectKey } from '../domain/object-ref.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import { buildBaseline } from '../drift/baseline.ts';
import type { Built } from '../drift/baseline.ts';
import { decideOperation } from '../drift/operation.ts';
import type { ConfirmPorts } from './confirm.ts';
import type { Entry } from './entry.ts';

/**
 * How a plan becomes live. `apply`: written, where the mode allows it; the answer is the baseline.
 * `compare`: only asked by dry-run, because the plan is live already.
 */
export type RolloutMethod = 'apply' | 'compare';

/** How many objects at once, and how. */
export type RolloutOptions = Readonly<{ concurrency: number; method: RolloutMethod }>;

/** What became of one object. */
export type RolloutOutcome = Readonly<{
  key: ObjectKey;
  target: string;
  outcome: Result<'applied' | 'compared' | 'kept'>;
}>;

/** A baseline and whether the object was written for it. */
export type RolledOut = Built & Readonly<{ written: boolean }>;

/** Applies or compares one entry, impersonating its target's ServiceAccount; answers its baseline. */
export async function rollOut(
  entry: Entry,
  method: RolloutMethod,
  { objects, digestKey }: ConfirmPorts,
): Promise<Result<RolledOut>> {
  const { key, manifest, mode, target } = entry;
  const as = { namespace: target.namespace, name: target.serviceAccountName };
  const { onDrift } = target.drift;
  const { plan } = decideOperation({ fact: 'rollout', key, manifest, mode, onDrift });
  const written = plan !== undefined && method === 'apply';
  const answer = written ? await objects.apply(plan, as) : await objects.dryRun(manifest, as);
  if (!answer.ok) return answer;
  const ownership = mode === 'Enforce' ? 'applied' : 'compared';
  const built = buildBaseline(manifest, answer.value, { ownership, key: digestKey });
  return built.ok ? ok({ ...built.value, written }) : built;
}

/** Runs `work` over all items, at most `concurrency` at a time, answers in the items' order. */
export async function inParallel<T, R>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item !== undefined) results[at] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  return results;
}

/** An entry whose baseline was carried over needs nothing. */
export function isKept(entry: Entry): boolean {
  return entry.baseline !== undefined;
}

/** The outcome of an entry that needed nothing. */
export function kept(entry: Entry): RolloutOutcome {
  return { key: entry.key, target: entry.target.name, outcome: ok('kept') };
}

/** The outcome of an entry that nobody wants any more: its plan was replaced or dropped. */
export function unguarded({ key, target, manifest: { ref } }: Entry): RolloutOutcome {
  const message = `${formatObject(ref)} was not written: its plan was replaced meanwhile`;
  return {
    key,
    target: target.name,
    outcome: stopped(stop('APIUnavailable', message, { object: ref })),
  };
}
