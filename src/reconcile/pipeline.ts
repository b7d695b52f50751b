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
import { checkSpec, checkTargets, configure } from './steps/configure.ts';
import { enforce, failureOf } from './steps/enforce.ts';
import { judge, judgedUnder, rule } from './steps/judge.ts';
import { loadLedger, saveLedger } from './steps/ledger.ts';
import { refill, uphold } from './steps/uphold.ts';
import { readCommit } from './steps/verify.ts';

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
  if (!checked.ok) return ended(checked.stop);
  const line = await configure(repo, ports);
  if (!line.ok) return ended(line.stop);
  const pass: Pass = { ...ground, line: line.value, signal };
  const head = await line.value.git.head(line.value.branch, signal);
  if (!head.ok) return ended(head.stop);
  memory.head = head.value;
  const advanced = await advance(pass, head.value);
  if (!advanced.ok) return ended(advanced.stop);
  if (!kept.ok && memory.loaded === undefined) return ended(kept.stop);
  const failed = failureOf(memory);
  return failed.ok ? { notes: advanced.value } : { stop: failed.stop, notes: advanced.value };
}

function ended(why: Stop): LineEnd {
  return { stop: why, notes: [] };
}

/** Brings the guard from the anchor to the head, if the head may become the anchor. */
async function advance(pass: Pass, head: Oid): Promise<Result<readonly EventNote[]>> {
  const { memory } = pass;
  const { rejected } = memory;
  const entry = memory.stored?.entry;
  if (rejected?.oid === head && rejected.under === judgedUnder(pass)) return stopped(rejected.stop);
  if (head === entry?.anchor.oid) return stay(pass, entry);
  const judged = await judge(pass);
  if (!judged.ok) {
    const recorded = await recordRejection(pass, judged.stop);
    return recorded.ok ? judged : recorded;
  }
  memory.rejected = undefined;
  const { commit, anchor, notes } = judged.value;
  const enforced = await enforce(pass, { commit, anchor, objects: pass.line.git.published });
  if (!enforced.ok) return enforced;
  return ok([...notes, acceptedNote(pass, anchor, entry), ...ambiguityNotes(memory)]);
}

/** The head is the anchor: make sure it is in force, and after a start that the stores agree. */
async function stay(pass: Pass, entry: LedgerEntry): Promise<Result<readonly EventNote[]>> {
  const { memory, line } = pass;
  const filled = await refill(pass, entry.anchor.oid);
  if (!filled.ok) return filled;
  const ruled = await rule(pass, line.git.published);
  if (!ruled.ok) return ruled;
  if (ruled.value.kind === 'conflict') return stopped(ruled.value.stop);
  memory.startedUp = true;
  memory.rejected = undefined;
  const enforced = await enforceAnchor(pass, entry);
  if (!enforced.ok) return enforced;
  const settled = await settle(pass, memory.stored?.entry ?? entry);
  if (!settled.ok) return settled;
  const lost = ruled.value.kind === 'ledger' && ruled.value.missingStatus;
  return ok(lost ? [restoredNote(entry.anchor.revision)] : []);
}

async function enforceAnchor(pass: Pass, entry: LedgerEntry): Promise<Result<void>> {
  const { anchor } = entry;
  if (pass.memory.loaded?.oid === anchor.oid) return ok(undefined);
  const objects = pass.line.git.published;
  const commit = await readCommit(objects, anchor.oid);
  if (!commit.ok) return commit;
  const accepted = decideKept(entry, anchor, commit.value);
  if (accepted === undefined) return stopped(foreignAnchor(anchor.oid));
  return enforce(pass, { commit: accepted, anchor, objects });
}

/** A head that went back to the anchor ends the rejection; a renamed source keeps its anchor. */
function settle(pass: Pass, entry: LedgerEntry): Promise<Result<void>> {
  const { branch } = pass.line;
  const { rejected: _over, ...rest } = entry;
  const anchor = { ...entry.anchor, revision: formatRevision(branch, entry.anchor.oid) };
  return saveLedger(pass, { ...rest, source: { url: pass.repo.spec.source.url, branch }, anchor });
}

/** Notes the refused head in the ledger, so that its replacement can be told even after a restart. */
async function recordRejection(pass: Pass, why: Stop): Promise<Result<void>> {
  const entry = pass.memory.stored?.entry;
  const { rejected } = pass.memory;
  if (entry === undefined || rejected === undefined || rejected.stop !== why) return ok(undefined);
  const note = { oid: rejected.oid, reason: why.reason };
  return saveLedger(pass, { ...entry, rejected: note });
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
