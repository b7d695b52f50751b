import type { CommitSignature } from '../commit/parse.ts';
import { bad } from './evidence.ts';
import type { SignatureEvidence, SignedCommit } from './evidence.ts';
import type { Keyring, Moment, SignedBytes } from './format.ts';

export type {
  BadSignature,
  GoodSignature,
  SignatureEvidence,
  SignatureFault,
  SignedCommit,
} from './evidence.ts';
export type { FormatKeys, Keyring, Moment, SignedBytes } from './format.ts';
export { digestTrust, loadKeyring, trustDigest } from './keyring.ts';
export type { LoadedKeyring } from './keyring.ts';
export { matchesPrincipal } from './ssh/principal.ts';
export { trustOf } from './trust.ts';
export type { Holder, KeyMaterial, Life, Trust } from './trust.ts';

/**
 * Judges a commit's signature against the keyring at the moment of decision. Good means: the exact
 * payload was signed by a listed key that counts then. Never throws on bad input.
 */
export function verifySignature(
  commit: SignedCommit,
  keyring: Keyring,
  when: Moment,
): Promise<SignatureEvidence> {
  if (commit.signature === undefined) {
    return Promise.resolve(bad('SignatureMissing', 'it is not signed; commit with git commit -S'));
  }
  const { format, armor } = commit.signature;
  return verifyBytes(
    format,
    { armor, payload: commit.payload, namespace: 'git' },
    { keyring, when },
  );
}

/** The same for any detached signature: a tag's, an approval's. */
export async function verifyBytes(
  format: CommitSignature['format'],
  signed: SignedBytes,
  { keyring, when }: Readonly<{ keyring: Keyring; when: Moment }>,
): Promise<SignatureEvidence> {
  const keys = keyring[format];
  if (keys === undefined) {
    const kind = format === 'unknown' ? 'its signature' : `its ${format} signature`;
    return bad('SignatureFormatUnsupported', `${kind} is of a kind gitward does not verify`);
  }
  try {
    return await keys.verify(signed, when);
  } catch (error) {
    // What a library throws at hostile bytes must not take the other commits of the range with it.
    const why = error instanceof Error ? error.message : 'no reason given';
    return bad('SignatureFormatUnsupported', `its signature cannot be checked: ${why}`);
  }
}
