import type { Oid } from '../../domain/oid.ts';
import type { AcceptedCommit } from '../../domain/proof.ts';
import { parseOid, shortOid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { Footing } from '../../policy/adjudicators.ts';
import { decide } from '../../policy/decide.ts';
import type { Verdict } from '../../policy/decide.ts';
import type { Anchor, LedgerEntry } from '../../policy/ledger.ts';
import { ruleStores } from '../../policy/startup.ts';
import type { Ruling } from '../../policy/startup.ts';
import type { Pass } from '../line.ts';
import type { EventNote, ObjectReader, Quarantine } from '../ports.ts';
import { isAncestor, readerOf, verify } from './verify.ts';
import type { Verified } from './verify.ts';

/** An accepted head that is now in the published store, and what to tell about it. */
export type Judged = Readonly<{
  commit: AcceptedCommit;
  anchor: Anchor;
  notes: readonly EventNote[];
}>;

/**
 * Fetches the head into quarantine, judges it and publishes it only when accepted. Every other end
 * discards what was fetched; the anchor and its objects are untouched.
 */
export async function judge(pass: Pass): Promise<Result<Judged>> {
  const { line, memory, signal } = pass;
  const have = memory.stored?.entry.anchor.oid;
  const fetched = await line.git.fetch(line.branch, have, signal);
  if (!fetched.ok) return fetched;
  const quarantine = fetched.value;
  try {
    const judged = await judgeFetched(pass, quarantine);
    if (!judged.ok) return judged;
    const published = await quarantine.publish();
    return published.ok ? judged : published;
  } finally {
    await quarantine.discard();
  }
}

async function judgeFetched(pass: Pass, quarantine: Quarantine): Promise<Result<Judged>> {
  const { memory, ports } = pass;
  const ruled = await rule(pass, quarantine);
  if (!ruled.ok) return ruled;
  const ruling = ruled.value;
  if (ruling.kind === 'conflict') return stopped(ruling.stop);
  const also = ruling.kind === 'status' ? [ruling.oid] : [];
  const verified = await verify(pass, quarantine, ruling.footing, also);
  if (!verified.ok) return verified;
  const distrust = ruling.kind === 'status' ? distrusted(ruling.oid, pass, verified.value) : [];
  if (distrust[0] !== undefined) return stopped(distrust[0]);
  const verdict = decideHead(pass, ruling.footing, verified.value);
  memory.startedUp = true;
  if (verdict.kind === 'accepted') {
    ports.meter.verdict('accepted', 'Succeeded');
    const notes = notesOf(ruling, memory.stored?.entry, verdict.anchor);
    return ok({ commit: verdict.commit, anchor: verdict.anchor, notes });
  }
  const [reason] = verdict.reasons;
  ports.meter.verdict('rejected', reason.reason);
  memory.rejected = { oid: verdict.oid, under: judgedUnder(pass), stop: reason };
  return stopped(reason);
}

/** The key a verdict is remembered by: the same head under the same rules is not judged twice. */
export function judgedUnder({ line, repo }: Pass): string {
  const { url, ref } = repo.spec.source;
  return [line.trustDigest, line.policyDigest, url, ref.branch].join(' ');
}

/** Which anchor the head must descend from; the stores are compared once per start. */
export async function rule(pass: Pass, objects: ObjectReader): Promise<Result<Ruling>> {
  const { line, repo, memory } = pass;
  const ledger = memory.stored?.entry;
  // A ledger that vanished since the start must not be taken for a first sight: status still knows.
  const isSettled = memory.startedUp && ledger !== undefined;
  const status = isSettled ? undefined : statusAnchor(pass);
  const known = await statusIsAncestor(pass, objects, status);
  if (!known.ok) return known;
  const ruling = ruleStores({
    ledger,
    status,
    statusIsAncestor: known.value,
    source: { url: repo.spec.source.url, branch: line.branch },
    startAt: parseOid(repo.spec.verify.startAt?.commit ?? ''),
  });
  return ok(isSettled && ruling.kind === 'ledger' ? { ...ruling, missingStatus: false } : ruling);
}

function statusAnchor({ repo }: Pass): Oid | undefined {
  return parseOid(repo.status?.anchor?.oid ?? '');
}

function statusIsAncestor(
  { memory, ports }: Pass,
  objects: ObjectReader,
  status: Oid | undefined,
): Promise<Result<boolean>> {
  const ledger = memory.stored?.entry.anchor.oid;
  if (ledger === undefined || status === undefined) return Promise.resolve(ok(false));
  return isAncestor(status, ledger, readerOf(objects), ports.rules.maxRangeCommits);
}

/** An anchor that only status remembers must be signed well itself, or be startAt. */
function distrusted(oid: Oid, { repo }: Pass, verified: Verified): readonly Stop[] {
  if (oid === repo.spec.verify.startAt?.commit) return [];
  if (verified.evidence.signatures.get(oid)?.kind === 'good') return [];
  const message = `the ledger is lost and the anchor ${shortOid(oid)} that status names is not signed by a listed signer; restore the ledger, or remove status.anchor and set verify.startAt`;
  return [stop('AnchorConflict', message, { oid })];
}

function decideHead({ line, ports }: Pass, footing: Footing, { evidence, tip }: Verified): Verdict {
  return decide(evidence, tip, {
    repo: line.key,
    branch: line.branch,
    footing,
    trustDigest: line.trustDigest,
    policyDigest: line.policyDigest,
    at: ports.clock.now(),
  });
}

function notesOf(
  ruling: Exclude<Ruling, { kind: 'conflict' }>,
  before: LedgerEntry | undefined,
  anchor: Anchor,
): readonly EventNote[] {
  const notes: EventNote[] = [];
  if (ruling.kind === 'bootstrap') {
    const from =
      ruling.footing.kind === 'startAt'
        ? `from startAt ${shortOid(ruling.footing.oid)}, which is trusted by its oid`
        : 'from the root commit; set verify.startAt to pin where trust begins';
    const message = `No anchor was known; ${anchor.revision} is the first, verified ${from}.`;
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
