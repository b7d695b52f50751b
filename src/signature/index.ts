import type { Instant } from '../domain/clock.ts';
import { bad } from './evidence.ts';
import type { SignatureEvidence, SignedCommit } from './evidence.ts';
import type { Keyring } from './format.ts';

export type { SignatureEvidence, SignatureFault, SignedCommit } from './evidence.ts';
export type { FormatKeys, Keyring } from './format.ts';
export { digestPeople, loadKeyring, peopleOf, trustDigest } from './keyring.ts';
export type { LoadedKeyring, TrustedPerson } from './keyring.ts';

/**
 * Judges a commit's signature against the keyring as of `at`, the moment of decision. Good means:
 * the exact payload was signed by a listed key that is usable at `at`. Never throws on bad input.
 */
export async function verifySignature(
  commit: SignedCommit,
  keyring: Keyring,
  at: Instant,
): Promise<SignatureEvidence> {
  if (commit.signature === undefined) {
    return bad('SignatureMissing', 'it is not signed; commit with git commit -S');
  }
  const { format, armor } = commit.signature;
  const keys = keyring[format];
  if (keys === undefined) {
    const kind = format === 'unknown' ? 'its signature' : `its ${format} signature`;
    return bad('SignatureFormatUnsupported', `${kind} is of a kind gitward does not verify`);
  }
  try {
    return await keys.verify(armor, commit.payload, at);
  } catch (error) {
    // What a library throws at hostile bytes must not take the other commits of the range with it.
    const why = error instanceof Error ? error.message : 'no reason given';
    return bad('SignatureFormatUnsupported', `its signature cannot be checked: ${why}`);
  }
}
