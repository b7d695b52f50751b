import { walkHistory } from '../../commit/history.ts';
import type { HistoryEvidence } from '../../commit/history.ts';
import type { ParsedCommit } from '../../commit/parse.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Evidence, LeakEvidence, TipRelation } from '../../policy/evidence.ts';
import type { Footing, VerifyRules } from '../../policy/judgement.ts';
import type { SignatureEvidence } from '../../signature/index.ts';
import { gatherApprovals } from './approvals.ts';
import type { GatheredApprovals } from './approvals.ts';
import { gatherChanges, gatherReadSets } from './changes.ts';
import type { GatherGround, Tip } from './ground.ts';
import { gatherRewrite } from './rewrite.ts';
import { gatherSecrets, hush } from './secrets.ts';
import { sealedFooting } from './seal.ts';
import { commitSignatures } from './signatures.ts';
import { nameTip } from './tag.ts';
import { isAncestor, readCommit, readerOf } from './walk.ts';

/** Evidence about one tip, its own commit, and the approvals to keep. */
export type Gathered = Readonly<{
  evidence: Evidence;
  tip: ParsedCommit;
  /** The footing, or where a seal says that trust begins. */
  footing: Footing;
  approvals: readonly string[];
}>;

/**
 * Gathers what `decide` judges: the straight history from the tip to the footing, where the tip stands
 * to it, the signatures, the secrets it brings, and for path rules what each commit changed, what renders
 * read and who approved. `also` is judged too (an anchor to restore). It proves nothing by itself.
 */
export async function gather(
  tip: Tip,
  given: Footing,
  ground: GatherGround,
  also: readonly Oid[] = [],
): Promise<Result<Gathered>> {
  const named = await nameTip(tip, ground);
  if (!named.ok) return named;
  const { commit: oid, tag } = named.value;
  const commit = await readCommit(ground.objects, oid);
  if (!commit.ok) return commit;
  const begun = await begin(oid, given, ground);
  if (!begun.ok) return begun;
  const footing = begun.value;
  const traced = await trace(commit.value, tip, { footing, ground });
  if (!traced.ok) return traced;
  const { history, relation, asked } = traced.value;
  const wanted = [...history.commits.map((one) => one.oid), ...also];
  const needed = isNeeded(footing, ground.verify);
  const signatures = await commitSignatures(needed ? wanted : also, ground);
  if (!signatures.ok) return signatures;
  const subject = { tip, commit: commit.value, history, relation, footing };
  const leaks = await gatherSecrets(subject, ground);
  if (!leaks.ok) return leaks;
  const blamed = await withBlamed(signatures.value, leaks.value, ground);
  if (!blamed.ok) return blamed;
  const scoped = await scope(history, tip, { ground, leaks: leaks.value });
  if (!scoped.ok) return scoped;
  const { kept, approvals, ...rest } = scoped.value;
  const evidence: Evidence = {
    ...{ history: hush(history, leaks.value), relation, signatures: blamed.value, ...rest },
    approvals: [...approvals, ...asked.evidence],
    ...(tag === undefined ? {} : { tag }),
    ...(leaks.value === undefined ? {} : { leaks: leaks.value }),
  };
  const all = [...new Set([...asked.kept, ...kept])];
  return ok({ evidence, tip: commit.value, footing, approvals: all });
}

/** Where nothing is known yet, a signed seal may say where trust begins. */
async function begin(tip: Oid, given: Footing, ground: GatherGround): Promise<Result<Footing>> {
  const sealed = given.kind === 'root' && ground.verify.startAt?.seal !== undefined;
  return sealed ? sealedFooting(tip, ground) : ok(given);
}

type Traced = Walked & Readonly<{ asked: GatheredApprovals }>;

