import type { HistoryEvidence } from '../commit/history.ts';
import type { Oid } from '../domain/oid.ts';
import type { SignatureEvidence } from '../signature/index.ts';

/**
 * Where the new tip stands to the commit it must descend from. `older` is proven by a walk from the
 * anchor; `elsewhere` says only that no such proof was found.
 */
export type TipRelation = 'descends' | 'older' | 'elsewhere';

/** What `verify` gathered about one head; it proves nothing by itself. */
export type Evidence = Readonly<{
  history: HistoryEvidence;
  relation: TipRelation;
  /** One entry for each commit of the history; a missing one is never a yes. */
  signatures: ReadonlyMap<Oid, SignatureEvidence>;
}>;
