import type { ParsedCommit } from '../../commit/parse.ts';
import type { HistoryEvidence } from '../../commit/history.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Stop } from '../../domain/stop.ts';
import { ADJUDICATORS } from '../../policy/adjudicators.ts';
import type { Evidence, TagEvidence, TipRelation } from '../../policy/evidence.ts';
import type { Judgement } from '../../policy/judgement.ts';
import { complete, linear, readable } from '../../policy/lineage.ts';
import type { Tip } from '../../reconcile/gather/ground.ts';
import type { Scanned } from '../leaks/scan.ts';
import type { WalkReader } from '../repo/opened.ts';
import { hushCommits, hushStops } from './hushed.ts';
import { Judging } from './judging.ts';
import type { JudgingOptions } from './judging.ts';
import { inTopologicalOrder } from './order.ts';
import type { Problem } from './problem.ts';
import { gatherScope, NOTHING } from './scope.ts';
import type { Scope } from './scope.ts';
import { openLeaks } from './secrets.ts';
import type { ScanHistory } from './secrets.ts';
import { ancestorsOf, walkAll } from './walk.ts';
import type { BadEnd, ReadCommit } from './walk.ts';

/** What is audited. */
export type Subject = Readonly<{
  tip: Oid;
  base: Oid | undefined;
  notes: Oid | undefined;
  tag?: TagEvidence;
}>;

/** How it is audited. */
export type AuditOptions = Omit<JudgingOptions, 'told'> &
  Readonly<{
    judgement: Judgement;
    /** Looks for secrets, and whether they decide. */
    secrets: Readonly<{ scan: ScanHistory; isWanted: boolean; isBlocking: boolean }>;
    /** Commits whose words are told to nobody, as somebody knows already. */
    hushed: ReadonlySet<Oid>;
    /** Reads the commits of the walk; the ground's objects read all else. */
    walkObjects: WalkReader;
    limit: number;
    /** Told how many commits are judged, found, and probably there, where that is known. */
    progress: (judged: number, found: number, all: number | undefined) => void;
  }>;

/** Every commit between, what is known of its signature, and all that speaks against it. */
export type Audit = Readonly<{
  evidence: Evidence;
  findings: readonly Problem[];
  /** Secrets that are known and silenced; absent where none were looked for. */
  ignored?: number;
  /** What of the team's files could not be used, for people. */
  warnings: readonly string[];
}>;

/**
 * Judges a whole history as the operator would judge one range, with the same gathering and the same
 * adjudicators, but tells everything: all their answers count, and none ends the audit.
 */
export async function audit(subject: Subject, options: AuditOptions): Promise<Result<Audit>> {
  const { tip, base, notes, tag } = subject;
  const { judgement, limit } = options;
  const found = new Map<Oid, ParsedCommit>();
  let isWhole = false;
  // What is listed of a history says nothing of how much of it lies in a range.
  const all = (): number | undefined =>
    isWhole ? found.size : base === undefined ? options.walkObjects.expected() : undefined;
  const told = (judged: number): void => options.progress(judged, found.size, all());
  const judging = new Judging({ ...options, told });
  const walked = await walkAll(tip, options.walkObjects, {
    ...{ base, limit },
    visit: async (batch) => {
      // What a commit says is read once and scanned later.
      const intern = ({ commit }: ReadCommit): ParsedCommit =>
        judging.interning.commit(commit, options.secrets.isWanted);
      for (const read of batch) found.set(read.commit.oid, intern(read));
      return judging.take(batch);
    },
  });
  if (!walked.ok) return walked;
  isWhole = true;
  const signatures = await judging.finish();
  if (!signatures.ok) return signatures;
  const related = await relate(subject, walked.value.hasMet, { found, options });
  if (!related.ok) return related;
  const history: HistoryEvidence = {
    ...{ tip, base, commits: inTopologicalOrder(tip, found) },
    end: { kind: walked.value.hasMet ? 'base' : 'root' },
  };
  const looked = await lookInto(history, notes, options);
  if (!looked.ok) return looked;
  const { scanned, scope, unseen } = looked.value;
  const evidence: Evidence = {
    ...{ history, relation: related.value, signatures: signatures.value, ...scope },
    ...(tag === undefined ? {} : { tag }),
  };
  const ends = walked.value.bad.flatMap((end) => endFindings(end, evidence, judgement));
  const others = ADJUDICATORS.flatMap((adjudicate) => adjudicate(evidence, judgement));
  return ok(tell(evidence, [...unseen, ...ends, ...others], { scanned, options }));
}

