import type { SecretsSpec } from '../../api/guardedrepo.ts';
import type { ParsedCommit } from '../../commit/parse.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { LeakEvidence } from '../../policy/evidence.ts';
import { gatherLeaks } from '../../reconcile/gather/leaks.ts';
import type { LeakGround } from '../../reconcile/gather/leaks.ts';
import { gatherPlan } from '../../reconcile/gather/scan-plan.ts';
import type { GatheredPlan } from '../../reconcile/gather/scan-plan.ts';
import { fileAt } from '../../reconcile/gather/tree-file.ts';
import type { SopsFinder } from '../../reconcile/gather/sops-files.ts';
import { rulesOf } from '../../secrets/index.ts';
import { parseSalt, SALT_PATH } from '../../secrets/salt.ts';
import type { Leak, LeakReport } from './leak.ts';
import { NO_COMMIT } from './stand-in.ts';

/** Commits to look through, and whose files say how. */
export type RangeScan = Readonly<{
  /** Newest first. */
  commits: readonly ParsedCommit[];
  /** Of the protected branch as it was before; without it nothing of the team's counts. */
  protectedTree: Oid | undefined;
  tipTree: Oid;
  secrets: SecretsSpec;
  /** Finds the first commit of the history: a walk through all of it, so only for who has findings. */
  findRoot: () => Promise<Oid | undefined>;
  /** Tree whose salt counts where nothing is protected. */
  saltTree?: Oid;
  /** What the caller puts in the place of the team's files. */
  adjust?: (plan: GatheredPlan) => GatheredPlan;
  /** Shared by scans of one repository. */
  finder?: SopsFinder;
}>;

/** A plan that something was scanned under, for what else is to be scanned. */
export type Scanned = Readonly<{ evidence: LeakEvidence; how: GatheredPlan }>;

/** Scans a range as the operator does. */
export async function scanRange(wish: RangeScan, ground: LeakGround): Promise<Result<Scanned>> {
  const first = await scanUnder(wish, NO_COMMIT, ground);
  if (!first.ok || first.value.how.plan.salt !== NO_COMMIT) return first;
  const { leaks, carried } = first.value.evidence;
  if (leaks.length + carried.length === 0) return first;
  // There is no salt: only now it matters what stands for it.
  return scanUnder(wish, await wish.findRoot(), ground);
}

async function scanUnder(
  { commits, secrets, finder, adjust = (how) => how, ...trees }: RangeScan,
  rootOid: Oid | undefined,
  ground: LeakGround,
): Promise<Result<Scanned>> {
  const { protectedTree, tipTree } = trees;
  const at = { protectedTree, tipTree, rootOid };
  const plan = await gatherPlan(at, secrets, ground.objects, finder);
  if (!plan.ok) return plan;
  const salt = trees.saltTree === undefined ? ok(undefined) : await saltIn(trees.saltTree, ground);
  if (!salt.ok) return salt;
  const own = salt.value === undefined ? {} : { salt: salt.value };
  const how = adjust({ ...plan.value, plan: { ...plan.value.plan, ...own } });
  const evidence = await gatherLeaks(commits, how, ground);
  return evidence.ok ? ok({ evidence: evidence.value, how }) : evidence;
}

async function saltIn(tree: Oid, { objects }: LeakGround): Promise<Result<string | undefined>> {
  const file = await fileAt(tree, SALT_PATH, objects);
  if (!file.ok) return file;
  return ok(file.value.kind === 'file' ? parseSalt(file.value.bytes) : undefined);
}

/** The evidence as the command line tells it, with the words of the rules. */
export function reportOf({ evidence, how }: Scanned): LeakReport {
  const wordsOf = wordsIn(how);
  return {
    leaks: evidence.leaks.map(({ finding, commit }) => ({
      ...{ finding, commit },
      ...wordsOf(finding.rule),
    })),
    gaps: evidence.gaps,
    ...{ ignored: evidence.ignored, hushed: evidence.hushed },
    warnings: how.warnings,
  };
}

/** Tells what a rule looks for and what to do; the rule of a plan always has words. */
function wordsIn({ plan }: GatheredPlan): (rule: string) => Pick<Leak, 'description' | 'fix'> {
  const rules = new Map(rulesOf(plan).rules.map((rule) => [rule.id, rule]));
  return (id) => {
    const { description = '', fix = '' } = rules.get(id) ?? {};
    return { description: description === '' ? id : description, fix };
  };
}
