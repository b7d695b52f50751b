import { toTimestamp } from '../domain/clock.ts';
import { formatObject } from '../domain/object-ref.ts';
import type { DriftRecord } from './record.ts';

/** Paths named in one line; the rest is counted. */
const MAX_SHOWN_PATHS = 3;

/** What differs, in a few words: up to three paths, or `(deleted)`, `(being deleted)`. */
export function driftPaths({ kind, fields }: Pick<DriftRecord, 'kind' | 'fields'>): string {
  if (kind === 'deleted') return '(deleted)';
  if (kind === 'terminating') return '(being deleted)';
  if (fields.length === 0) return '(not known)';
  const shown = fields.slice(0, MAX_SHOWN_PATHS).map(({ path }) => path || '(every owned field)');
  const more = fields.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`;
}

/** One line for people: object, paths, who, when, what was done and why. Never a value. */
export function driftText(record: DriftRecord): string {
  const who = record.manager ?? 'unknown';
  const what = `${formatObject(record.object)} ${driftPaths(record)} changed by ${who}`;
  const why = record.stop === undefined ? '' : `: ${record.stop.message}`;
  return `${what}, seen ${toTimestamp(record.seenAt)}; ${record.outcome}${why}`;
}
