import type { SecretsSpec } from '../../api/guardedrepo.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { readCommit } from '../../reconcile/gather/walk.ts';
import type { GatheredPlan } from '../../reconcile/gather/scan-plan.ts';
import { prepareOwnRules } from '../../secrets/index.ts';
import type { LeakReport } from '../leaks/leak.ts';
import { reportOf, scanRange } from '../leaks/scan.ts';
import { NO_COMMIT, standIn } from '../leaks/stand-in.ts';
import { ScanWork } from '../leaks/work.ts';
import type { Terminal } from '../terminal.ts';
import type { HookRepo } from './open.ts';
import type { ProtectedRef } from './protected.ts';
import type { Staged } from './staged.ts';

/** How staged changes are scanned. */
export type StagedWish = Readonly<{
  secrets: SecretsSpec;
  adjust?: (plan: GatheredPlan) => GatheredPlan;
}>;

/** What the next commit will be, and where its objects are read. */
export type StagedTree = Readonly<{ guarded: ProtectedRef; staged: Staged }> &
  Pick<HookRepo, 'git' | 'objects'>;

/** Scans the tree of the next commit, against what the protected branch allows. */
export async function scanTree(
  wish: StagedWish,
  { guarded, staged, git, objects }: StagedTree,
  terminal: Terminal,
): Promise<Result<LeakReport, string>> {
  const { tree, parents } = staged;
  const { oid } = guarded;
  const reading = oid === undefined ? ok(undefined) : readCommit(objects, oid);
  // While git starts.
  prepareOwnRules();
  const before = await reading;
  if (!before.ok) return stopped(before.stop.message);
  const first = oid ?? parents[0];
  const range = {
    commits: [standIn({ oid: NO_COMMIT, tree, parents })],
    ...{ protectedTree: before.value?.tree, tipTree: tree, ...wish },
    findRoot: (): Promise<Oid | undefined> =>
      first === undefined ? Promise.resolve(undefined) : git.root(first),
  };
  const work = new ScanWork(terminal);
  try {
    const scanned = await scanRange(range, { objects, work });
    return scanned.ok ? ok(withoutCommit(reportOf(scanned.value))) : stopped(scanned.stop.message);
  } finally {
    await work.close();
  }
}

/** The commit is not made yet. */
function withoutCommit(report: LeakReport): LeakReport {
  return {
    ...report,
    leaks: report.leaks.map(({ finding, description, fix }) => ({ finding, description, fix })),
    gaps: report.gaps.map(({ gap, path }) => ({ gap, path })),
  };
}
