import { shortOid } from '../domain/oid.ts';
import { stop } from '../domain/stop.ts';
import type { Adjudicator } from './judgement.ts';
import { REWRITE_APPROVERS, liftsRewrite } from './rewrite.ts';

/** Every commit must be one that Git reads the same way. */
export const readable: Adjudicator = ({ history }) =>
  history.end.kind === 'malformed' ? [history.end.stop] : [];

/** Every parent up to what is trusted must be there, within the limit. */
export const complete: Adjudicator = ({ history }) => {
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

/** The tip must contain the commit it stands on. */
export const forward: Adjudicator = (evidence, judgement) => {
  const { history, relation } = evidence;
  const { footing } = judgement;
  if (relation === 'rewritten' && liftsRewrite(evidence, judgement)) return [];
  if (footing.kind === 'root' || relation === 'descends') return [];
  if (history.end.kind === 'merge' && relation !== 'older') return [];
  const tip = shortOid(history.tip);
  const base = shortOid(footing.oid);
  const at = { oid: history.tip };
  if (footing.kind === 'startAt') {
    return [stop('HistoryRewritten', `head ${tip} does not contain startAt ${base}`, at)];
  }
  if (footing.sourceChanged) {
    const message = `the changed url or ref has head ${tip}, which does not contain the anchor ${base}; point it at a history that does`;
    return [stop('SourceChanged', message, at)];
  }
  if (relation === 'rewritten') {
    const message = `head ${tip} does not contain the anchor ${base}; the rewrite needs the approval of ${REWRITE_APPROVERS} people`;
    return [stop('HistoryRewritten', message, at)];
  }
  return relation === 'older'
    ? [stop('RevisionRolledBack', `head ${tip} lies before the anchor ${base}`, at)]
    : [stop('HistoryRewritten', `head ${tip} does not contain the anchor ${base}`, at)];
};

/** No merge may stand in the range: a second parent brings commits nobody looked at. */
export const linear: Adjudicator = ({ history }) => {
  if (history.end.kind !== 'merge') return [];
  const { oid, parents } = history.end;
  const message = `commit ${shortOid(oid)} has ${parents.length} parents; rebase instead of merging`;
  return [stop('HistoryNotLinear', message, { oid })];
};
