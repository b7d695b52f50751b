import type { GuardedRepo, Mode } from '../api/guardedrepo.ts';
import type { Clock } from '../domain/clock.ts';
import type { Oid } from '../domain/oid.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import type { Stop } from '../domain/stop.ts';
import type { Entry, Guard } from '../guard/guard.ts';
import type { LeakState } from '../policy/ledger.ts';
import type { RenderLimits } from '../render/limits.ts';
import type { Trust } from '../signature/index.ts';
import type { WorkPort } from '../worker/port.ts';
import type { HistoryScan } from './gather/history-scan.ts';
import type { GatheredPlan } from './gather/scan-plan.ts';
import { ProcessMemory } from './gather/scan-memory.ts';
import type { ScanMemory } from './gather/scan-memory.ts';
import { SopsFinder } from './gather/sops-files.ts';
import type {
  ClusterPort,
  EventNote,
  GitPort,
  GitSource,
  GuardedObjects,
  KindPort,
  LedgerPort,
  Remote,
  ScanProgress,
  StoredEntry,
} from './ports.ts';
import type { SourceWish } from './steps/source.ts';
import type { Log, Meter } from './telemetry.ts';

/** The world as the repo line sees it. */
export type LinePorts = Readonly<{
  git: GitSource;
  work: WorkPort;
  kinds: KindPort;
  ledger: LedgerPort;
  /** Without it a scan of the history begins anew at every start. */
  scans?: ScanProgress;
  cluster: ClusterPort;
  objects: GuardedObjects;
  guard: Guard;
  clock: Clock;
  log: Log;
  meter: Meter;
  rules: LineRules;
}>;

/** Bounds and permissions of the operator's own flags. */
export type LineRules = Readonly<{
  allowHttp: boolean;
  /** Targets may lie in other namespaces than the GuardedRepo's. */
  allowCrossNamespace: boolean;
  /** The operator's own namespace: never a target, for the ledger lives there. */
  ownNamespace: string;
  maxPackBytes: number;
  /** Most commits judged in one pass; above it `RepositoryTooLarge`. */
  maxRangeCommits: number;
  render: RenderLimits;
  /** Longest that one pass scans the history behind the anchor, in milliseconds. */
  historyBudgetMs: number;
  /** Guarded objects written at the same time. */
  writers: number;
}>;

/** All that the source side of the line needs, from a spec that passed. */
export type ConfiguredLine = Readonly<{
  key: RepoKey;
  /** What is followed, and what to ask the server for. */
  wish: SourceWish;
  /** The repository as approvals name it. */
  repository: string;
  remote: Remote;
  git: GitPort;
  trust: Trust;
  trustDigest: string;
  policyDigest: string;
}>;

/** What is remembered of scanning a repo; lost at restart, which costs time only. */
export type SecretsMemory = {
  readonly scans: ScanMemory;
  readonly finder: SopsFinder;
  readonly roots: Map<Oid, Oid>;
  /** What the ledger says of leaks, or will with its next write. */
  state?: LeakState;
  /** How to scan what is live, by what it was read from. */
  plan?: Readonly<{ under: string; how: GatheredPlan; digest: string }>;
  /** The history that is being scanned. */
  scan?: HistoryScan | undefined;
  /** A history that could not be covered was tried again since the start. */
  hasRetried: boolean;
  /** Why the history was not scanned last time: said once. */
  unscanned?: string | undefined;
  /** The notes, and the open leaks that answers were looked for in them. */
  looked?: string;
};

/** What is remembered of a repo between passes; owned by one pass at a time, lost at restart. */
export type RepoMemory = {
  /** The ledger as last read or written. */
  stored?: StoredEntry | undefined;
  /** The two stores were compared since the start (DESIGN §6, Ledger). */
  startedUp: boolean;
  /** What the guard holds: rendered from this commit for this generation of the spec. */
  loaded?: Readonly<{ oid: Oid; generation: number; mode: Mode }> | undefined;
  /** Rendered whole, but these objects could not be written or compared. */
  failures: readonly Stop[];
  /** The refused head and what it was refused under: it is not judged twice. */
  rejected?: Rejection | undefined;
  /** The head as last seen, as its branch or tag and commit. */
  head?: Readonly<{ label: string; oid: Oid }> | undefined;
  /** When the source was last looked at with success, on the monotonic clock; the first pass at first. */
  lookedAt?: number;
  /** Targets that were written or compared whole, by name. */
  applied: Map<string, string>;
  /** What the files of the last rendered commit leave open, for people. */
  warnings: readonly string[];
  secrets: SecretsMemory;
  /** What a deleted GuardedRepo guarded, until it is gone. */
  retiring?: readonly Entry[];
};

/** A refused head. `at` is monotonic; `waiting` is what the ledger keeps of it. */
export type Rejection = Readonly<{
  oid: Oid;
  under: string;
  at: number;
  stop: Stop;
  waiting: Readonly<{ range: readonly Oid[]; approvals: readonly string[] }>;
}>;

/** What every step of one pass stands on. */
export type Ground = Readonly<{ repo: GuardedRepo; memory: RepoMemory; ports: LinePorts }>;

/** A pass that got as far as looking at the source. */
export type Pass = Ground & Readonly<{ line: ConfiguredLine; signal: AbortSignal }>;

/** A repo of which nothing is known yet. `scans` may be shared: what is remembered holds for every repo. */
export function freshMemory(scans: ScanMemory = new ProcessMemory()): RepoMemory {
  const secrets: SecretsMemory = {
    ...{ scans, finder: new SopsFinder(), roots: new Map(), hasRetried: false },
  };
  return { startedUp: false, failures: [], applied: new Map(), warnings: [], secrets };
}

/** How one pass ended; `report` turns it into status and events. */
export type LineEnd = Readonly<{
  stop?: Stop;
  /** More of the history is to be scanned, soon. */
  isUnfinished?: boolean;
  notes: readonly EventNote[];
}>;
