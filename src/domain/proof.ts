import type { Instant } from './clock.ts';
import type { Manifest } from './manifest.ts';
import type { ObjectKey } from './object-ref.ts';
import type { Oid } from './oid.ts';
import type { RepoKey } from './repo-key.ts';

declare const acceptedBrand: unique symbol;
declare const approvedBrand: unique symbol;

/**
 * Who signed: the holder's name in a SignerSet and the key's full fingerprint. A `forge` signs in the
 * name of others and never counts as a person.
 */
export type Signer = Readonly<{
  class: 'person' | 'forge';
  name: string;
  signerSet: string;
  fingerprint: string;
}>;

type Acceptance = Readonly<{
  repo: RepoKey;
  oid: Oid;
  tree: Oid;
  /** `main@sha1:<oid>`, as shown to people. */
  revision: string;
  /** Absent only for a commit trusted by its oid (`startAt`) or kept from before. */
  signer?: Signer;
  acceptedAt: Instant;
  trustDigest: string;
  policyDigest: string;
}>;

/** Proof that these exact bytes were accepted; minted by `policy/decide.ts` alone. */
export type AcceptedCommit = Acceptance & { readonly [acceptedBrand]: true };

/** One write that may happen to one guarded object. */
export type PlannedWrite = Readonly<{
  key: ObjectKey;
  manifest: Manifest;
  operation: 'apply' | 'revert' | 'recreate';
}>;

/** Proof that a write was decided on confirmed facts; minted by `drift/operation.ts` alone. */
export type ApprovedPlan = PlannedWrite & { readonly [approvedBrand]: true };

/** Mints the proof of acceptance. Only `policy/decide.ts` may import it (test/architecture.test.ts). */
export function mintAcceptedCommit(acceptance: Acceptance): AcceptedCommit {
  return Object.freeze({ ...acceptance }) as AcceptedCommit; // The one place where the brand is given.
}

/** Mints the proof of a decided write. Only `drift/operation.ts` may import it (test/architecture.test.ts). */
export function mintApprovedPlan(write: PlannedWrite): ApprovedPlan {
  return Object.freeze({ ...write }) as ApprovedPlan; // The one place where the brand is given.
}
