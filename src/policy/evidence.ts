import type { HistoryEvidence } from '../commit/history.ts';
import type { PersonStamp } from '../commit/parse.ts';
import type { Instant } from '../domain/clock.ts';
import type { Oid } from '../domain/oid.ts';
import type { Finding, Gap } from '../secrets/index.ts';
import type { SignatureEvidence } from '../signature/index.ts';
import type { Approval } from './approval.ts';

/**
 * Where the new tip stands to the commit it must descend from. `older` is proven by a walk from the
 * anchor; `elsewhere` says only that no such proof was found. `rewritten`: it does not contain the anchor,
 * somebody approved the move, and the history begins where the two fork.
 */
export type TipRelation = 'descends' | 'older' | 'elsewhere' | 'rewritten';

/** The tag that named the tip. `contained` says where the tagged commit lies, as far as a walk shows it. */
export type TagEvidence = Readonly<{
  name: string;
  /** The tag object's, or the commit's for a lightweight tag. */
  oid: Oid;
  signature: SignatureEvidence;
  /** Who the tag object says made it; absent for a lightweight tag. */
  tagger?: PersonStamp;
  contained: 'inBranch' | 'outside' | 'noBranch';
}>;

/** All paths that the render of one target reads, before and after the range. */
export type ReadSet = Readonly<{ target: string; paths: ReadonlySet<string> }>;

/** An approval as it was found, and what its signature is worth. */
export type ApprovalEvidence = Readonly<{ statement: Approval; signature: SignatureEvidence }>;

/** A leak and the commit that brought it; of several, one that none of its parents had. */
export type LocatedLeak = Readonly<{
  finding: Finding;
  commit: Oid;
  /** Name and address that the commit gives, printable: a claim. */
  author: string;
  /** When the commit says it was made. */
  at: Instant;
  /** Whether the newest commit's files still hold it. Messages and names of old commits are never "in". */
  inTip: boolean;
}>;

/** What could not be scanned, and the commit that brought it. */
export type LocatedGap = Readonly<{ gap: Gap; path: string; commit: Oid }>;

/** What `scan` found in a range of commits. */
export type LeakEvidence = Readonly<{
  leaks: readonly LocatedLeak[];
  /** Already in a parent outside the range, in the same file: met again, not brought. */
  carried: readonly LocatedLeak[];
  gaps: readonly LocatedGap[];
  /** Leaks that the ignore file or baseline of the protected ref silences. */
  ignored: number;
  /** Commits whose message holds a secret, or may: their subject is told to nobody. */
  hushed: readonly Oid[];
  /** What was looked at. */
  commits: number;
  blobs: number;
  /** Names the plan that it was scanned under. */
  digest: string;
  /** What of the team's files could not be used, for people. */
  warnings: readonly string[];
}>;

/** What `verify` and `scan` gathered about one head; it proves nothing by itself. */
export type Evidence = Readonly<{
  history: HistoryEvidence;
  relation: TipRelation;
  /** One entry for each commit of the history; a missing one is never a yes. */
  signatures: ReadonlyMap<Oid, SignatureEvidence>;
  /** Present where the source is a tag. */
  tag?: TagEvidence;
  /** Paths that each commit changed, both sides of a rename; a missing entry is never "none". */
  changes: ReadonlyMap<Oid, readonly string[]>;
  readSets: readonly ReadSet[];
  approvals: readonly ApprovalEvidence[];
  /** Missing where nothing was scanned, which is never "none found". */
  leaks?: LeakEvidence;
}>;
