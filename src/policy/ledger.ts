import type { Instant } from '../domain/clock.ts';
import type { Oid } from '../domain/oid.ts';
import type { Signer } from '../domain/proof.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import type { LeakState } from './leak-state.ts';

export { MAX_LEAK_NAME, MAX_LEAK_PATH, MAX_OPEN_LEAKS, MAX_SETTLED_LEAKS } from './leak-state.ts';
export type { LeakHistory, LeakRecord, LeakState, SettledLeak } from './leak-state.ts';

/** A tag under which a commit was accepted; `oid` is the tag object's, or the commit's. */
export type AcceptedTag = Readonly<{ name: string; oid: Oid }>;

/** The last accepted commit of a source, and under what it was accepted. */
export type Anchor = Readonly<{
  oid: Oid;
  revision: string;
  /** The range it was judged over begins behind this commit, or at the root. Absent in older entries. */
  since?: Oid | 'root';
  tag?: AcceptedTag;
  signer?: Signer;
  acceptedAt: Instant;
  trustDigest: string;
  policyDigest: string;
}>;

/**
 * How the anchor stands under the trust and rules of now. `Retired`: it would not be accepted today,
 * which is information. `Untrusted`: a key that signed it was revoked as compromised.
 */
export type StandingKind = 'Trusted' | 'Retired' | 'Untrusted';

/** The standing, and what it was judged under: another digest asks for another judgement. */
export type Standing = Readonly<{
  kind: StandingKind;
  detail: string;
  trustDigest: string;
  policyDigest: string;
}>;

/** Digest of everything one accepted commit wants written; published before its first write. */
export type PublishedPlan = Readonly<{ oid: Oid; digest: string }>;

/** When an object that is not decided yet was first seen. */
export type FirstSeen = Readonly<{ oid: Oid; at: Instant }>;

/** Most commits whose first sight is kept: the newest of the range that waits. */
export const MAX_SEEN = 256;

/** Most tags remembered, the newest accepted last. */
export const MAX_TAGS = 500;

/** Most approvals kept, and the longest text of one in bytes. */
export const MAX_KEPT_APPROVALS = 32;
export const MAX_APPROVAL_BYTES = 4_096;

/** gitward's own record of one GuardedRepo. It outlives the GuardedRepo. */
export type LedgerEntry = Readonly<{
  schema: 2;
  repo: RepoKey;
  /** `ref` is `refs/heads/main`, `refs/tags/v1` or `semver:^1.2`. */
  source: Readonly<{ url: string; ref: string }>;
  anchor: Anchor;
  /** The anchor before, where this one does not contain it: status may name it until it is written. */
  left?: Oid;
  standing?: Standing;
  /** Rolled out whole. */
  current?: PublishedPlan;
  /** Being rolled out; both are legal content meanwhile. */
  pending?: PublishedPlan;
  /** The last head that was refused, so that its replacement can be told. */
  rejected?: Readonly<{ oid: Oid; reason: string }>;
  /** First sight of the commits that wait, newest first. */
  seen?: readonly FirstSeen[];
  tags?: readonly AcceptedTag[];
  /** Signed approvals of what waits or was accepted last: a rewound notes ref takes none of them back. */
  approvals?: readonly string[];
  /** Absent where nothing was scanned yet. */
  leaks?: LeakState;
}>;

/** The tags with this one as the newest; the oldest beyond the limit are forgotten. */
export function withTag(
  tags: readonly AcceptedTag[] = [],
  tag: AcceptedTag | undefined,
): readonly AcceptedTag[] {
  if (tag === undefined) return tags;
  return [...tags.filter(({ name }) => name !== tag.name), tag].slice(-MAX_TAGS);
}
