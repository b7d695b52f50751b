import type { Condition } from './conditions.ts';
import type { ObjectMeta } from './meta.ts';
import type { Reason } from './reasons.ts';

/** Enforce writes to guarded objects; Audit only reports. */
export type Mode = 'Enforce' | 'Audit';

/** What happens to guarded objects when the GuardedRepo is deleted. */
export type DeletionPolicy = 'Orphan' | 'Prune';

/** What is followed: a branch's head, one tag, or the highest tag of a range. At least one is given. */
export type RefSpec = Readonly<{
  /** Without `refs/heads/`. Beside a tag or range, the branch that must contain the tagged commit. */
  branch?: string;
  /** Without `refs/tags/`; never with `semver`. */
  tag?: string;
  /** A range such as `>=1.2.0 <2.0.0`, `^1.4` or `1.x`; never with `tag`. */
  semver?: string;
}>;

/** Names an object of the same namespace. */
export type LocalRef = Readonly<{ name: string }>;

/** Where commits come from. */
export type SourceSpec = Readonly<{
  /** https or ssh (http only with the operator's flag); userinfo is a user name for ssh alone. */
  url: string;
  ref: RefSpec;
  /** A Secret with credentials and trust roots of the connection. */
  secretRef?: LocalRef;
  /** A Secret with `address`, and optionally `username` and `password`, of an HTTP proxy. */
  proxySecretRef?: LocalRef;
  /** Go duration, 1m to 8760h: longest time without a successful look at the source. */
  maxStaleness: string;
}>;

/** What must be signed. */
export type SignatureScope = 'EveryCommit' | 'Head' | 'Tag' | 'TagAndHead' | 'None';

/** So many people of these roles for what was changed, or is read, below these paths. */
export type ThresholdRule = Readonly<{
  name: string;
  /** Path patterns with `*`, `**` and `?`, relative to the root of the repository. */
  paths: readonly string[];
  /** Empty or missing: any person of the signers. */
  roles?: readonly string[];
  /** 1 to 10 people, the signer included. */
  threshold: number;
}>;

/** How commits are looked through for secrets that must not be in Git. */
export type SecretsSpec = Readonly<{
  /** Block refuses a head that brings one, Report tells it, Off looks for none. */
  mode: 'Block' | 'Report' | 'Off';
  /** Whether `gitleaks:allow` on a line silences what is found there. */
  inlineAllow: 'Ignore' | 'Honour';
  /** The team's rules, gitleaks TOML; read from what was accepted before, never from what is judged. */
  configPath: string;
}>;

/** What a commit must prove. History is linear and only moves forward. */
export type VerifySpec = Readonly<{
  signatures: SignatureScope;
  /** Names of SignerSets. */
  signers: readonly string[];
  /** Whose e-mail must be one of the signer's. */
  bindIdentity: 'None' | 'Committer' | 'CommitterAndAuthor';
  /** What commits signed by a forge's own key are worth. */
  forge: 'Deny' | 'AllowWithReview';
  rules?: readonly ThresholdRule[];
  /** What is trusted without signature, and all before it: exactly one of a commit and a seal. */
  startAt?: Readonly<{ commit?: string; seal?: 'Newest' }>;
  /** What happens to live objects once the anchor's key turns out compromised. */
  onUntrusted: 'Freeze' | 'KeepHealing';
  /** Go duration, 1m to 720h: how long expiry is judged as of first sight. */
  maxPending: string;
  secrets: SecretsSpec;
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
  /** The tag that was followed to it. */
  tag?: string;
  /** `name (FINGERPRINT)`; absent when trusted by oid. */
  signer?: string;
  /** Whether the signer's key is still trusted now: retired keys leave it standing, compromised do not. */
  trust?: 'Trusted' | 'Retired' | 'Untrusted';
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

/** One leak that is open, for people: where it is, and nothing of what it is. */
export type LeakItem = Readonly<{
  rule: string;
  severity: string;
  /** Where, as `path:line`, or the message or name that holds it. */
  place: string;
  commit: string;
  author: string;
  /** 32 hex digits: what an approval or an ignore file names. */
  fingerprint: string;
  /** New came with an accepted commit, Existing lay there before, Rejected is in a head that was refused. */
  standing: 'New' | 'Existing' | 'Rejected';
  /** Still in the files of the commit it was last seen from. */
  inTip: boolean;
  firstSeen: string;
  lastSeen: string;
}>;

/** What is known of secrets in this repository. */
export type SecretsStatus = Readonly<{
  /** Leaks that nobody has dealt with, shown or not. */
  open: number;
  new: number;
  existing: number;
  rejected: number;
  items: readonly LeakItem[];
  history: Readonly<{ state: 'Scanning' | 'Complete' | 'NotCovered'; commits: number }>;
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
  /** Absent while nothing was scanned. */
  secrets?: SecretsStatus;
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
