import { shortOid } from '../domain/oid.ts';
import { stop } from '../domain/stop.ts';
import type { Adjudicator } from './judgement.ts';
import { compareVersions } from './version.ts';

/** A tag that was accepted never moves: whoever moves one wants another commit under a known name. */
export const unmoved: Adjudicator = ({ tag, history }, { tags }) => {
  const known = tag === undefined ? undefined : tags.oids.get(tag.name);
  if (tag === undefined || known === undefined || known === tag.oid) return [];
  const message = `tag ${tag.name} pointed to ${shortOid(known)} and now points to ${shortOid(tag.oid)}; make a new tag instead of moving one`;
  return [stop('HistoryRewritten', message, { oid: history.tip })];
};

/**
 * A version never goes down, even where a lower one is tagged on a newer commit, and spelled otherwise
 * (`1.0.0` for `v1.0.0`) it does not move either.
 */
export const notLower: Adjudicator = ({ tag, history }, { tags, footing }) => {
  const { last } = tags;
  if (tag === undefined || last === undefined || tag.oid === last.oid) return [];
  const order = tag.name === last.name ? 0 : compareVersions(tag.name, last.name);
  if (order === 0 && footing.kind === 'anchor' && footing.oid !== history.tip) {
    const message = `tag ${tag.name} names version ${last.name}, which was accepted for ${shortOid(footing.oid)}, and now points to ${shortOid(history.tip)}; tag a higher version`;
    return [stop('HistoryRewritten', message, { oid: history.tip })];
  }
  if (order === undefined || order >= 0) return [];
  const message = `tag ${tag.name} is a lower version than ${last.name}, which was accepted before; tag a higher one`;
  return [stop('RevisionRolledBack', message, { oid: history.tip })];
};

/** The tagged commit must lie in the named branch, or descend from what is pinned. */
export const contained: Adjudicator = ({ tag, history }, { footing }) => {
  if (tag === undefined || tag.contained === 'inBranch') return [];
  if (tag.contained === 'noBranch' && footing.kind !== 'root') return [];
  const message = `commit ${shortOid(history.tip)} of tag ${tag.name} does not lie in the branch of source.ref; tag a commit of that branch`;
  return [stop('HistoryRewritten', message, { oid: history.tip })];
};
