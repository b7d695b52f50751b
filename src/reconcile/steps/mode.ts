import type { GuardedRepo, Mode } from '../../api/guardedrepo.ts';
import type { LedgerEntry } from '../../policy/ledger.ts';

/**
 * The mode that guards now: the spec's, but never more than Audit while a compromised key stands behind
 * what is live and the spec says Freeze. Then nothing is healed towards what a thief may have signed.
 */
export function modeInForce(
  { spec }: Pick<GuardedRepo, 'spec'>,
  entry: LedgerEntry | undefined,
): Mode {
  const isFrozen = entry?.standing?.kind === 'Untrusted' && spec.verify.onUntrusted === 'Freeze';
  return isFrozen ? 'Audit' : spec.mode;
}
