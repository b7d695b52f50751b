import type { SecretsSpec } from '../../api/guardedrepo.ts';
import type { Instant } from '../../domain/clock.ts';
import type { Oid } from '../../domain/oid.ts';
import type { VerifyRules } from '../../policy/judgement.ts';
import type { RenderLimits } from '../../render/limits.ts';
import type { Trust } from '../../signature/index.ts';
import type { WorkPort } from '../../worker/port.ts';
import type { ObjectReader } from '../ports.ts';
import type { ScanMemory } from './scan-memory.ts';
import type { SopsFinder } from './sops-files.ts';

/** How secrets are looked for, and what is remembered of it. */
export type SecretsGround = Readonly<{
  spec: SecretsSpec;
  memory?: ScanMemory;
  finder?: SopsFinder;
  /** First commits by a commit that has them as the first parents' end. */
  roots?: Map<Oid, Oid>;
  maxBlobBytes?: number;
  signal?: AbortSignal;
}>;

/** What evidence is gathered from and with: the operator's line and `gitward check` give the same. */
export type GatherGround = Readonly<{
  objects: ObjectReader;
  work: WorkPort;
  /** The moment of decision. */
  at: Instant;
  trust: Trust;
  verify: VerifyRules;
  /** What is rendered; path rules follow what these read. */
  targets: readonly Readonly<{ name: string; path: string }>[];
  /** What one render may read. */
  render: RenderLimits;
  /** Most commits of one range; above it the history ends at its limit. */
  maxRangeCommits: number;
  /** When a commit that waits was first seen; `at` unless known. */
  firstSeen: (oid: Oid) => Instant | undefined;
  /** When approvals were counted, where that is past; `at` unless given. */
  approvedAt?: Instant;
  secrets: SecretsGround;
  /** Told after each batch of signatures, for progress. */
  progress?: (done: number, total: number) => void;
}>;

/** What is looked at: a commit, or a tag that names one. */
export type Tip = Readonly<{
  /** The commit's, or the tag object's. */
  oid: Oid;
  /** Short name of the tag, where it is one. */
  tag?: string;
  /** Head of the branch that must contain the tagged commit; null where the server lacks it. */
  branch?: Oid | null;
  /** Commit of the notes ref that holds approvals. */
  notes?: Oid;
  /** Approvals that are known already, as text. */
  approvals: readonly string[];
}>;