type Looked = Readonly<{ scanned: Scanned | undefined; scope: Scope; unseen: readonly Stop[] }>;

/**
 * Looks at what the commits hold: for secrets, and for path rules. What cannot be looked at is told, and
 * nothing that asks for it is met.
 */
async function lookInto(
  history: HistoryEvidence,
  notes: Oid | undefined,
  { ground, secrets }: AuditOptions,
): Promise<Result<Looked>> {
  const scanned = await secrets.scan(history.commits, history.base);
  if (!scanned.ok && scanned.stop.kind === 'retry') return scanned;
  const hasLeaks = scanned.ok && (scanned.value?.evidence.leaks.length ?? 0) > 0;
  const scope = await gatherScope(history, tipOf(history.tip, notes), { ground, hasLeaks });
  if (!scope.ok && scope.stop.kind === 'retry') return scope;
  return ok({
    scanned: scanned.ok ? scanned.value : undefined,
    scope: scope.ok ? scope.value : NOTHING,
    unseen: [scanned, scope].flatMap((result) => (result.ok ? [] : [result.stop])),
  });
}

/** All of it as it may be told: the words of a commit that hold a secret are told by nobody. */
function tell(
  evidence: Evidence,
  stops: readonly Stop[],
  { scanned, options }: Readonly<{ scanned: Scanned | undefined; options: AuditOptions }>,
): Audit {
  const { history } = evidence;
  const hushed = new Set([...options.hushed, ...(scanned?.evidence.hushed ?? [])]);
  const ground = { evidence, judgement: options.judgement };
  const leaks = scanned === undefined ? [] : openLeaks(scanned, ground, options.secrets.isBlocking);
  const commits = hushCommits(history.commits, hushed);
  return {
    evidence: { ...evidence, history: { ...history, commits } },
    findings: inOrderOf(commits, [...hushStops(stops, hushed), ...leaks]),
    ...(scanned === undefined ? {} : { ignored: scanned.evidence.ignored }),
    warnings: scanned?.how.warnings ?? [],
  };
}

function tipOf(oid: Oid, notes: Oid | undefined): Tip {
  return { oid, approvals: [], ...(notes === undefined ? {} : { notes }) };
}

/** Where the tip stands to the base; what the base reaches is no part of the range. */
async function relate(
  { tip, base }: Subject,
  hasMet: boolean,
  { found, options }: Readonly<{ found: Map<Oid, ParsedCommit>; options: AuditOptions }>,
): Promise<Result<TipRelation>> {
  if (base === undefined || hasMet) return ok('descends');
  const old = await ancestorsOf(base, options.ground.objects, options.limit);
  if (!old.ok) return old;
  for (const oid of old.value) found.delete(oid);
  return ok(old.value.has(tip) ? 'older' : 'elsewhere');
}

function endFindings(end: BadEnd, evidence: Evidence, judgement: Judgement): readonly Stop[] {
  const { tip, base } = evidence.history;
  const ended: Evidence = { ...evidence, history: { tip, base, commits: [], end } };
  return [readable, complete, linear].flatMap((adjudicate) => adjudicate(ended, judgement));
}

/** Newest commit first; what concerns no commit of the range comes before all. */
function inOrderOf(
  commits: readonly ParsedCommit[],
  findings: readonly Problem[],
): readonly Problem[] {
  const places = new Map(commits.map(({ oid }, place) => [oid, place]));
  const placeOf = ({ oid }: Stop): number => (oid === undefined ? -1 : (places.get(oid) ?? -1));
  return findings.toSorted((a, b) => placeOf(a) - placeOf(b));
}
