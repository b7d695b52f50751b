import type { ParsedCommit } from '../../commit/parse.ts';
import type { Oid } from '../../domain/oid.ts';

/**
 * Sorts commits so that each stands before its parents, the tip first, branch by branch. Who names
 * itself as an ancestor cannot exist: an oid is the hash of what names its parents.
 */
export function inTopologicalOrder(
  tip: Oid,
  commits: ReadonlyMap<Oid, ParsedCommit>,
): readonly ParsedCommit[] {
  const children = new Map<Oid, number>();
  for (const { parents } of commits.values()) {
    for (const parent of parents) children.set(parent, (children.get(parent) ?? 0) + 1);
  }
  const sorted: ParsedCommit[] = [];
  const ready = [tip];
  for (let oid = ready.pop(); oid !== undefined; oid = ready.pop()) {
    const commit = commits.get(oid);
    if (commit === undefined) continue;
    sorted.push(commit);
    for (const parent of commit.parents) {
      const left = (children.get(parent) ?? 1) - 1;
      children.set(parent, left);
      if (left === 0) ready.push(parent);
    }
  }
  return sorted;
}
