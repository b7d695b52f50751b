import type { HistoryEvidence } from '../commit/history.ts';
import type { PersonStamp } from '../commit/parse.ts';
import type { Oid } from '../domain/oid.ts';
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

/** What `verify` gathered about one head; it proves nothing by itself. */
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
}>;
