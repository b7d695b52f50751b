import { toTimestamp } from '../domain/clock.ts';
import { formatObject } from '../domain/object-ref.ts';
import type { DriftRecord } from './record.ts';
export function driftPaths({ kind, fields }: DriftRecord): string {
  if (kind === 'deleted') return '(deleted)';
  if (kind === 'terminating') return '(being deleted)';
  return fields
    .slice(0, 3)
    .map(({ path }) => path)
    .join(', ');
}
export function driftText(record: DriftRecord): string {
  return `${formatObject(record.object)} ${driftPaths(record)} changed by ${record.manager ?? 'unknown'}, seen ${toTimestamp(record.seenAt)}; ${record.outcome}${record.stop === undefined ? '' : `: ${record.stop.message}`}`;
}
