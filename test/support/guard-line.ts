import { createGuard } from '../../src/guard/guard.ts';
import type { DriftStage, Guard, RolloutOutcome, Staged } from '../../src/guard/guard.ts';
import type { RolloutMethod } from '../../src/guard/rollout.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { ObjectRef } from '../../src/domain/object-ref.ts';
import { repoKey } from '../../src/domain/repo-key.ts';
import type { RepoKey } from '../../src/domain/repo-key.ts';
import type { DriftRecord } from '../../src/drift/record.ts';
import { manualClock } from './clock.ts';
import type { ManualClock } from './clock.ts';
import { DIGEST_KEY, manifestOf } from './drift-story.ts';
import { GuardCluster } from './guard-cluster.ts';

/** The repo of most tests. */
export const SHOP = repoKey('payments', 'shop');

/** A ConfigMap's name in the tests' namespace. */
export function ref(name: string): ObjectRef {
  return { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'payments', name };
}

/** Changes to an entry. */
export type EntryChanges = Readonly<{
  mode?: 'Enforce' | 'Audit';
  onDrift?: 'Revert' | 'Report';
  repo?: RepoKey;
  target?: string;
  kind?: string;
}>;

/** An entry that wants one ConfigMap with this data. */
export function entry(name: string, data: JsonObject, changes: EntryChanges = {}): Staged {
  const { mode = 'Enforce', onDrift = 'Revert', repo = SHOP, target = 'prod' } = changes;
  const metadata = { name, namespace: 'payments' };
  const kind = changes.kind ?? 'ConfigMap';
  return {
    repo,
    mode,
    manifest: manifestOf({ apiVersion: 'v1', kind, metadata, data }),
    revision: 'main@sha1:0',
    target: {
      name: target,
      path: 'deploy',
      namespace: 'payments',
      serviceAccountName: 'deployer',
      drift: { onDrift },
    },
  };
}

/** A guard over a `GuardCluster` on a clock that stands still. */
export class GuardLine {
  readonly cluster: GuardCluster;
  readonly clock: ManualClock = manualClock();
  /** Every change of every episode: `DriftReverted a`. */
  readonly told: string[] = [];
  readonly records: DriftRecord[] = [];
  readonly stages: DriftStage[] = [];
  readonly guard: Guard;

  constructor(cluster = new GuardCluster()) {
    this.cluster = cluster;
    this.guard = createGuard({
      objects: cluster.objects,
      kinds: cluster.kinds,
      watches: cluster.watches,
      clock: this.clock,
      random: () => 0,
      digestKey: DIGEST_KEY,
      sink: {
        changed: (_repo, record) => {
          this.told.push(`${record.outcome} ${record.object.name}${record.open ? ', open' : ''}`);
          this.records.push(record);
        },
        health: () => undefined,
      },
      observe: (stage) => this.stages.push(stage),
    });
  }

  /** Stages, rolls out and commits; answers what became of each object. */
  async put(
    entries: readonly Staged[],
    method: RolloutMethod = 'apply',
  ): Promise<readonly RolloutOutcome[]> {
    const repo = entries[0]?.repo ?? SHOP;
    const staged = this.guard.stage(repo, entries);
    if (!staged.ok) throw new Error(staged.stop.message);
    const outcomes = await this.guard.rollout(repo, { concurrency: 4, method });
    await this.guard.commit(repo);
    await this.rest();
    return outcomes;
  }

  /** Lets everything happen that needs no time. */
  rest(): Promise<void> {
    return this.clock.advance(0);
  }

  /** Forgets calls and tellings so far. */
  forget(): void {
    this.cluster.calls.length = 0;
    this.told.length = 0;
    this.records.length = 0;
    this.stages.length = 0;
  }

  /** Writes so far. */
  get writes(): readonly string[] {
    return this.cluster.calls.filter((call) => call.startsWith('apply'));
  }
}
