import { changedPaths } from '../../commit/changes.ts';
import type { HistoryEvidence } from '../../commit/history.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { ReadSet } from '../../policy/evidence.ts';
import type { ObjectReader } from '../ports.ts';
import { readSetOf } from '../../render/index.ts';
import { sourceTree } from '../steps/source-tree.ts';
import type { GatherGround } from './ground.ts';
import { readCommit, readerOf } from './walk.ts';

/** The paths each commit of the range changed against its parent, from re-hashed trees. */
export async function gatherChanges(
  { commits, base }: HistoryEvidence,
  objects: ObjectReader,
): Promise<Result<ReadonlyMap<Oid, readonly string[]>>> {
  const changes = new Map<Oid, readonly string[]>();
  const read = readerOf(objects);
  const trees = new Map(commits.map(({ oid, tree }) => [oid, tree]));
  for (const { oid, tree, parents } of commits) {
    const [parent] = parents;
    let before = parent === undefined ? undefined : trees.get(parent);
    if (parent !== undefined && before === undefined) {
      // Only the base lies outside the range; whatever else is named here was not walked.
      if (parent !== base) continue;
      const found = await readCommit(objects, parent);
      if (!found.ok) return found;
      before = found.value.tree;
    }
    const changed = await changedPaths(before, tree, read);
    if (!changed.ok) return changed;
    changes.set(
      oid,
      changed.value.map(({ path }) => path),
    );
  }
  return ok(changes);
}

/** What each target's render reads before the range and at its tip; both are under a rule. */
export async function gatherReadSets(
  { base, commits }: HistoryEvidence,
  { objects, targets, render }: Pick<GatherGround, 'objects' | 'targets' | 'render'>,
): Promise<Result<readonly ReadSet[]>> {
  const sets = new Map<string, Set<string>>();
  const ends = [base, commits[0]?.oid].filter((oid) => oid !== undefined);
  for (const oid of ends) {
    const commit = await readCommit(objects, oid);
    if (!commit.ok) return commit;
    for (const { name, path } of targets) {
      const read = await readSetOf(sourceTree(commit.value.tree, objects), path, render);
      // What the base could not render was never rendered: nothing of it is live.
      if (!read.ok && oid === base) continue;
      if (!read.ok) return read;
      const known = sets.get(name) ?? new Set<string>();
      for (const blob of read.value.blobs) known.add(blob.path);
      sets.set(name, known);
    }
  }
  return ok([...sets].map(([target, paths]) => ({ target, paths })));
}
