import { createHash } from 'node:crypto';
import type { VerifySpec } from '../api/guardedrepo.ts';
import { canonicalJson } from '../domain/json.ts';

/** Raised when the same spec starts to mean something else, so that what is live is judged again. */
const POLICY_SCHEMA = 3;

/**
 * Names the rules a verdict was reached under: SHA-256 over what the spec demands of a commit.
 * The keys themselves are in the trust digest, which is separate.
 */
export function policyDigest(verify: VerifySpec): string {
  const { signatures, bindIdentity, forge, rules, startAt, secrets } = verify;
  const demanded = {
    schema: POLICY_SCHEMA,
    ...{ signatures, bindIdentity, forge },
    linear: true,
    fastForwardOnly: true,
    rules: (rules ?? [])
      .map(({ name, paths, roles = [], threshold }) => ({
        ...{ name, threshold },
        ...{ paths: paths.toSorted(), roles: roles.toSorted() },
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    startAt: startAt ?? null,
    secrets,
  };
  return createHash('sha256').update(canonicalJson(demanded)).digest('hex');
}
