import type { KeyObject } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import type { ObjectKey } from '../domain/object-ref.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import type { Result } from '../domain/result.ts';
import type { Stop } from '../domain/stop.ts';
import type { DriftRecord } from '../drift/record.ts';
import type { GuardedObjects, KindPort, WatchPort } from '../reconcile/ports.ts';
import type { Entry } from './entry.ts';
import type { DriftSink } from './episodes.ts';
import { ObjectLine } from './object-line.ts';
import type { RolloutOptions, RolloutOutcome } from './rollout.ts';

export type { Entry } from './entry.ts';
export type { DriftSink } from './episodes.ts';
export type { RolloutOptions, RolloutOutcome } from './rollout.ts';

/** The steps of one drift that are timed, each from the first sight of it. */
export type DriftStage = 'candidate' | 'confirmed' | 'reverted';

/** What the object line needs from the world. */
export type GuardPorts = Readonly<{
  objects: GuardedObjects;
  kinds: KindPort;
  watches: WatchPort;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Random and as old as the process: what digests of secret values are made with. */
  digestKey: KeyObject;
  sink: DriftSink;
  /** Hears how long each stage took, in milliseconds. */
  observe?: (stage: DriftStage, key: ObjectKey, elapsedMs: number) => void;
}>;

/** An entry before its key was made of its manifest. */
export type Staged = Omit<Entry, 'key'>;

/** The object line (DESIGN §2): guards what accepted commits want, object by object. */
export interface Guard {
  /**
   * Makes the entries the repo's pending plan; the current one stays in force. Stops with
   * `ApplyConflict`, and changes nothing, when another repo or target guards one of the objects.
   */
  stage(repo: RepoKey, entries: readonly Staged[]): Result<void>;
  /** Brings the pending plan (else the current one) into force, object by object, in its order. */
  rollout(repo: RepoKey, options: RolloutOptions): Promise<readonly RolloutOutcome[]>;
  /**
   * Makes the pending plan the current one and watches its objects; resolves once they were listed
   * or cannot be. `afresh` lists what is watched already once more.
   */
  commit(repo: RepoKey, afresh?: boolean): Promise<void>;
  /** Guards nothing of the repo any more; work under way tells and writes nothing after its call. */
  drop(repo: RepoKey): void;
  /** What is guarded now, in the order of its rollout. */
  entries(repo: RepoKey): readonly Entry[];
  /** Open drifts, then the newest closed ones. */
  drifts(repo: RepoKey): readonly DriftRecord[];
  /** Why some of the repo's objects cannot be seen now. */
  watchHealth(repo: RepoKey): Stop | undefined;
  /** Starts nothing more and waits for what is under way. */
  stop(): Promise<void>;
}

/** A guard that guards nothing yet. */
export function createGuard(ports: GuardPorts): Guard {
  return new ObjectLine(ports);
}
