import type { Instant } from '../domain/clock.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Stop } from '../domain/stop.ts';
import type { FieldDrift } from '../drift/field-drift.ts';
import { holderOf } from '../drift/holder.ts';
import type { DriftKind, DriftRecord } from '../drift/record.ts';
import type { Confirmation } from './confirm.ts';
import type { Entry } from './entry.ts';

/** What there is to tell of one look at an object. */
export type Told = Readonly<{
  kind: Confirmation['kind'];
  fields?: readonly FieldDrift[];
  live?: JsonObject;
  why?: Stop;
}>;

/** The record of a drift, all but what was done about it. */
export function describe(
  entry: Entry,
  { kind, fields = [], live }: Told,
  seenAt: Instant,
): Omit<DriftRecord, 'outcome' | 'open'> {
  const holder = live === undefined ? undefined : holderOf(live, fields);
  return {
    repo: entry.repo,
    target: entry.target.name,
    key: entry.key,
    object: entry.manifest.ref,
    revision: entry.revision,
    kind: kindOf(kind),
    fields,
    ...(holder === undefined ? {} : { manager: holder.manager }),
    confidence: holder === undefined ? 'unknown' : 'managedFields',
    seenAt,
  };
}

function kindOf(kind: Confirmation['kind']): DriftKind {
  if (kind === 'missing') return 'deleted';
  return kind === 'terminating' ? 'terminating' : 'fields';
}
