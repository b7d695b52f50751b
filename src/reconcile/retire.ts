import { ok } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { repoKey } from '../domain/repo-key.ts';
import type { Entry } from '../guard/guard.ts';
import type { Ground, LineEnd, LinePorts } from './line.ts';
import { loadLedger } from './steps/ledger.ts';
import { modeInForce } from './steps/mode.ts';
import { uphold } from './steps/uphold.ts';

/**
 * Ends the guard of a deleted GuardedRepo: prunes its objects where the spec says so (never in Audit
 * or while frozen: the list may be a thief's), tells that protection ended, and lets the object go. The ledger entry stays.
 */
export async function retire(ground: Ground): Promise<LineEnd> {
  const { repo, memory, ports } = ground;
  const key = repoKey(repo.metadata.namespace, repo.metadata.name);
  const asked = repo.spec.deletionPolicy === 'Prune' && repo.spec.mode === 'Enforce';
  const known = asked ? await loadLedger(ground) : ok(undefined);
  if (!known.ok) return { stop: known.stop, notes: [] };
  const prune = asked && modeInForce(repo, memory.stored?.entry) === 'Enforce';
  if (prune && memory.retiring === undefined) {
    // After a restart the guard may not hold the objects yet; without them nothing would be pruned.
    await uphold(ground);
  }
  const retiring = (memory.retiring ??= ports.guard.entries(key));
  // Dropped first, so that the object line does not recreate what is deleted here.
  ports.guard.drop(key);
  const count = retiring.length;
  const pruned = prune ? await pruneAll(retiring, ports) : ok(undefined);
  if (!pruned.ok) return { stop: pruned.stop, notes: [] };
  const released = await ports.cluster.finalizer(repo, false);
  if (!released.ok) return { stop: released.stop, notes: [] };
  const what = prune ? 'were deleted with it' : 'stay, unguarded';
  const message = `GuardedRepo ${key} was deleted; its ${count} objects ${what}.`;
  return { notes: [{ type: 'Warning', reason: 'GuardWeakened', message }] };
}

async function pruneAll(entries: readonly Entry[], ports: LinePorts): Promise<Result<void>> {
  for (const { manifest, target } of entries.toReversed()) {
    const as = { namespace: target.namespace, name: target.serviceAccountName };
    const removed = await ports.objects.remove(manifest.ref, as);
    if (!removed.ok) return removed;
  }
  return ok(undefined);
}
