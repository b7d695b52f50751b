import type { ParsedCommit } from '../commit/parse.ts';
import type { Instant } from '../domain/clock.ts';
import type { Signer } from '../domain/proof.ts';
import { printable } from '../domain/stop.ts';

/** What of a commit its signature is judged on. */
export type SignedCommit = Pick<ParsedCommit, 'oid' | 'signature' | 'payload'>;

/** Why a signature does not count. Bytes that do not fit and a key that is refused are different reasons. */
export type SignatureFault =
  | 'SignatureMissing'
  | 'SignatureInvalid'
  | 'SignatureWeak'
  | 'SignatureFormatUnsupported'
  | 'SignerUntrusted'
  | 'KeyRevoked'
  | 'KeyExpired'
  | 'CommitMalformed';

/** A signature that does not count, and what people should know of it. */
export type BadSignature = Readonly<{ kind: 'bad'; reason: SignatureFault; detail: string }>;

/**
 * What is known of one commit's signature. `keyId` is the 16 hex digits of the key that signed (a
 * subkey perhaps), `createdAt` the signer's own claim: nothing is decided by either.
 */
export type SignatureEvidence =
  Readonly<{ kind: 'good'; signer: Signer; keyId: string; createdAt: Instant }> | BadSignature;

/** A signature that does not count, its detail made printable. */
export function bad(reason: SignatureFault, detail: string): BadSignature {
  return { kind: 'bad', reason, detail: printable(detail) };
}
