import type { Oid } from '../domain/oid.ts';
import { shortOid } from '../domain/oid.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { printable, stop } from '../domain/stop.ts';
import type { Stop } from '../domain/stop.ts';
import { decideKept, formatRevision } from '../policy/decide.ts';
import type { Anchor, LedgerEntry } from '../policy/ledger.ts';
import type { Ground, LineEnd, Pass, RepoMemory } from './line.ts';
import type { EventNote } from './ports.ts';
import { readCommit } from './gather/walk.ts';
import { checkSpec, checkTargets, configure, configureLocal } from './steps/configure.ts';
import { enforce, failureOf } from './steps/enforce.ts';
import { judge, judgedUnder } from './steps/judge.ts';
import { lookBack } from './steps/history.ts';
import { settleAtRest } from './steps/leaks.ts';
import { loadLedger, saveLedger } from './steps/ledger.ts';
import { look } from './steps/look.ts';
import { rejudge, untrusted } from './steps/rejudge.ts';
import { recordRejection } from './steps/rejection.ts';
import { rule } from './steps/rule.ts';
import { isAnchor } from './steps/source.ts';
import type { Sight } from './steps/source.ts';
import { refill, uphold } from './steps/uphold.ts';

/** A refused head is judged again after this time: keys begin to count and approvals lapse by the clock. */
const REJECTION_MS = 3_600_000;

/**
 * One pass of the repo line. What was accepted before is put in force first, from the kept objects,
 * so that neither Git nor a bad head can switch protection off; then the head is looked at.
 */
export async function runLine(ground: Ground, signal: AbortSignal): Promise<LineEnd> {
  const { repo, memory, ports } = ground;
  const placed = checkTargets(repo, ports.rules);
  if (!placed.ok) return ended(placed.stop);
  const loaded = await loadLedger(ground);
  if (!loaded.ok) return ended(loaded.stop);
  const kept = await uphold(ground);
  const checked = checkSpec(repo, ports.rules);
  if (!checked.ok) return ended(worst(ground, checked.stop));
  const line = await configure(repo, ports);
  if (!line.ok) return withoutSource(ground, signal, line.stop);
  const pass: Pass = { ...ground, line: line.value, signal };
  const end = await followSource(pass);
  if (end.stop === undefined && !kept.ok && memory.loaded === undefined) {
    return { ...end, stop: kept.stop };
  }
  return end;
}

/** Re-judges what is live, needing no server, and then goes where the source points. */
async function followSource(pass: Pass): Promise<LineEnd> {
  const { memory } = pass;
  const rejudged = await rejudge(pass);
  const told = rejudged.ok ? rejudged.value : [];
  const seen = await look(pass);
  const advanced = seen.ok ? await advance(pass, seen.value) : seen;
  const notes = [...told, ...(advanced.ok ? advanced.value : [])];
  const back = await lookBack(pass);
  tellUnscanned(pass, back.ok ? undefined : back.stop);
  notes.push(...(back.ok ? back.value.notes : []));
  const isUnfinished = back.ok && back.value.isUnfinished;
  const failed = advanced.ok ? failureOf(memory) : advanced;
  const why = worst(pass, failed.ok ? undefined : failed.stop);
  return { notes, isUnfinished, ...(why === undefined ? {} : { stop: why }) };
}

/** Every pass would say the same again while nothing changes. */
function tellUnscanned({ memory, ports, line }: Pass, why: Stop | undefined): void {
  const { secrets } = memory;
  if (why !== undefined && why.message !== secrets.unscanned) {
    const { reason, message } = why;
    ports.log.warn('the history is not scanned', { repo: line.key, reason, message });
  }
  secrets.unscanned = why?.message;
}

/**
 * Scans more of the history between two looks at the source, which say no more than the last one did:
 * no server is asked.
 */
export async function continueLine(
  ground: Ground,
  signal: AbortSignal,
  before: LineEnd,
): Promise<LineEnd> {
  const line = configureLocal(ground.repo, ground.ports);
  const back = line.ok ? await lookBack({ ...ground, line: line.value, signal }) : line;
  if (!back.ok) return { ...before, notes: [], isUnfinished: false };
  return { ...before, ...back.value };
}

/** Without credentials what is live is judged again all the same: its objects are here. */
async function withoutSource(ground: Ground, signal: AbortSignal, why: Stop): Promise<LineEnd> {
  const local = configureLocal(ground.repo, ground.ports);
  const rejudged = local.ok ? await rejudge({ ...ground, line: local.value, signal }) : local;
  return { stop: worst(ground, why), notes: rejudged.ok ? rejudged.value : [] };
}

/** Worse than whatever stopped the line is that what is live cannot be trusted; both are said. */
function worst<W extends Stop | undefined>(ground: Ground, why: W): Stop | W {
  const distrust = untrusted(ground);
  if (distrust === undefined || why === undefined) return distrust ?? why;
  const { reason, message, oid } = distrust;
  return stop(reason, `${message}. Besides: ${why.message}`, oid === undefined ? {} : { oid });
}

