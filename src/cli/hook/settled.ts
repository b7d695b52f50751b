import { shortOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Evidence } from '../../policy/evidence.ts';
import { settledBy } from '../../policy/secrets.ts';
import { gatherApprovals } from '../../reconcile/gather/approvals.ts';
import { commitSignatures } from '../../reconcile/gather/signatures.ts';
import type { ObjectReader } from '../../reconcile/ports.ts';
import { groundOf, judgementOf } from '../check/inspect.ts';
import type { Given } from '../check/inspect.ts';
import type { Leak, LeakReport } from '../leaks/leak.ts';
import type { Terminal } from '../terminal.ts';
import type { ProtectedRef } from './protected.ts';
import type { PushScan } from './push-scan.ts';

/** What approvals are looked for in. */
export type ApprovalGround = Readonly<{
  objects: ObjectReader;
  terminal: Terminal;
  guarded: ProtectedRef;
  notes: Oid | undefined;
}>;

/** The report without leaks that another listed person has answered for, as the operator takes it. */
export async function openOf(
  { report, commits }: PushScan,
  given: Given,
  { objects, terminal, guarded, notes }: ApprovalGround,
): Promise<Result<LeakReport>> {
  const [tip] = commits;
  if (report.leaks.length === 0 || tip === undefined) return ok(report);
  const ground = groundOf({ objects }, given, terminal);
  const noted = { oid: tip.oid, approvals: [], ...(notes === undefined ? {} : { notes }) };
  const approvals = await gatherApprovals(commits, noted, ground);
  if (!approvals.ok) return approvals;
  const blamed = [...new Set([tip.oid, ...report.leaks.flatMap(({ commit }) => commit ?? [])])];
  const signatures = await commitSignatures(blamed, ground);
  if (!signatures.ok) return signatures;
  const evidence: Evidence = {
    history: { tip: tip.oid, base: undefined, commits, end: { kind: 'root' } },
    ...{ relation: 'descends', signatures: signatures.value },
    ...{ changes: new Map(), readSets: [], approvals: approvals.value.evidence },
  };
  const { ref } = guarded;
  const opened = { to: { oid: tip.oid, label: shortOid(tip.oid), ref } };
  const judgement = judgementOf({ kind: 'root' }, { opened, given, ground });
  const isOpen = ({ finding, commit }: Leak): boolean => {
    if (commit === undefined) return true;
    const located = { finding, commit, author: '', at: 0, inTip: false };
    return settledBy(located, { evidence, judgement }) === undefined;
  };
  return ok({ ...report, leaks: report.leaks.filter(isOpen) });
}
