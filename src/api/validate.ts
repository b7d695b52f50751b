import { check } from './validate/check.ts';
import type { Problem } from './validate/check.ts';
import { GUARDED_REPO_SPEC } from './validate/guardedrepo.ts';
import { SIGNER_SET_SPEC } from './validate/signerset.ts';

export type { Problem, RuleId } from './validate/check.ts';

/**
 * Tells every rule of `crds/guardedrepos.yaml` that a spec breaks, schema and CEL alike; none for a
 * spec that may be used as `GuardedRepoSpec`. It expects the API server's defaults in place. Older
 * servers drop the CEL rules, so gitward never relies on the server having asked them.
 */
export function validateGuardedRepo(spec: unknown): readonly Problem[] {
  return check(GUARDED_REPO_SPEC, spec, 'spec');
}

/** The same for `crds/signersets.yaml`. It does not read the keys: a key can still be unusable. */
export function validateSignerSet(spec: unknown): readonly Problem[] {
  return check(SIGNER_SET_SPEC, spec, 'spec');
}
