import type { CommitSignature, ParsedCommit } from '../commit/parse.ts';
import type { Instant } from '../domain/clock.ts';
import type { Signer } from '../domain/proof.ts';
import { printable } from '../domain/stop.ts';
import type { KeyOwner } from './format.ts';

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

/**
 * A signature that does not count, and what people should know of it. `key` names the key it claims or
 * was found to be by; `compromised` goes with `KeyRevoked` alone.
 */
export type BadSignature = Readonly<{
  kind: 'bad';
  reason: SignatureFault;
  detail: string;
  key?: string;
  compromised?: boolean;
}>;

/**
 * A signature that counts. `keyId` is for people (a subkey's 16 hex digits, a certificate's id), and
 * `createdAt` the signer's own claim, absent where the format has none: nothing is decided by either.
 */
export type GoodSignature = Readonly<{
  kind: 'good';
  format: Exclude<CommitSignature['format'], 'unknown'>;
  signer: Signer;
  emails: readonly string[];
  roles: readonly string[];
  keyId: string;
  createdAt?: Instant;
}>;

/** What is known of one signature. */
export type SignatureEvidence = GoodSignature | BadSignature;

/** A signature that does not count, its detail made printable. */
export function bad(reason: SignatureFault, detail: string, key?: string): BadSignature {
  const named = key === undefined ? {} : { key: printable(key) };
  return { kind: 'bad', reason, detail: printable(detail), ...named };
}

/** The signer that a key's owner is, for `fingerprint`. */
export function signerOf({ class: kind, name, signerSet }: KeyOwner, fingerprint: string): Signer {
  return { class: kind, name, signerSet, fingerprint };
}
