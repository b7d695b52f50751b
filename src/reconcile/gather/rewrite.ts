import { walkHistory } from '../../commit/history.ts';
import type { HistoryEvidence } from '../../commit/history.ts';
import type { ParsedCommit } from '../../commit/parse.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Footing } from '../../policy/judgement.ts';
import { rewriteRule } from '../../policy/rewrite.ts';
import { gatherApprovals } from './approvals.ts';
import type { GatheredApprovals } from './approvals.ts';
import type { GatherGround, Tip } from './ground.ts';
import { readerOf } from './walk.ts';

/** The history behind the fork, and the approvals that ask for the move. */
export type Rewritten = Readonly<{ history: HistoryEvidence; approvals: GatheredApprovals }>;

/**
 * For a head that does not contain the anchor: where its history forks from the anchor's, if somebody
 * approved the move. Whether enough people did is the verdict's to say; without any approval, nothing.
 */
export async function gatherRewrite(
  commit: ParsedCommit,
  tip: Tip,
  { footing, ground }: Readonly<{ footing: Footing; ground: GatherGround }>,
): Promise<Result<Rewritten | undefined>> {
  if (footing.kind !== 'anchor') return ok(undefined);
  const approvals = await gatherApprovals([commit], tip, ground);
  if (!approvals.ok) return approvals;
  const rule = rewriteRule(footing.oid);
  const asked = approvals.value.evidence.some(
    ({ statement, signature }) => signature.kind === 'good' && statement.rule === rule,
  );
  if (!asked) return ok(undefined);
  const history = await walkToFork(commit.oid, footing.oid, ground);
  return history.ok ? ok({ history: history.value, approvals: approvals.value }) : history;
}

/** From the tip down to the newest commit that the anchor's history has too, else to the root. */
async function walkToFork(
  tip: Oid,
  anchor: Oid,
  { objects, maxRangeCommits }: GatherGround,
): Promise<Result<HistoryEvidence>> {
  const read = readerOf(objects);
  const old = await walkHistory(anchor, undefined, read, maxRangeCommits);
  if (!old.ok) return old;
  const known = new Set(old.value.commits.map(({ oid }) => oid));
  const whole = await walkHistory(tip, undefined, read, maxRangeCommits);
  if (!whole.ok) return whole;
  const { commits } = whole.value;
  const at = commits.findIndex(({ oid }) => known.has(oid));
  const base = commits[at]?.oid;
  if (base === undefined) return whole;
  return ok({ tip, base, commits: commits.slice(0, at), end: { kind: 'base' } });
}
