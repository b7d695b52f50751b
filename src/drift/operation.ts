import type { Mode } from '../api/guardedrepo.ts';
import type { Manifest } from '../domain/manifest.ts';
import type { ObjectKey } from '../domain/object-ref.ts';
import { mintApprovedPlan } from '../domain/proof.ts';
import type { ApprovedPlan, PlannedWrite } from '../domain/proof.ts';

/** What is known for sure about one guarded object. */
export type Fact =
  /** A new accepted commit wants it. */
  | 'rollout'
  /** A dry-run showed that live differs from what Git makes now. */
  | 'drifted'
  /** A read showed that it does not exist. */
  | 'missing'
  /** Somebody deleted it, and it is not gone yet. */
  | 'terminating'
  /** Admission rewrites what Git says: writing again would change nothing. */
  | 'mutated'
  /** It differs from the baseline, but nothing could confirm it. */
  | 'unconfirmed'
  /** Another writer undoes every revert. */
  | 'fought'
  /** Live is as Git says. */
  | 'same';

/** What to do about one object (DESIGN §4); `apply` is the rollout of a new commit. */
export type Operation =
  'none' | 'apply' | 'report' | 'revert' | 'recreate' | 'abandon' | 'conflict';

/** What a decision stands on. */
export type OperationInput = Readonly<{
  fact: Fact;
  key: ObjectKey;
  manifest: Manifest;
  mode: Mode;
  onDrift: 'Revert' | 'Report';
}>;

/** The operation, and the proof that it may write where it does. */
export type Decided = Readonly<{ operation: Operation; plan?: ApprovedPlan }>;

/** Decides by confirmed facts alone. Audit never yields a plan, nor does anything unconfirmed. */
export function decideOperation(input: OperationInput): Decided {
  const mayWrite = input.mode === 'Enforce';
  const mayRevert = mayWrite && input.onDrift === 'Revert';
  switch (input.fact) {
    case 'rollout':
      return mayWrite ? planned(input, 'apply') : { operation: 'report' };
    case 'drifted':
      return mayRevert ? planned(input, 'revert') : { operation: 'report' };
    case 'missing':
      return mayRevert ? planned(input, 'recreate') : { operation: 'report' };
    case 'terminating':
    case 'unconfirmed':
      return { operation: 'report' };
    case 'mutated':
      return { operation: 'conflict' };
    case 'fought':
      return { operation: 'abandon' };
    case 'same':
      return { operation: 'none' };
  }
}

function planned(input: OperationInput, operation: PlannedWrite['operation']): Decided {
  const { key, manifest } = input;
  return { operation, plan: mintApprovedPlan({ key, manifest, operation }) };
}
