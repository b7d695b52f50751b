import type { BadSignature } from '../evidence.ts';
import type { KeyOwner, Moment } from '../format.ts';
import type { AlternativeNames } from './extensions.ts';
import type { VerifiedSignature } from './signed.ts';

/** Somebody whose certificates are trusted under conditions. */
export type Candidate = Readonly<{
  owner: KeyOwner;
  /** The same for the same credential: what revokes it in one place revokes it in all. */
  id: string;
  /** The name a certificate must carry. */
  identity: string;
  /** Whether a certificate with these alternative names claims to be theirs. */
  names(names: AlternativeNames): boolean;
  /** What speaks against a signature whose bytes fit, other than the owner's own life. */
  judge(signed: VerifiedSignature, when: Moment): BadSignature | undefined;
}>;
