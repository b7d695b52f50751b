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
import type { WalkReader } from '../repo/opened.ts';
import { Judging } from './judging.ts';
import type { JudgingOptions } from './judging.ts';
import { inTopologicalOrder } from './order.ts';
import { gatherScope, NOTHING } from './scope.ts';
import { ancestorsOf, walkAll } from './walk.ts';
import type { BadEnd } from './walk.ts';

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
    /** Reads the commits of the walk; the ground's objects read all else. */
    walkObjects: WalkReader;
    limit: number;
    /** Told how many commits are judged, found, and probably there, where that is known. */
    progress: (judged: number, found: number, all: number | undefined) => void;
  }>;

/** Every commit between, what is known of its signature, and all that speaks against it. */
export type Audit = Readonly<{ evidence: Evidence; findings: readonly Stop[] }>;

/**
 * Judges a whole history as the operator would judge one range, with the same gathering and the same
 * adjudicators, but tells everything: all their answers count, and none ends the audit.
 */
export async function audit(subject: Subject, options: AuditOptions): Promise<Result<Audit>> {
  const { tip, base, notes, tag } = subject;
  const { ground, judgement, limit } = options;
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
      for (const { commit } of batch) found.set(commit.oid, judging.interning.commit(commit));
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
  const scope = await gatherScope(history, tipOf(tip, notes), ground);
  if (!scope.ok && scope.stop.kind === 'retry') return scope;
  // What cannot be looked at is told, and no path rule is met without it.
  const scoped = scope.ok ? scope.value : NOTHING;
  const unseen = scope.ok ? [] : [scope.stop];
  const evidence: Evidence = {
    ...{ history, relation: related.value, signatures: signatures.value, ...scoped },
    ...(tag === undefined ? {} : { tag }),
  };
  const ends = walked.value.bad.flatMap((end) => endFindings(end, evidence, judgement));
  const others = ADJUDICATORS.flatMap((adjudicate) => adjudicate(evidence, judgement));
  return ok({ evidence, findings: inOrderOf(history.commits, [...unseen, ...ends, ...others]) });
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
function inOrderOf(commits: readonly ParsedCommit[], findings: readonly Stop[]): readonly Stop[] {
  const places = new Map(commits.map(({ oid }, place) => [oid, place]));
  const placeOf = ({ oid }: Stop): number => (oid === undefined ? -1 : (places.get(oid) ?? -1));
  return findings.toSorted((a, b) => placeOf(a) - placeOf(b));
}
