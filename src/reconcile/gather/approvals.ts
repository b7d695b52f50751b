import type { ReadObject } from '../../commit/history.ts';
import { findNote } from '../../commit/notes.ts';
import type { ParsedCommit } from '../../commit/parse.ts';
import type { Instant } from '../../domain/clock.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { parseApprovals } from '../../policy/approval.ts';
import type { SignedApproval } from '../../policy/approval.ts';
import type { ApprovalEvidence } from '../../policy/evidence.ts';
import { MAX_APPROVAL_BYTES, MAX_KEPT_APPROVALS } from '../../policy/ledger.ts';
import type { GatherGround, Tip } from './ground.ts';
import { detachedSignatures } from './signatures.ts';
import { readCommit, readerOf } from './walk.ts';

/** Commits of the range, newest first, whose notes are looked up: an approval covers what is before it. */
const MAX_NOTED_COMMITS = 200;

/** Most approvals of one range that are checked. */
const MAX_APPROVALS = 256;

/** Longest note read, in bytes. */
const MAX_NOTE_BYTES = 65_536;

/** Most bytes of trees and notes read for one range; git's own fan-out needs a hundredth. */
const MAX_NOTES_BYTES = 33_554_432;

/** Approvals of the range, and the text of those that a ledger should keep. */
export type GatheredApprovals = Readonly<{
  evidence: readonly ApprovalEvidence[];
  kept: readonly string[];
}>;

/** A commit that may have notes. */
type Named = Pick<ParsedCommit, 'oid'>;

/**
 * Finds the approvals of a range in the notes and among those known already, each once, and judges
 * their signatures. Notes are a claim of whoever may push: only what a person signed counts.
 */
export async function gatherApprovals(
  range: readonly Named[],
  tip: Tip,
  ground: GatherGround,
): Promise<Result<GatheredApprovals>> {
  const noted = await notedApprovals(range.slice(0, MAX_NOTED_COMMITS), tip.notes, ground);
  if (!noted.ok) return noted;
  const known = tip.approvals.flatMap((text) => parseApprovals(Buffer.from(text)).approvals);
  const oids = new Set(range.map(({ oid }) => oid));
  const found = new Map<string, SignedApproval>();
  for (const approval of [...known, ...noted.value]) {
    if (oids.has(approval.statement.commit)) found.set(textOf(approval), approval);
  }
  const asked = [...found].slice(0, MAX_APPROVALS);
  const judged = await detachedSignatures(
    asked.map(([, { format, armor, payload }]) => {
      const seen = ground.approvedAt === undefined ? {} : { firstSeen: ground.approvedAt };
      return { format, armor, payload, namespace: 'gitward-approval' as const, ...seen };
    }),
    ground,
  );
  if (!judged.ok) return judged;
  const evidence: ApprovalEvidence[] = [];
  const kept = new Map<string, Kept>();
  for (const [at, [text, { statement }]] of asked.entries()) {
    const signature = judged.value[at];
    if (signature === undefined) continue;
    evidence.push({ statement, signature });
    const name = nameOf({ statement, signature });
    if (name === undefined || text.length > MAX_APPROVAL_BYTES) continue;
    const other = kept.get(name);
    if (other === undefined || other.expires < statement.expires) {
      kept.set(name, { text, expires: statement.expires });
    }
  }
  const texts = [...kept.values()].map(({ text }) => text);
  return ok({ evidence, kept: texts.slice(0, MAX_KEPT_APPROVALS) });
}

type Kept = Readonly<{ text: string; expires: Instant }>;

/**
 * What makes an approval that counts another one than the next. Its text does not: an armor has room
 * for remarks that nobody signed, and copies must not push others out of the ledger.
 */
function nameOf({ statement, signature }: ApprovalEvidence): string | undefined {
  if (signature.kind !== 'good') return undefined;
  const { repository, ref, commit, rule } = statement;
  return JSON.stringify([signature.signer.name, repository, ref, commit, rule]);
}

/** Whoever may push may push nonsense here: where notes cannot be read, the line goes on without. */
async function notedApprovals(
  range: readonly Named[],
  notes: Oid | undefined,
  { objects }: GatherGround,
): Promise<Result<readonly SignedApproval[]>> {
  if (notes === undefined) return ok([]);
  const head = await readCommit(objects, notes);
  if (!head.ok) return head.stop.kind === 'stalled' ? ok([]) : head;
  const read = bounded(readerOf(objects), MAX_NOTES_BYTES);
  const approvals: SignedApproval[] = [];
  for (const { oid } of range) {
    const noted = await notesOn(oid, head.value.tree, read);
    if (!noted.ok) return noted.stop.kind === 'stalled' ? ok(approvals) : noted;
    for (const bytes of noted.value) {
      if (bytes.length <= MAX_NOTE_BYTES) approvals.push(...parseApprovals(bytes).approvals);
    }
    if (approvals.length >= MAX_APPROVALS) break;
  }
  return ok(approvals);
}

async function notesOn(
  oid: Oid,
  tree: Oid,
  read: ReadObject,
): Promise<Result<readonly Uint8Array[]>> {
  const found = await findNote(tree, oid, read);
  if (!found.ok) return found;
  const notes: Uint8Array[] = [];
  for (const blob of found.value) {
    const raw = await read(blob);
    if (!raw.ok) return raw;
    if (raw.value !== undefined) notes.push(raw.value.bytes);
  }
  return ok(notes);
}

/** A reader for which everything behind so many bytes is missing. */
function bounded(read: ReadObject, most: number): ReadObject {
  let left = most;
  return async (oid) => {
    const found = left < 0 ? ok(undefined) : await read(oid);
    if (found.ok) left -= found.value?.bytes.length ?? 0;
    return left < 0 ? ok(undefined) : found;
  };
}

/** The approval as its note holds it: statement and signature are ASCII. */
function textOf({ payload, armor }: SignedApproval): string {
  return Buffer.concat([payload, armor]).toString('latin1');
}
