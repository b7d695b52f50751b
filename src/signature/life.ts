import { toTimestamp } from '../domain/clock.ts';
import { bad } from './evidence.ts';
import type { BadSignature } from './evidence.ts';
import type { KeyOwner, Moment } from './format.ts';

/**
 * What the SignerSet itself says against a key at this moment, if anything. Revocation counts whenever
 * it was; expiry as of first sight; a beginning as of the decision.
 */
export function judgeLife(
  owner: KeyOwner,
  fingerprint: string,
  when: Moment,
): BadSignature | undefined {
  const whose = `key ${fingerprint} of ${owner.name}`;
  const revoked = owner.lives.flatMap((life) => life.revoked ?? []);
  const worst = revoked.find(({ reason }) => reason === 'Compromised') ?? revoked[0];
  if (worst !== undefined) {
    const detail = `${whose} is revoked in SignerSet ${owner.signerSet} (${worst.reason})`;
    return { ...bad('KeyRevoked', detail), compromised: worst.reason === 'Compromised' };
  }
  for (const { notBefore, notAfter } of owner.lives) {
    if (notBefore !== undefined && when.at < notBefore) {
      return bad('KeyExpired', `${whose} counts only from ${toTimestamp(notBefore)}`);
    }
    if (notAfter !== undefined && when.firstSeen >= notAfter) {
      return bad('KeyExpired', `${whose} counted only until ${toTimestamp(notAfter)}`);
    }
  }
  return undefined;
}
