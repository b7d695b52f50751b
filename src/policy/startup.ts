import type { Oid } from '../domain/oid.ts';
import { shortOid } from '../domain/oid.ts';
import { stop } from '../domain/stop.ts';
import type { Stop } from '../domain/stop.ts';
import type { Footing } from './judgement.ts';
import type { LedgerEntry } from './ledger.ts';

/** What the two stores say of the anchor when gitward starts. */
export type Stores = Readonly<{
  ledger: LedgerEntry | undefined;
  status: Oid | undefined;
  /** Is the status anchor the ledger's anchor or an ancestor of it? Unknown is not yes. */
  statusIsAncestor: boolean;
  source: LedgerEntry['source'];
  startAt: Oid | undefined;
}>;

/**
 * What the first verdict stands on.
 * `ledger`: the ledger leads; `missingStatus` says that status had lost it.
 * `status`: the ledger is lost; the anchor from status must be signed well itself and lie in the
 * history, else `AnchorConflict`.
 * `bootstrap`: neither store knows an anchor.
 */
export type Ruling =
  | Readonly<{ kind: 'ledger'; entry: LedgerEntry; footing: Footing; missingStatus: boolean }>
  | Readonly<{ kind: 'status'; oid: Oid; footing: Footing }>
  | Readonly<{ kind: 'bootstrap'; footing: Footing }>
  | Readonly<{ kind: 'conflict'; stop: Stop }>;

/** Rules which anchor holds, by the start-up table of DESIGN §6: the ledger leads, status follows. */
export function ruleStores(stores: Stores): Ruling {
  const { ledger, status, startAt } = stores;
  if (ledger !== undefined) return ruleLedger(ledger, stores);
  if (status !== undefined) {
    return {
      kind: 'status',
      oid: status,
      footing: { kind: 'anchor', oid: status, sourceChanged: false },
    };
  }
  const footing: Footing =
    startAt === undefined ? { kind: 'root' } : { kind: 'startAt', oid: startAt };
  return { kind: 'bootstrap', footing };
}

function ruleLedger(ledger: LedgerEntry, stores: Stores): Ruling {
  const { status, statusIsAncestor, source } = stores;
  const known: readonly (Oid | undefined)[] = [ledger.anchor.oid, ledger.left];
  if (status !== undefined && !known.includes(status) && !statusIsAncestor) {
    return { kind: 'conflict', stop: anchorConflict(ledger.anchor.oid, status) };
  }
  const sourceChanged = ledger.source.url !== source.url || ledger.source.ref !== source.ref;
  return {
    kind: 'ledger',
    entry: ledger,
    footing: { kind: 'anchor', oid: ledger.anchor.oid, sourceChanged },
    missingStatus: status === undefined,
  };
}

function anchorConflict(ledger: Oid, status: Oid): Stop {
  const message = `the ledger's anchor is ${shortOid(ledger)} but status names ${shortOid(status)}, which is no ancestor of it: one of them was changed from outside. Find out which; then restore the ledger, or remove status.anchor`;
  return stop('AnchorConflict', message, { oid: status });
}
