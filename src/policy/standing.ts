import type { SignatureEvidence } from '../signature/index.ts';
import type { Evidence } from './evidence.ts';
import type { Standing } from './ledger.ts';
import type { Verdict } from './decide.ts';

/** What the standing is judged under. */
export type StandingGround = Pick<Standing, 'trustDigest' | 'policyDigest'>;

/**
 * How what is live stands under the trust and rules of now, by the verdict it would get today. Only a
 * key revoked as compromised makes it untrusted: all other reasons say that trust moved on.
 */
export function standingOf(
  verdict: Verdict,
  evidence: Evidence,
  { trustDigest, policyDigest }: StandingGround,
): Standing {
  const stolen = compromisedIn(evidence);
  if (stolen !== undefined) {
    return { kind: 'Untrusted', detail: stolen, trustDigest, policyDigest };
  }
  if (verdict.kind === 'accepted') {
    return { kind: 'Trusted', detail: '', trustDigest, policyDigest };
  }
  const [{ reason, message }] = verdict.reasons;
  return { kind: 'Retired', detail: `${reason}: ${message}`, trustDigest, policyDigest };
}

function compromisedIn({ history, signatures, tag, approvals }: Evidence): string | undefined {
  const found: readonly (SignatureEvidence | undefined)[] = [
    ...history.commits.map(({ oid }) => signatures.get(oid)),
    tag?.signature,
    ...approvals.map(({ signature }) => signature),
  ];
  const stolen = found.find((one) => one?.kind === 'bad' && one.compromised === true);
  return stolen?.kind === 'bad' ? stolen.detail : undefined;
}
