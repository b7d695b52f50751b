import type { ThresholdRule } from '../api/guardedrepo.ts';
import type { ParsedCommit } from '../commit/parse.ts';
import { shortOid } from '../domain/oid.ts';
import { stop } from '../domain/stop.ts';
import type { Stop } from '../domain/stop.ts';
import type { SignatureEvidence } from '../signature/index.ts';
import { approversUnder, personKey } from './approvers.ts';
import type { Approvers } from './approvers.ts';
import type { Evidence, ReadSet } from './evidence.ts';
import type { Adjudicator } from './judgement.ts';
import { matchesPath } from './pattern.ts';

/**
 * Each commit that touches what a rule protects has enough people behind it: its signer and those who
 * approved it. A rule protects what its patterns match and everything that a render reads together
 * with something they match: a base that an overlay includes lies under the overlay's rule.
 */
export const thresholds: Adjudicator = (evidence, judgement) =>
  (judgement.verify.rules ?? []).flatMap((rule) => {
    const read = readUnder(rule, evidence.readSets);
    const approvers = approversUnder({ roles: [], ...rule }, { evidence, judgement });
    return evidence.history.commits
      .toReversed()
      .flatMap((commit) => unmet(commit, rule, { read, approvers, evidence }));
  });

/** All that is read by a render which reads something the rule matches. */
function readUnder({ paths }: ThresholdRule, readSets: readonly ReadSet[]): ReadonlySet<string> {
  const concerned = readSets.filter((set) =>
    [...set.paths].some((path) => paths.some((pattern) => matchesPath(pattern, path))),
  );
  return new Set(concerned.flatMap((set) => [...set.paths]));
}

type UnderRule = Readonly<{
  read: ReadonlySet<string>;
  approvers: Approvers;
  evidence: Evidence;
}>;

function unmet(
  commit: ParsedCommit,
  rule: ThresholdRule,
  { read, approvers, evidence }: UnderRule,
): readonly Stop[] {
  const { changes, signatures } = evidence;
  const changed = changes.get(commit.oid);
  const who = `commit ${shortOid(commit.oid)} (${commit.subject})`;
  const at = { oid: commit.oid };
  if (changed === undefined) {
    return [stop('ThresholdNotMet', `${who}: what it changes was not looked at`, at)];
  }
  const touched = changed.find(
    (path) => read.has(path) || rule.paths.some((pattern) => matchesPath(pattern, path)),
  );
  if (touched === undefined) return [];
  const people = new Set(approvers(commit.oid));
  const signer = signerUnder(rule, signatures.get(commit.oid));
  if (signer !== undefined) people.add(signer);
  if (people.size >= rule.threshold) return [];
  const message = `${who} changes ${touched}, which rule ${rule.name} protects: ${people.size} of ${rule.threshold} people stand behind it; another must approve it: gitward approve --rule ${rule.name} ${shortOid(commit.oid)}`;
  return [stop('ThresholdNotMet', message, at)];
}

function signerUnder(
  { roles = [] }: ThresholdRule,
  signature: SignatureEvidence | undefined,
): string | undefined {
  if (signature?.kind !== 'good' || signature.signer.class !== 'person') return undefined;
  const entitled = roles.length === 0 || signature.roles.some((role) => roles.includes(role));
  return entitled ? personKey(signature.signer.name) : undefined;
}
