import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Stop } from '../../domain/stop.ts';
import { MAX_KEPT_APPROVALS, MAX_SEEN } from '../../policy/ledger.ts';
import type { FirstSeen, LedgerEntry } from '../../policy/ledger.ts';
import type { Pass, Rejection } from '../line.ts';
import { saveLedger } from './ledger.ts';

/**
 * Notes the refused head in the ledger, so that its replacement can be told even after a restart, with
 * the first sight of its commits and the approvals it has: neither is lost with the notes ref.
 */
export async function recordRejection(pass: Pass, why: Stop): Promise<Result<void>> {
  const entry = pass.memory.stored?.entry;
  const { rejected } = pass.memory;
  if (entry === undefined || rejected === undefined || rejected.stop !== why) return ok(undefined);
  const { seen: _before, approvals: _old, ...rest } = entry;
  const seen = seenOf(entry, rejected, pass.ports.clock.now());
  const { approvals } = rejected.waiting;
  return saveLedger(pass, {
    ...rest,
    rejected: { oid: rejected.oid, reason: why.reason },
    ...(seen.length === 0 ? {} : { seen }),
    ...keptApprovals(entry, approvals),
  });
}

/** What was seen before keeps its moment; the rest is first seen now. What was not read tells of nothing. */
function seenOf(
  { seen = [] }: LedgerEntry,
  { waiting }: Rejection,
  now: number,
): readonly FirstSeen[] {
  if (waiting.range.length === 0) return seen;
  const known = new Map(seen.map(({ oid, at }) => [oid, at]));
  return waiting.range.slice(0, MAX_SEEN).map((oid) => ({ oid, at: known.get(oid) ?? now }));
}

/** Approvals of the anchor stay for re-judging; those of the range come before. */
function keptApprovals(
  { approvals = [] }: LedgerEntry,
  waiting: readonly string[],
): Pick<LedgerEntry, 'approvals'> {
  const all = [...new Set([...waiting, ...approvals])].slice(0, MAX_KEPT_APPROVALS);
  return all.length === 0 ? {} : { approvals: all };
}
