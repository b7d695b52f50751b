import type { Condition } from './conditions.ts';
import type { ObjectMeta } from './meta.ts';
import type { Reason } from './reasons.ts';

/** Enforce writes to guarded objects; Audit only reports. */
export type Mode = 'Enforce' | 'Audit';

/** What happens to guarded objects when the GuardedRepo is deleted. */
export type DeletionPolicy = 'Orphan' | 'Prune';

/** Where commits come from. */
export type SourceSpec = Readonly<{
  /** https (http only with the operator's flag); no userinfo. */
  url: string;
  ref: Readonly<{ branch: string }>;
  /** In the same namespace: `username`/`password` or `bearerToken`, and optionally `ca.crt`. */
  secretRef?: Readonly<{ name: string }>;
}>;

/** What a commit must prove. Every commit is signed, history is linear and only moves forward. */
export type VerifySpec = Readonly<{
  /** Names of SignerSets. */
  signers: readonly string[];
  /** A commit trusted by its oid: it and what is before it are not verified. */
  startAt?: Readonly<{ commit: string }>;
}>;

/** What to do about drift in one target. */
export type DriftSpec = Readonly<{ onDrift: 'Revert' | 'Report' }>;

/** One directory that becomes the objects of one namespace. */
export type TargetSpec = Readonly<{
  name: string;
  /** Directory in the repository, without leading or trailing slash; `.` is the root. */
  path: string;
  namespace: string;
  /** In the target's namespace; impersonated for every write and dry-run. */
  serviceAccountName: string;
  drift: DriftSpec;
}>;

/** The desired guard, after the API server's defaults. */
export type GuardedRepoSpec = Readonly<{
  suspend: boolean;
  /** Go duration, 1s to 24h. */
  interval: string;
  /** Go duration, 1s to 10m: one whole fetch. */
  timeout: string;
  mode: Mode;
  deletionPolicy: DeletionPolicy;
  source: SourceSpec;
  verify: VerifySpec;
  targets: readonly TargetSpec[];
}>;

/** The last accepted commit. It repeats the ledger and never leads it. */
export type AnchorStatus = Readonly<{
  /** `main@sha1:<oid>`. */
  revision: string;
  oid: string;
  /** `name (FINGERPRINT)`; absent when trusted by oid. */
  signer?: string;
  acceptedAt: string;
  trustDigest: string;
  policyDigest: string;
}>;

/** One drifted object, for people. Values are never shown, only paths. */
export type DriftItem = Readonly<{
  /** `Deployment/payments/web`. */
  object: string;
  /** What differs, first few paths; `(deleted)` when the object is gone. */
  path: string;
  /** Field manager that holds the field now: a claim, not proof. */
  manager?: string;
  confidence: 'managedFields' | 'unknown';
  /** When the change was seen. */
  time: string;
  /** What gitward did. */
  outcome: Reason;
}>;

/** State of one target. */
export type TargetStatus = Readonly<{
  name: string;
  /** `main@sha1:<oid>` once every object of it was applied (Enforce) or compared (Audit). */
  applied?: string;
  objects: number;
  drift: Readonly<{ count: number; items: readonly DriftItem[] }>;
  /** What gitward guards here, sorted: `group/kind/namespace/name`. */
  inventory: readonly string[];
}>;

/** What gitward has seen and done. */
export type GuardedRepoStatus = Readonly<{
  observedGeneration: number;
  conditions: readonly Condition[];
  /** Last head seen, accepted or not: `main@sha1:<oid>`. */
  head?: string;
  anchor?: AnchorStatus;
  /** Open drifts over all targets. */
  driftCount: number;
  targets: readonly TargetStatus[];
  /** The last value of the annotation gitward.dev/requestedAt that was acted upon. */
  lastHandledRequestedAt?: string;
}>;

/** The kind teams declare. */
export type GuardedRepo = Readonly<{
  apiVersion: 'gitward.dev/v1alpha1';
  kind: 'GuardedRepo';
  metadata: ObjectMeta & Readonly<{ namespace: string }>;
  spec: GuardedRepoSpec;
  status?: GuardedRepoStatus;
}>;
