import { walkHistory } from '../../commit/history.ts';
import type { HistoryEvidence, ReadObject } from '../../commit/history.ts';
import { parseCommit } from '../../commit/parse.ts';
import type { ParsedCommit } from '../../commit/parse.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { Evidence, TipRelation } from '../../policy/evidence.ts';
import type { Footing } from '../../policy/adjudicators.ts';
import type { SignatureEvidence } from '../../signature/index.ts';
import type { Pass } from '../line.ts';
import type { ObjectReader, Quarantine } from '../ports.ts';

/** Commits handed to a worker at once: bounds what is in memory beside the history itself. */
const BATCH_COMMITS = 256;

/** Longest one batch may take: some hundred signatures of the slowest kind. */
const BATCH_DEADLINE_MS = 30_000;

/** Evidence about one head, and its own commit. */
export type Verified = Readonly<{ evidence: Evidence; tip: ParsedCommit }>;

/**
 * Gathers what `decide` judges: the straight history from the fetched tip to the footing, where the
 * tip stands to it, and every commit's signature. `also` is judged too (an anchor to restore).
 */
export async function verify(
  pass: Pass,
  source: Quarantine,
  footing: Footing,
  also: readonly Oid[] = [],
): Promise<Result<Verified>> {
  const { ports } = pass;
  const base = footing.kind === 'root' ? undefined : footing.oid;
  const read = readerOf(source);
  const tip = await readCommit(source, source.tip);
  if (!tip.ok) return tip;
  const limit = ports.rules.maxRangeCommits;
  const older = base === undefined ? ok(false) : await isAncestor(source.tip, base, read, limit);
  if (!older.ok) return older;
  const history = older.value
    ? ok<HistoryEvidence>({ tip: source.tip, base, commits: [], end: { kind: 'root' } })
    : await walkHistory(source.tip, base, read, limit);
  if (!history.ok) return history;
  const oids = [...history.value.commits.map((commit) => commit.oid), ...also];
  const signatures = await verifySignatures(pass, source, oids);
  if (!signatures.ok) return signatures;
  const relation = relate(history.value, older.value);
  return ok({
    tip: tip.value,
    evidence: { history: history.value, relation, signatures: signatures.value },
  });
}

/** Reads one commit and parses it from bytes that hash to its oid. */
export async function readCommit(source: ObjectReader, oid: Oid): Promise<Result<ParsedCommit>> {
  const found = await readerOf(source)(oid);
  if (!found.ok) return found;
  if (found.value === undefined) {
    return stopped(
      stop('HistoryIncomplete', `commit ${oid} is not among the fetched objects`, { oid }),
    );
  }
  return parseCommit({ ...found.value, oid });
}

/** Is `oid` among the ancestors of `from`? True only where a walk shows it; `oid` itself is none. */
export async function isAncestor(
  oid: Oid,
  from: Oid,
  read: ReadObject,
  limit: number,
): Promise<Result<boolean>> {
  if (oid === from) return ok(false);
  const walk = await walkHistory(from, oid, read, limit);
  return walk.ok ? ok(walk.value.end.kind === 'base') : walk;
}

/** Reads single objects from a store that answers in batches. */
export function readerOf(source: ObjectReader): ReadObject {
  return async (oid) => {
    const found = await source.readMany([oid]);
    return found.ok ? ok(found.value.get(oid)) : found;
  };
}

function relate(history: HistoryEvidence, older: boolean): TipRelation {
  if (older) return 'older';
  return history.end.kind === 'base' ? 'descends' : 'elsewhere';
}

async function verifySignatures(
  { line, ports }: Pass,
  source: ObjectReader,
  oids: readonly Oid[],
): Promise<Result<ReadonlyMap<Oid, SignatureEvidence>>> {
  const evidence = new Map<Oid, SignatureEvidence>();
  const at = ports.clock.now();
  for (let start = 0; start < oids.length; start += BATCH_COMMITS) {
    const batch = oids.slice(start, start + BATCH_COMMITS);
    const found = await source.readMany(batch);
    if (!found.ok) return found;
    const commits = batch.flatMap((oid) => {
      const raw = found.value.get(oid);
      return raw === undefined ? [] : [{ oid, bytes: raw.bytes }];
    });
    const { people } = line;
    const done = await ports.work.run({ kind: 'verify', commits, people, at }, BATCH_DEADLINE_MS);
    if (!done.ok) return done;
    if (done.value.usableKeys === 0) return stopped(noUsableKey(done.value.problems));
    for (const { oid, evidence: signature } of done.value.commits) evidence.set(oid, signature);
  }
  return ok(evidence);
}

function noUsableKey(problems: readonly string[]): Stop {
  const why = problems.length === 0 ? 'they hold no key' : problems.join('; ');
  return stop('SignersEmpty', `verify.signers: no key of the named SignerSets can be used: ${why}`);
}
