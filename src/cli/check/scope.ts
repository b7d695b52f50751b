import type { HistoryEvidence } from '../../commit/history.ts';
import type { ParsedCommit } from '../../commit/parse.ts';
import { changedPaths } from '../../commit/changes.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Evidence } from '../../policy/evidence.ts';
import { gatherApprovals } from '../../reconcile/gather/approvals.ts';
import { gatherReadSets } from '../../reconcile/gather/changes.ts';
import type { GatherGround, Tip } from '../../reconcile/gather/ground.ts';
import { readCommit, readerOf } from '../../reconcile/gather/walk.ts';
import type { ObjectReader } from '../../reconcile/ports.ts';

/** The part of the evidence that path rules and reviews want. */
export type Scope = Pick<Evidence, 'changes' | 'readSets' | 'approvals'>;

/** Where nothing is looked up. */
export const NOTHING: Scope = { changes: new Map(), readSets: [], approvals: [] };

/** What path rules, reviews and known leaks are judged by; nothing is looked up where there are none. */
export async function gatherScope(
  history: HistoryEvidence,
  tip: Tip,
  { ground, hasLeaks }: Readonly<{ ground: GatherGround; hasLeaks: boolean }>,
): Promise<Result<Scope>> {
  const { rules = [], forge } = ground.verify;
  const isLifted = rules.length > 0 || forge !== 'Deny' || hasLeaks;
  if (history.commits.length === 0 || !isLifted) {
    return ok(NOTHING);
  }
  const approvals = await gatherApprovals(history.commits, tip, ground);
  if (!approvals.ok) return approvals;
  const { evidence } = approvals.value;
  if (rules.length === 0) return ok({ ...NOTHING, approvals: evidence });
  const changes = await changesOf(history.commits, ground.objects);
  if (!changes.ok) return changes;
  const readSets = await gatherReadSets(history, ground);
  if (!readSets.ok) return readSets;
  return ok({ changes: changes.value, readSets: readSets.value, approvals: evidence });
}

/**
 * The paths each commit changed against its first parent: as in the operator's straight range, and for
 * a merge all that it brought. A commit whose parent is missing has no entry, which is never "none".
 */
async function changesOf(
  commits: readonly ParsedCommit[],
  objects: ObjectReader,
): Promise<Result<Evidence['changes']>> {
  const changes = new Map<Oid, readonly string[]>();
  const trees = new Map(commits.map(({ oid, tree }) => [oid, tree]));
  const read = readerOf(objects);
  for (const commit of commits) {
    const before = await treeBefore(commit, trees, objects);
    const changed = before.ok ? await changedPaths(before.value, commit.tree, read) : before;
    if (changed.ok) {
      const paths = changed.value.map(({ path }) => path);
      changes.set(commit.oid, paths);
    } else if (changed.stop.kind === 'retry') return changed;
  }
  return ok(changes);
}

async function treeBefore(
  { parents }: ParsedCommit,
  trees: ReadonlyMap<Oid, Oid>,
  objects: ObjectReader,
): Promise<Result<Oid | undefined>> {
  const [parent] = parents;
  const known = parent === undefined ? undefined : trees.get(parent);
  if (parent === undefined || known !== undefined) return ok(known);
  const found = await readCommit(objects, parent);
  return found.ok ? ok(found.value.tree) : found;
}
