import { REQUESTED_AT } from '../../api/meta.ts';
import type { Oid } from '../../domain/oid.ts';
import type { AcceptedCommit } from '../../domain/proof.ts';
import { shortOid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import { decide } from '../../policy/decide.ts';
import type { Evidence, LeakEvidence } from '../../policy/evidence.ts';
import type { Anchor, LedgerEntry } from '../../policy/ledger.ts';
import type { Ruling } from '../../policy/startup.ts';
import { gather } from '../gather/gather.ts';
import type { Gathered } from '../gather/gather.ts';
import type { Tip } from '../gather/ground.ts';
import type { Pass } from '../line.ts';
import type { EventNote, Quarantine } from '../ports.ts';
import { groundOf, judgementOf } from './ground.ts';
import { noteVerdict, reportNotes, settleOpen } from './leaks.ts';
import { rule } from './rule.ts';
import { APPROVALS_REF, sightOf } from './source.ts';
import type { Sight } from './source.ts';

/** An accepted head that is now in the published store, and what to tell about it. */
export type Judged = Readonly<{
  commit: AcceptedCommit;
  anchor: Anchor;
  /** Approvals that stand behind it, as text. */
  approvals: readonly string[];
  notes: readonly EventNote[];
}>;

/**
 * Fetches what was seen into quarantine, judges it and publishes it only when accepted. Every other end
 * discards what was fetched; the anchor and its objects are untouched.
 */
export async function judge(pass: Pass, seen: Sight): Promise<Result<Judged>> {
  const { line, memory, signal } = pass;
  const have = memory.stored?.entry.anchor.oid;
  const fetched = await line.git.fetch(seen.wanted, have, signal);
  if (!fetched.ok) {
    // It would be just as large at the next poll.
    const isLasting = fetched.stop.reason === 'RepositoryTooLarge';
    return isLasting ? refuseUnread(pass, seen, fetched.stop) : fetched;
  }
  const quarantine = fetched.value;
  try {
    // The refs may have moved since the poll: what was fetched is what is judged.
    const sight = sightOf(line.wish, quarantine.refs);
    if (!sight.ok) return sight;
    const judged = await judgeFetched(pass, quarantine, sight.value);
    if (!judged.ok) return judged;
    const published = await quarantine.publish();
    return published.ok ? judged : published;
  } finally {
    await quarantine.discard();
  }
}

async function judgeFetched(
  pass: Pass,
  quarantine: Quarantine,
  sight: Sight,
): Promise<Result<Judged>> {
  const { memory, ports } = pass;
  const ruled = await rule(pass, quarantine);
  if (!ruled.ok) return ruled;
  const ruling = ruled.value;
  if (ruling.kind === 'conflict') return stopped(ruling.stop);
  const also = ruling.kind === 'status' ? [ruling.oid] : [];
  const tip = tipOf(pass, quarantine, sight);
  const gathered = await gather(tip, ruling.footing, groundOf(pass, quarantine), also);
  if (!gathered.ok) return refuseUnread(pass, sight, gathered.stop);
  const distrust = ruling.kind === 'status' ? distrusted(ruling.oid, pass, gathered.value) : [];
  if (distrust[0] !== undefined) return stopped(distrust[0]);
  const { evidence, footing, approvals } = gathered.value;
  const judgement = judgementOf(pass, sight, footing);
  const verdict = decide(evidence, gathered.value.tip, judgement);
  memory.startedUp = true;
  noteVerdict(pass, verdict, { evidence, judgement });
  const notesRef = quarantine.refs.get(APPROVALS_REF)?.oid;
  const settled = await settleOpen(pass, sight, { objects: quarantine, notes: notesRef });
  if (!settled.ok) return settled;
  if (verdict.kind === 'accepted') {
    ports.meter.verdict('accepted', 'Succeeded');
    const notes = notesOf(ruling, memory.stored?.entry, { anchor: verdict.anchor, footing });
    if (evidence.relation === 'rewritten') notes.push(rewrittenNote(verdict.anchor, footing));
    notes.push(...reportNotes(leaksToReport(pass, evidence), verdict.anchor.revision));
    const anchor = sameRange(verdict.anchor, memory.stored?.entry.anchor);
    return ok({ commit: verdict.commit, anchor, approvals, notes });
  }
  const [reason] = verdict.reasons;
  ports.meter.verdict('rejected', reason.reason);
  const range = evidence.history.commits.map(({ oid }) => oid);
  const waiting = { range, approvals };
  const [at, under] = [ports.clock.monotonic(), judgedUnder(pass, sight)];
  memory.rejected = { oid: verdict.oid, under, at, stop: reason, waiting };
  return stopped(reason);
}

/** What cannot be judged for a reason of its own making is refused like a bad verdict, and not fetched again. */
function refuseUnread(pass: Pass, sight: Sight, why: Stop): Result<never> {
  if (why.kind === 'stalled') {
    const [at, under] = [pass.ports.clock.monotonic(), judgedUnder(pass, sight)];
    const waiting = { range: [], approvals: pass.memory.stored?.entry.approvals ?? [] };
    pass.memory.rejected = { oid: sight.commit, under, at, stop: why, waiting };
  }
  return stopped(why);
}

/** Under Block what an accepted head brings was answered for. */
function leaksToReport({ repo }: Pass, { leaks }: Evidence): LeakEvidence | undefined {
  return repo.spec.verify.secrets.mode === 'Report' ? leaks : undefined;
}

/** Another tag on the anchor's own commit leaves the range of the last verdict what it was. */
function sameRange(anchor: Anchor, before: Anchor | undefined): Anchor {
  if (before?.oid !== anchor.oid || before.since === undefined) return anchor;
  return { ...anchor, since: before.since };
}

/**
 * The key a refusal is remembered by: the same head under the same trust and spec is not judged twice,
 * unless somebody asks for it.
 */
export function judgedUnder({ line, repo }: Pass, sight: Sight): string {
  const { generation, annotations } = repo.metadata;
  const asked = annotations?.[REQUESTED_AT] ?? null;
  return JSON.stringify([line.trustDigest, line.policyDigest, generation, asked, sight.key]);
}

function tipOf({ line, memory }: Pass, quarantine: Quarantine, { ref, label, oid }: Sight): Tip {
  const { branch } = line.wish.ref;
  const isTag = ref.startsWith('refs/tags/');
  const head = branch === undefined ? undefined : quarantine.refs.get(`refs/heads/${branch}`)?.oid;
  const notes = quarantine.refs.get(APPROVALS_REF)?.oid;
  return {
    oid,
    ...(isTag ? { tag: label } : {}),
    ...(isTag && branch !== undefined ? { branch: head ?? null } : {}),
    ...(notes === undefined ? {} : { notes }),
    approvals: memory.stored?.entry.approvals ?? [],
  };
}

/** An anchor that only status remembers must be signed well itself, or be startAt. */
function distrusted(oid: Oid, { repo }: Pass, { evidence }: Gathered): readonly Stop[] {
  const { startAt, signatures } = repo.spec.verify;
  if (oid === startAt?.commit || signatures === 'None') return [];
  if (evidence.signatures.get(oid)?.kind === 'good') return [];
  const message = `the ledger is lost and the anchor ${shortOid(oid)} that status names is not signed by a listed signer; restore the ledger, or remove status.anchor and set verify.startAt`;
  return [stop('AnchorConflict', message, { oid })];
}

function notesOf(
  ruling: Exclude<Ruling, { kind: 'conflict' }>,
  before: LedgerEntry | undefined,
  { anchor, footing }: Readonly<{ anchor: Anchor; footing: Gathered['footing'] }>,
): EventNote[] {
  const notes: EventNote[] = [];
  if (ruling.kind === 'bootstrap') {
    const message = `No anchor was known; ${anchor.revision} is the first, verified ${beginning(footing)}.`;
    notes.push({ type: 'Warning', reason: 'AnchorBootstrapped', message });
  }
  if (ruling.kind === 'status') {
    const message = `The ledger was lost; the anchor ${shortOid(ruling.oid)} was restored from status after its signature was verified again.`;
    notes.push({ type: 'Warning', reason: 'AnchorRestored', message });
  }
  if (before?.rejected !== undefined && before.rejected.oid !== anchor.oid) {
    const message = `The rejected head ${shortOid(before.rejected.oid)} (${before.rejected.reason}) was replaced by ${anchor.revision}.`;
    notes.push({ type: 'Normal', reason: 'RejectedTipReplaced', message });
  }
  return notes;
}

function rewrittenNote({ revision }: Anchor, footing: Gathered['footing']): EventNote {
  const left = footing.kind === 'anchor' ? shortOid(footing.oid) : 'none';
  const message = `The history was rewritten with approval: the anchor moved from ${left} to ${revision}, which does not contain it.`;
  return { type: 'Warning', reason: 'GuardWeakened', message };
}

/** Where trust begins, in words: what lies before it is labelled and not verified. */
function beginning(footing: Gathered['footing']): string {
  if (footing.kind === 'root') {
    return 'from the root commit; set verify.startAt to pin where trust begins';
  }
  const seal = footing.kind === 'startAt' ? footing.seal : undefined;
  return seal === undefined
    ? `from startAt ${shortOid(footing.oid)}, which is trusted by its oid; what is before it is not verified`
    : `from the signed seal ${shortOid(seal)}; what is before it is not verified`;
}
