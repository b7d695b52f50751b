import { shortOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';
import { approverOf } from '../../policy/approvers.ts';
import type { Verdict } from '../../policy/decide.ts';
import type { Evidence, LeakEvidence, LocatedLeak } from '../../policy/evidence.ts';
import type { Judgement } from '../../policy/judgement.ts';
import {
  leakName,
  NO_LEAKS,
  recordOf,
  seenBefore,
  withOpen,
  withSettled,
} from '../../policy/leak-state.ts';
import type { Recording } from '../../policy/leak-state.ts';
import type { LeakRecord, LeakState, SettledLeak } from '../../policy/ledger.ts';
import { leakRule, placeOf, settledBy, signerOf } from '../../policy/secrets.ts';
import { gatherApprovals } from '../gather/approvals.ts';
import type { GatheredApprovals } from '../gather/approvals.ts';
import type { GatherGround } from '../gather/ground.ts';
import { commitSignatures } from '../gather/signatures.ts';
import type { Pass, RepoMemory } from '../line.ts';
import type { EventNote, ObjectReader } from '../ports.ts';
import { groundOf, judgementOf } from './ground.ts';
import { saveLedger } from './ledger.ts';
import { APPROVALS_REF } from './source.ts';
import type { Sight } from './source.ts';

/** What is known of leaks; the ledger gets it with its next write. */
export function leaksIn({ secrets }: RepoMemory): LeakState {
  return secrets.state ?? NO_LEAKS;
}

/** What a verdict says of leaks: what it found is open, what somebody answered for is not. */
export function noteVerdict(
  { memory, ports }: Pass,
  verdict: Verdict,
  on: Readonly<{ evidence: Evidence; judgement: Judgement }>,
): void {
  const { leaks } = on.evidence;
  if (leaks === undefined) return;
  const at = ports.clock.now();
  const settled = leaks.leaks.flatMap((leak): readonly SettledLeak[] => {
    const by = settledBy(leak, on);
    const { fingerprint } = leak.finding;
    return by === undefined ? [] : [{ fingerprint, by: leakName(by), at }];
  });
  const isAccepted = verdict.kind === 'accepted';
  const { signatures } = on.evidence;
  const records = [
    ...recordsOf(leaks.leaks, {
      ...{
        standing: isAccepted ? 'New' : 'Rejected',
        at,
        signerOf: (oid) => signerOf(signatures.get(oid)),
      },
    }),
    ...recordsOf(leaks.carried, { standing: 'Existing', at }),
  ];
  const before = withSettled(leaksIn(memory), settled);
  // The same head is judged again after a start, and now and then: the ledger knows it already.
  const isKnown = verdict.kind !== 'accepted' && memory.stored?.entry.rejected?.oid === verdict.oid;
  const state = withOpen(before, isKnown ? seenBefore(before, records) : records);
  memory.secrets.state = isAccepted ? movedOn(state, verdict.anchor.oid, on.evidence) : state;
}

function recordsOf(leaks: readonly LocatedLeak[], how: Recording): readonly LeakRecord[] {
  return leaks.map((leak) => recordOf(leak, how));
}

/** The new anchor's history is what was covered before and the range that was scanned whole. */
function movedOn(state: LeakState, anchor: Oid, { history, leaks }: Evidence): LeakState {
  const met = new Set([...(leaks?.leaks ?? []), ...(leaks?.carried ?? [])].map(nameOf));
  const open = state.open.map((record) => {
    const isGone = record.standing === 'Rejected' && !met.has(record.fingerprint);
    return isGone ? { ...record, inTip: false } : record;
  });
  const known = state.history;
  const isNext = known?.state === 'Complete' && known.tip === history.base;
  if (!isNext || leaks === undefined || leaks.gaps.length > 0) return { ...state, open };
  const commits = known.commits + history.commits.length;
  return { ...state, open, history: { ...known, tip: anchor, commits } };
}

function nameOf({ finding }: LocatedLeak): string {
  return finding.fingerprint;
}

/** What an accepted head brings where leaks are only reported, once. */
export function reportNotes(leaks: LeakEvidence | undefined, revision: string): EventNote[] {
  const [first] = leaks?.leaks ?? [];
  const [gap] = leaks?.gaps ?? [];
  const notes: EventNote[] = [];
  if (leaks !== undefined && first !== undefined) {
    const message = `${revision} was accepted and brings ${countOf(leaks.leaks.length)}; ${described(first)}`;
    notes.push({ type: 'Warning', reason: 'SecretLeakFound', message: printable(message) });
  }
  if (gap !== undefined) {
    const message = `${revision} was accepted and not all of it could be scanned for secrets; first: ${gap.path} of commit ${shortOid(gap.commit)}`;
    notes.push({ type: 'Warning', reason: 'ScanIncomplete', message: printable(message) });
  }
  return notes;
}

/** `1 secret`, `3 secrets`. */
export function countOf(count: number): string {
  return count === 1 ? '1 secret' : `${count} secrets`;
}

/** One leak in words: its rule and place, never more. */
export function described({ finding, commit }: LocatedLeak): string {
  const { rule, fingerprint } = finding;
  return `rule ${rule} at ${placeOf(finding)}, commit ${shortOid(commit)}, fingerprint ${fingerprint}`;
}

/**
 * Closes open leaks that somebody answered for since, by an approval of the commit that brought it or of
 * the anchor. Notes that were looked through already are not looked at again.
 */
export async function settleOpen(
  pass: Pass,
  sight: Sight,
  from: Readonly<{ objects: ObjectReader; notes: Oid | undefined }>,
): Promise<Result<void>> {
  const { memory } = pass;
  const { open } = leaksIn(memory);
  const anchor = memory.stored?.entry.anchor.oid;
  if (open.length === 0 || from.notes === undefined) return ok(undefined);
  const commits = new Set([
    ...(anchor === undefined ? [] : [anchor]),
    ...open.map((r) => r.commit),
  ]);
  const tip = { oid: sight.oid, notes: from.notes, approvals: [] };
  const wanted = [...commits].map((oid) => ({ oid }));
  const found = await gatherApprovals(wanted, tip, groundOf(pass, from.objects));
  if (!found.ok) return found;
  const judgement = judgementOf(pass, sight, { kind: 'root' });
  const at = pass.ports.clock.now();
  const signers = await signersOf(open, found.value, groundOf(pass, from.objects));
  if (!signers.ok) return signers;
  const settled = open.flatMap((record): readonly SettledLeak[] => {
    const signer = record.signer ?? signers.value.get(record.commit);
    const by = answerFor({ ...record, ...(signer === undefined ? {} : { signer }) }, found.value, {
      judgement,
      anchor,
    });
    return by === undefined ? [] : [{ fingerprint: record.fingerprint, by, at }];
  });
  if (settled.length > 0) memory.secrets.state = withSettled(leaksIn(memory), settled);
  memory.secrets.looked = lookedKey(pass, from.notes);
  return ok(undefined);
}

/** Who signed the commits of leaks that lay there before anybody judged them, where somebody answers at all. */
async function signersOf(
  open: readonly LeakRecord[],
  { evidence }: GatheredApprovals,
  ground: GatherGround,
): Promise<Result<ReadonlyMap<Oid, string>>> {
  const rules = new Set(evidence.map(({ statement }) => statement.rule));
  const answered = open.filter(({ signer, fingerprint }) => {
    return signer === undefined && rules.has(leakRule(fingerprint));
  });
  const commits = [...new Set(answered.map(({ commit }) => commit))];
  const found = await commitSignatures(commits, ground);
  if (!found.ok) return found.stop.reason === 'SignersEmpty' ? ok(new Map()) : found;
  const signers = new Map<Oid, string>();
  for (const [oid, signature] of found.value) {
    const signer = signerOf(signature);
    if (signer !== undefined) signers.set(oid, leakName(signer));
  }
  return ok(signers);
}

/** The same notes, the same anchor and the same open leaks: the same answers. */
function lookedKey({ memory }: Pass, notes: Oid): string {
  const names = leaksIn(memory).open.map(({ fingerprint }) => fingerprint);
  return JSON.stringify([notes, memory.stored?.entry.anchor.oid, names.toSorted()]);
}

function answerFor(
  { fingerprint, commit, signer }: LeakRecord,
  { evidence }: GatheredApprovals,
  { judgement, anchor }: Readonly<{ judgement: Judgement; anchor: Oid | undefined }>,
): string | undefined {
  const rule = { name: leakRule(fingerprint), roles: [] };
  for (const approval of evidence) {
    const { commit: named } = approval.statement;
    const person = approverOf(approval, rule, judgement);
    if (person === undefined || (named !== commit && named !== anchor)) continue;
    if (leakName(person) !== signer) return leakName(person);
  }
  return undefined;
}

/**
 * The head is the anchor: nothing is fetched for it, so notes that are new are fetched for the leaks that
 * are open. It writes the ledger where one is closed.
 */
export async function settleAtRest(pass: Pass, sight: Sight): Promise<Result<void>> {
  const { memory, line, signal } = pass;
  const entry = memory.stored?.entry;
  if (entry === undefined || sight.notes === undefined) return ok(undefined);
  const isKnown = memory.secrets.looked === lookedKey(pass, sight.notes);
  if (isKnown || leaksIn(memory).open.length === 0) return ok(undefined);
  const fetched = await line.git.fetch(sight.wanted, entry.anchor.oid, signal);
  if (!fetched.ok) return fetched;
  const quarantine = fetched.value;
  try {
    const notes = quarantine.refs.get(APPROVALS_REF)?.oid;
    const settled = await settleOpen(pass, sight, { objects: quarantine, notes });
    return settled.ok ? await saveLedger(pass, entry) : settled;
  } finally {
    await quarantine.discard();
  }
}
