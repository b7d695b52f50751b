import type { CommitSignature } from '../commit/parse.ts';
import type { Instant } from '../domain/clock.ts';
import type { SignatureEvidence } from './evidence.ts';
import type { Holder, KeyMaterial, Life } from './trust.ts';

/**
 * The moments a key is judged at. `at` is the decision: revocation counts as of then. `firstSeen`,
 * never after `at`, is when gitward first saw the object undecided: expiry alone counts as of then.
 */
export type Moment = Readonly<{ at: Instant; firstSeen: Instant }>;

/** What a signature is said to cover, and what it was made for (the namespace of SSHSIG). */
export type SignedBytes = Readonly<{
  armor: Uint8Array;
  payload: Uint8Array;
  namespace: 'git' | 'gitward-approval';
}>;

/** Whose a key is, and the lives that the SignerSet gives to its holder and to the key itself. */
export type KeyOwner = Pick<Holder, 'class' | 'signerSet' | 'name' | 'emails' | 'roles'> &
  Readonly<{ lives: readonly Life[] }>;

/**
 * The owner of a key that is listed twice: the first, with the lives of both, so that any revocation
 * counts. A forge's key stays a forge's, whoever else lists it.
 */
export function joinOwners(first: KeyOwner, other: KeyOwner): KeyOwner {
  const owner = other.class === 'forge' ? other : first;
  return { ...owner, lives: [...first.lives, ...other.lives] };
}

/** Key material of one kind with its owner: what a format's loader takes. */
export type OwnedKey<K extends KeyMaterial['kind']> = Readonly<{
  material: Extract<KeyMaterial, { kind: K }>;
  owner: KeyOwner;
}>;

/** The trusted keys of one signature format. Adding a format is adding one of these. */
export interface FormatKeys {
  /** Judges one detached signature; expected failures are evidence, and it never decides by the signature's own date. */
  verify(signed: SignedBytes, when: Moment): Promise<SignatureEvidence>;
}

/** What a format's loader answers: keys ready to verify with, how many, and what is wrong with those left out. */
export type LoadedFormat = Readonly<{
  keys: FormatKeys;
  usable: number;
  problems: readonly string[];
}>;

/** The trusted keys by format; what is missing is not verified, so never good. */
export type Keyring = Readonly<Partial<Record<CommitSignature['format'], FormatKeys>>>;
