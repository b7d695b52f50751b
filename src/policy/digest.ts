import { createHash } from 'node:crypto';
import type { VerifySpec } from '../api/guardedrepo.ts';
import { canonicalJson } from '../domain/json.ts';

/** Raised when the same spec starts to mean something else, so that what is live is judged again. */
const POLICY_SCHEMA = 1;

/**
 * Names the rules a verdict was reached under: SHA-256 over what the spec demands of a commit.
 * The keys themselves are in the trust digest, which is separate.
 */
export function policyDigest(verify: VerifySpec): string {
  const rules = {
    schema: POLICY_SCHEMA,
    signatures: 'EveryCommit',
    linear: true,
    fastForwardOnly: true,
    startAt: verify.startAt?.commit ?? null,
  };
  return createHash('sha256').update(canonicalJson(rules)).digest('hex');
}
