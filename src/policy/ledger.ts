import type { Instant } from '../domain/clock.ts';
import type { Oid } from '../domain/oid.ts';
import type { Signer } from '../domain/proof.ts';
import type { RepoKey } from '../domain/repo-key.ts';

/** The last accepted commit of a branch, and under what it was accepted. */
export type Anchor = Readonly<{
  oid: Oid;
  revision: string;
  signer?: Signer;
  acceptedAt: Instant;
  trustDigest: string;
  policyDigest: string;
}>;

/** Digest of everything one accepted commit wants written; published before its first write. */
export type PublishedPlan = Readonly<{ oid: Oid; digest: string }>;

/** gitward's own record of one GuardedRepo. It outlives the GuardedRepo. */
export type LedgerEntry = Readonly<{
  schema: 1;
  repo: RepoKey;
  source: Readonly<{ url: string; branch: string }>;
  anchor: Anchor;
  /** Rolled out whole. */
  current?: PublishedPlan;
  /** Being rolled out; both are legal content meanwhile. */
  pending?: PublishedPlan;
  /** The last head that was refused, so that its replacement can be told. */
  rejected?: Readonly<{ oid: Oid; reason: string }>;
}>;
