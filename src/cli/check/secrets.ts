import type { SecretsSpec } from '../../api/guardedrepo.ts';
import type { ParsedCommit } from '../../commit/parse.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Evidence } from '../../policy/evidence.ts';
import type { Judgement } from '../../policy/judgement.ts';
import { settledBy } from '../../policy/secrets.ts';
import type { GatherGround } from '../../reconcile/gather/ground.ts';
import { rootOf } from '../../reconcile/gather/secrets.ts';
import { readCommit } from '../../reconcile/gather/walk.ts';
import { reportOf, scanRange } from '../leaks/scan.ts';
import type { Scanned } from '../leaks/scan.ts';
import type { Adjust } from '../leaks/team-files.ts';
import { problemsOf } from './problem.ts';
import type { Problem } from './problem.ts';

/** Scans a range; nothing where nobody asks for it. */
export type ScanHistory = (
  commits: readonly ParsedCommit[],
  base: Oid | undefined,
) => Promise<Result<Scanned | undefined>>;

/**
 * Scans a range as the operator would. What is allowed comes from the commit that the range begins
 * behind, and from files that were given; never from the commits that are looked at.
 */
export function historyScan(
  ground: GatherGround,
  secrets: SecretsSpec,
  adjust: Adjust,
): ScanHistory {
  return async (commits, base) => {
    const [tip] = commits;
    if (secrets.mode === 'Off' || tip === undefined) return ok(undefined);
    const before = base === undefined ? ok(undefined) : await readCommit(ground.objects, base);
    if (!before.ok) return before;
    const findRoot = async (): Promise<Oid | undefined> => {
      const root = await rootOf(base ?? tip.oid, ground);
      return root.ok ? root.value : undefined;
    };
    const wish = {
      ...{ commits, protectedTree: before.value?.tree, tipTree: tip.tree, secrets },
      // Where nothing was accepted before, the salt may be the tip's own: it allows nothing.
      ...(before.value === undefined ? { saltTree: tip.tree } : {}),
      ...{ findRoot, adjust },
    };
    return scanRange(wish, { objects: ground.objects, work: ground.work });
  };
}

/** What the scan found and nobody has answered for. */
export function openLeaks(
  scanned: Scanned,
  ground: Readonly<{ evidence: Evidence; judgement: Judgement }>,
  isBlocking: boolean,
): readonly Problem[] {
  const leaks = scanned.evidence.leaks.filter((leak) => settledBy(leak, ground) === undefined);
  const report = reportOf({ ...scanned, evidence: { ...scanned.evidence, leaks } });
  return problemsOf(report, isBlocking);
}