/** The history down to the footing, or to the fork where somebody approved a rewritten one. */
async function trace(
  commit: ParsedCommit,
  tip: Tip,
  on: Readonly<{ footing: Footing; ground: GatherGround }>,
): Promise<Result<Traced>> {
  const asked = { evidence: [], kept: [] };
  const walked = await walk(commit.oid, on.footing, on.ground);
  if (!walked.ok) return walked;
  if (walked.value.relation === 'descends') return ok({ ...walked.value, asked });
  const moved = await gatherRewrite(commit, tip, on);
  if (!moved.ok) return moved;
  if (moved.value === undefined) return ok({ ...walked.value, asked });
  const { history, approvals } = moved.value;
  return ok({ history, relation: 'rewritten', asked: approvals });
}

/** Without rules that look at them, signatures are not worth their time. */
function isNeeded(footing: Footing, { signatures, rules = [] }: VerifyRules): boolean {
  const sealed = footing.kind === 'startAt' && footing.seal !== undefined;
  return sealed || signatures !== 'None' || rules.length > 0;
}

type Signatures = ReadonlyMap<Oid, SignatureEvidence>;

/** Whoever signed a commit that brings a leak cannot answer for it, in modes that ask for no signature too. */
async function withBlamed(
  known: Signatures,
  leaks: LeakEvidence | undefined,
  ground: GatherGround,
): Promise<Result<Signatures>> {
  const commits = new Set((leaks?.leaks ?? []).map(({ commit }) => commit));
  const unknown = [...commits].filter((oid) => !known.has(oid));
  if (unknown.length === 0) return ok(known);
  const found = await commitSignatures(unknown, ground);
  if (found.ok) return ok(new Map([...known, ...found.value]));
  // Without a key that can be used no approval counts either.
  return found.stop.reason === 'SignersEmpty' ? ok(known) : found;
}

type Walked = Readonly<{ history: HistoryEvidence; relation: TipRelation }>;

async function walk(
  tip: Oid,
  footing: Footing,
  { objects, maxRangeCommits: limit }: GatherGround,
): Promise<Result<Walked>> {
  const base = footing.kind === 'root' ? undefined : footing.oid;
  const read = readerOf(objects);
  const history = await walkHistory(tip, base, read, limit);
  if (!history.ok) return history;
  if (history.value.end.kind === 'base')
    return ok({ history: history.value, relation: 'descends' });
  const older = base === undefined ? ok(false) : await isAncestor(tip, base, read, limit);
  if (!older.ok) return older;
  if (!older.value) return ok({ history: history.value, relation: 'elsewhere' });
  return ok({ history: { tip, base, commits: [], end: { kind: 'root' } }, relation: 'older' });
}

type Scoped = Pick<Evidence, 'changes' | 'readSets' | 'approvals'> &
  Readonly<{ kept: readonly string[] }>;

/** What path rules, reviews and known leaks need; nothing is looked up where there are none. */
async function scope(
  history: HistoryEvidence,
  tip: Tip,
  { ground, leaks }: Readonly<{ ground: GatherGround; leaks: LeakEvidence | undefined }>,
): Promise<Result<Scoped>> {
  const { rules = [], forge } = ground.verify;
  const isLifted = rules.length > 0 || forge !== 'Deny' || (leaks?.leaks.length ?? 0) > 0;
  const nothing = { changes: new Map(), readSets: [], approvals: [], kept: [] };
  const whole = history.end.kind === 'base' || history.end.kind === 'root';
  // A history that is refused anyway is not looked into.
  if (!whole || !isLifted) return ok(nothing);
  const approvals = await gatherApprovals(history.commits, tip, ground);
  if (!approvals.ok) return approvals;
  const { evidence, kept } = approvals.value;
  if (rules.length === 0) return ok({ ...nothing, approvals: evidence, kept });
  const changes = await gatherChanges(history, ground.objects);
  if (!changes.ok) return changes;
  const readSets = await gatherReadSets(history, ground);
  if (!readSets.ok) return readSets;
  return ok({ changes: changes.value, readSets: readSets.value, approvals: evidence, kept });
}
