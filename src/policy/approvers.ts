import type { Oid } from '../domain/oid.ts';
import type { ApprovalEvidence, Evidence } from './evidence.ts';
import type { Judgement } from './judgement.ts';

/** What approvals must name to count, and whose count. No roles: any listed person's. */
export type ApprovalRule = Readonly<{ name: string; roles: readonly string[] }>;

/** Evidence and the rules it is judged under. */
export type Ground = Readonly<{ evidence: Evidence; judgement: Judgement }>;

/** The people who stand behind one commit. */
export type Approvers = (oid: Oid) => ReadonlySet<string>;

/**
 * Finds whose approval covers a commit under this rule. An approval of a later commit of the range
 * covers it too, for its name fixes everything before it. A person counts once, under one name, in
 * whichever SignerSet and with however many keys; a forge never counts. Ask for a rule once: ranges are
 * long.
 */
export function approversUnder(rule: ApprovalRule, { evidence, judgement }: Ground): Approvers {
  const { history, approvals } = evidence;
  const places = new Map(history.commits.map(({ oid }, place) => [oid, place]));
  // By person, the newest commit approved: the lower its place, the more it covers.
  const from = new Map<string, number>();
  for (const approval of approvals) {
    const person = approverOf(approval, rule, judgement);
    const place = places.get(approval.statement.commit);
    if (person === undefined || place === undefined) continue;
    from.set(person, Math.min(place, from.get(person) ?? place));
  }
  return (oid) => {
    const place = places.get(oid) ?? -1;
    return new Set([...from].flatMap(([person, first]) => (first <= place ? person : [])));
  };
}

/** One person, whatever the spelling: two names that only look different must not count twice. */
export function personKey(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .toLowerCase();
}

/** The person behind one approval, if it counts under this rule. */
export function approverOf(
  { statement, signature }: ApprovalEvidence,
  rule: ApprovalRule,
  { repository, ref, at }: Judgement,
): string | undefined {
  if (signature.kind !== 'good' || signature.signer.class !== 'person') return undefined;
  const fits =
    statement.repository === repository &&
    statement.ref === ref &&
    statement.rule === rule.name &&
    statement.expires > at;
  const entitled =
    rule.roles.length === 0 || signature.roles.some((role) => rule.roles.includes(role));
  return fits && entitled ? personKey(signature.signer.name) : undefined;
}
