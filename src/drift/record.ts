import type { Reason } from '../api/reasons.ts';
import type { Instant } from '../domain/clock.ts';
import type { ObjectKey, ObjectRef } from '../domain/object-ref.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import type { Stop } from '../domain/stop.ts';
import type { FieldDrift } from './field-drift.ts';

/** What is wrong with the object as a whole: fields differ, it is gone, or it is on its way out. */
export type DriftKind = 'fields' | 'deleted' | 'terminating';

/** One drift of one guarded object and what was done about it. Where, who and when; never a value. */
export type DriftRecord = Readonly<{
  repo: RepoKey;
  /** Name of the target that guards the object. */
  target: string;
  key: ObjectKey;
  object: ObjectRef;
  /** `main@sha1:<oid>` of the accepted commit it is compared with. */
  revision: string;
  kind: DriftKind;
  fields: readonly FieldDrift[];
  /** Field manager that holds the first of the fields: a claim, not proof. */
  manager?: string;
  /** What the manager's name stands on. */
  confidence: 'managedFields' | 'unknown';
  /** When the drift was first seen. */
  seenAt: Instant;
  /** What gitward did, or why it could not. */
  outcome: Reason;
  /** The stop behind the outcome, where there is one. */
  stop?: Stop;
  /** The object is still not as Git says. */
  open: boolean;
}>;
