import type { Reason } from './reasons.ts';

/** Condition types of a GuardedRepo. `Reconciling` and `Stalled` are abnormal-true (kstatus). */
export const CONDITION_TYPES = [
  'Ready',
  'Reconciling',
  'Stalled',
  'SourceReady',
  'SourceVerified',
  'SecretsClean',
  'Rendered',
  'InSync',
] as const;

/** One of the condition types above. */
export type ConditionType = (typeof CONDITION_TYPES)[number];

/** `metav1.Condition`; `lastTransitionTime` moves only when `status` flips. */
export type Condition = Readonly<{
  type: ConditionType;
  status: 'True' | 'False' | 'Unknown';
  reason: Reason;
  message: string;
  observedGeneration: number;
  lastTransitionTime: string;
}>;
