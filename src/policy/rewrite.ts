import type { Oid } from '../domain/oid.ts';
import { approverOf } from './approvers.ts';
import type { Evidence } from './evidence.ts';
import type { Judgement } from './judgement.ts';

/** People who must approve a rewritten history; the signer of its head may be one of them. */
export const REWRITE_APPROVERS = 2;

/**
 * The rule name that approvals of a rewritten history carry. It names the anchor that is left, so that
 * an approval works once: it can never lead back to its commit from anywhere else.
 */
export function rewriteRule(anchor: Oid): string {
  return `rewrite-${anchor}`;
}

/**
 * Has the move from the anchor to this very head been approved by enough people? What a rewrite drops is
 * changed as well, so the people of every path rule must approve it too. It lifts the demand to descend
 * from the anchor and nothing else: the new history is judged like any other.
 */
export function liftsRewrite({ history, approvals }: Evidence, judgement: Judgement): boolean {
  const { footing } = judgement;
  if (footing.kind !== 'anchor') return false;
  const name = rewriteRule(footing.oid);
  const asked = approvals.filter(({ statement }) => statement.commit === history.tip);
  const demands = [{ roles: [], threshold: REWRITE_APPROVERS }, ...(judgement.verify.rules ?? [])];
  return demands.every(({ roles = [], threshold }) => {
    const people = asked.flatMap((one) => approverOf(one, { name, roles }, judgement) ?? []);
    return new Set(people).size >= threshold;
  });
}