function ended(why: Stop): LineEnd {
  return { stop: why, notes: [] };
}

/** Brings the guard from the anchor to the head, if the head may become the anchor. */
async function advance(pass: Pass, seen: Sight): Promise<Result<readonly EventNote[]>> {
  const { memory, ports } = pass;
  const { rejected } = memory;
  const entry = memory.stored?.entry;
  if (rejected?.under === judgedUnder(pass, seen)) {
    const isFresh = ports.clock.monotonic() - rejected.at < REJECTION_MS;
    if (isFresh) return stopped(rejected.stop);
  }
  if (entry !== undefined && isAnchor(seen, entry)) return stay(pass, entry, seen);
  const judged = await judge(pass, seen);
  if (!judged.ok) {
    const recorded = await recordRejection(pass, judged.stop);
    return recorded.ok ? judged : recorded;
  }
  memory.rejected = undefined;
  const { notes, ...accepted } = judged.value;
  const enforced = await enforce(pass, { ...accepted, objects: pass.line.git.published });
  if (!enforced.ok) return enforced;
  return ok([...notes, acceptedNote(pass, accepted.anchor, entry), ...ambiguityNotes(memory)]);
}

/** The head is the anchor: make sure it is in force, and after a start that the stores agree. */
async function stay(
  pass: Pass,
  entry: LedgerEntry,
  seen: Sight,
): Promise<Result<readonly EventNote[]>> {
  const { memory, line } = pass;
  const filled = await refill(pass, entry, seen);
  if (!filled.ok) return filled;
  const ruled = await rule(pass, line.git.published);
  if (!ruled.ok) return ruled;
  if (ruled.value.kind === 'conflict') return stopped(ruled.value.stop);
  memory.startedUp = true;
  memory.rejected = undefined;
  // After a lost store the first try had nothing to judge.
  const rejudged = await rejudge(pass);
  if (!rejudged.ok) return rejudged;
  const enforced = await enforceAnchor(pass, memory.stored?.entry ?? entry);
  if (!enforced.ok) return enforced;
  const closed = await settleAtRest(pass, seen);
  if (!closed.ok) return closed;
  const settled = await settle(pass, memory.stored?.entry ?? entry, seen);
  if (!settled.ok) return settled;
  const lost = ruled.value.kind === 'ledger' && ruled.value.missingStatus;
  return ok([...rejudged.value, ...(lost ? [restoredNote(entry.anchor.revision)] : [])]);
}

async function enforceAnchor(pass: Pass, entry: LedgerEntry): Promise<Result<void>> {
  const { anchor, approvals = [] } = entry;
  if (pass.memory.loaded?.oid === anchor.oid) return ok(undefined);
  const objects = pass.line.git.published;
  const commit = await readCommit(objects, anchor.oid);
  if (!commit.ok) return commit;
  const accepted = decideKept(entry, anchor, commit.value);
  if (accepted === undefined) return stopped(foreignAnchor(anchor.oid));
  return enforce(pass, { commit: accepted, anchor, objects, approvals });
}

/** A head that went back to the anchor ends the rejection; a renamed source keeps its anchor. */
function settle(pass: Pass, entry: LedgerEntry, { label }: Sight): Promise<Result<void>> {
  const { rejected: _over, ...rest } = entry;
  const anchor = { ...entry.anchor, revision: formatRevision(label, entry.anchor.oid) };
  const source = { url: pass.repo.spec.source.url, ref: pass.line.wish.name };
  return saveLedger(pass, { ...rest, source, anchor });
}

function acceptedNote(pass: Pass, anchor: Anchor, before: LedgerEntry | undefined): EventNote {
  const by = anchor.signer === undefined ? 'trusted by its oid' : `signed by ${anchor.signer.name}`;
  const after = before === undefined ? '' : `, after ${shortOid(before.anchor.oid)}`;
  const count = pass.ports.guard.entries(pass.line.key).length;
  const message = `Accepted ${anchor.revision}, ${by}${after}; ${count} objects guarded.`;
  return { type: 'Normal', reason: 'CommitAccepted', message };
}

/** What the files left open, said once with the commit that brought it. */
function ambiguityNotes({ warnings }: RepoMemory): readonly EventNote[] {
  const [first] = warnings;
  if (first === undefined) return [];
  const more = warnings.length > 1 ? ` (and ${warnings.length - 1} more)` : '';
  return [{ type: 'Warning', reason: 'ManifestAmbiguous', message: printable(`${first}${more}`) }];
}

function restoredNote(revision: string): EventNote {
  const message = `Status had lost the anchor ${revision}; it was restored from the ledger.`;
  return { type: 'Warning', reason: 'AnchorRestored', message };
}

function foreignAnchor(oid: Oid): Stop {
  const message = `the ledger does not vouch for ${oid}; restore the ledger from a backup`;
  return stop('AnchorConflict', message, { oid });
}
