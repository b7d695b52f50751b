import type { ParsedCommit } from '../commit/parse.ts';
import type { Oid } from '../domain/oid.ts';
import { shortOid } from '../domain/oid.ts';
import { stop } from '../domain/stop.ts';
import type { Stop } from '../domain/stop.ts';
import type { Evidence } from './evidence.ts';

/** What the tip must descend from, and what it means when it does not. */
export type Footing =
  | Readonly<{ kind: 'anchor'; oid: Oid; sourceChanged: boolean }>
  | Readonly<{ kind: 'startAt'; oid: Oid }>
  | Readonly<{ kind: 'root' }>;

/** One question to the evidence: the reasons that speak against the head, none when it passes. */
export type Adjudicator = (evidence: Evidence, footing: Footing) => readonly Stop[];

/** Most reasons one verdict names; the rest would be the same story again. */
export const MAX_REASONS = 20;

const readable: Adjudicator = ({ history }) =>
  history.end.kind === 'malformed' ? [history.end.stop] : [];

const complete: Adjudicator = ({ history }) => {
  if (history.end.kind === 'missing') {
    const message = `commit ${history.end.oid} is named as a parent but the server did not send it; ask for an unshallow, complete repository`;
    return [stop('HistoryIncomplete', message, { oid: history.end.oid })];
  }
  if (history.end.kind === 'limit') {
    const message = `more than ${history.end.count} commits lie between the head and what is already trusted; set verify.startAt to a recent commit`;
    return [stop('RepositoryTooLarge', message, { oid: history.tip })];
  }
  return [];
};

const forward: Adjudicator = ({ history, relation }, footing) => {
  if (footing.kind === 'root' || relation === 'descends') return [];
  if (history.end.kind === 'merge' && relation !== 'older') return [];
  const tip = shortOid(history.tip);
  const base = shortOid(footing.oid);
  const at = { oid: history.tip };
  if (footing.kind === 'startAt') {
    return [stop('HistoryRewritten', `head ${tip} does not contain startAt ${base}`, at)];
  }
  if (footing.sourceChanged) {
    const message = `the changed url or branch has head ${tip}, which does not contain the anchor ${base}; point it at a history that does`;
    return [stop('SourceChanged', message, at)];
  }
  return relation === 'older'
    ? [stop('RevisionRolledBack', `head ${tip} lies before the anchor ${base}`, at)]
    : [stop('HistoryRewritten', `head ${tip} does not contain the anchor ${base}`, at)];
};

const linear: Adjudicator = ({ history }) => {
  if (history.end.kind !== 'merge') return [];
  const { oid, parents } = history.end;
  const message = `commit ${shortOid(oid)} has ${parents.length} parents; rebase instead of merging`;
  return [stop('HistoryNotLinear', message, { oid })];
};

const signed: Adjudicator = ({ history, signatures }) =>
  history.commits.toReversed().flatMap((commit) => unsigned(commit, signatures));

function unsigned(commit: ParsedCommit, signatures: Evidence['signatures']): readonly Stop[] {
  const found = signatures.get(commit.oid);
  if (found?.kind === 'good') return [];
  const who = `commit ${shortOid(commit.oid)} (${commit.subject})`;
  return found === undefined
    ? [stop('SignatureInvalid', `${who} was not checked`, { oid: commit.oid })]
    : [stop(found.reason, `${who}: ${found.detail}`, { oid: commit.oid })];
}

/** The questions in order; the first one with an answer decides. */
export const ADJUDICATORS: readonly Adjudicator[] = [readable, complete, forward, linear, signed];
