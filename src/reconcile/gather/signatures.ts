import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { SignatureEvidence } from '../../signature/index.ts';
import type { DetachedSignature, VerifyOutput } from '../../worker/port.ts';
import type { GatherGround } from './ground.ts';

/** Commits handed to a worker at once: bounds what is in memory beside the history itself. */
const BATCH_COMMITS = 256;

/** Longest one batch may take: some hundred signatures of the slowest kind. */
const BATCH_DEADLINE_MS = 30_000;

/** Batches under way at once: one is read while others are checked. */
const BATCHES_AT_ONCE = 3;

/** Judges the signatures of these commits; one entry each, missing only where the object is. */
export async function commitSignatures(
  oids: readonly Oid[],
  ground: GatherGround,
): Promise<Result<ReadonlyMap<Oid, SignatureEvidence>>> {
  const evidence = new Map<Oid, SignatureEvidence>();
  const batches: (readonly Oid[])[] = [];
  for (let start = 0; start < oids.length; start += BATCH_COMMITS) {
    batches.push(oids.slice(start, start + BATCH_COMMITS));
  }
  let failed: Stop | undefined;
  const lane = async (): Promise<void> => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      const done = await oneBatch(batch, ground);
      if (!done.ok) failed ??= done.stop;
      if (!done.ok || failed !== undefined) return;
      for (const { oid, evidence: found } of done.value.commits) evidence.set(oid, found);
      ground.progress?.(evidence.size, oids.length);
    }
  };
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, lane));
  return failed === undefined ? ok(evidence) : stopped(failed);
}

/** Judges signatures of tags and approvals, in the order given. */
export async function detachedSignatures(
  detached: readonly DetachedSignature[],
  { work, trust, at }: GatherGround,
): Promise<Result<readonly SignatureEvidence[]>> {
  if (detached.length === 0) return ok([]);
  const job = { kind: 'verify', commits: [], detached, trust, at } as const;
  const done = await work.run(job, BATCH_DEADLINE_MS);
  return done.ok ? ok(done.value.detached) : done;
}

async function oneBatch(
  batch: readonly Oid[],
  { objects, work, trust, at, firstSeen }: GatherGround,
): Promise<Result<VerifyOutput>> {
  const found = await objects.readMany(batch);
  if (!found.ok) return found;
  const commits = batch.flatMap((oid) => {
    const raw = found.value.get(oid);
    if (raw === undefined) return [];
    const seen = firstSeen(oid);
    return [{ oid, bytes: raw.bytes, ...(seen === undefined ? {} : { firstSeen: seen }) }];
  });
  const done = await work.run({ kind: 'verify', commits, trust, at }, BATCH_DEADLINE_MS);
  if (!done.ok) return done;
  return done.value.usableKeys === 0 ? stopped(noUsableKey(done.value.problems)) : done;
}

function noUsableKey(problems: readonly string[]): Stop {
  const why = problems.length === 0 ? 'they hold no key' : problems.join('; ');
  return stop('SignersEmpty', `verify.signers: no key of the named SignerSets can be used: ${why}`);
}
