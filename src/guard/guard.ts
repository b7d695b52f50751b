import type { Clock } from '../domain/clock.ts';
import { at } from '../domain/json.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ObjectKey } from '../domain/object-ref.ts';
import { objectKey } from '../domain/object-ref.ts';
import { createQueue } from '../domain/queue.ts';
import type { Next, WorkQueue } from '../domain/queue.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import { ok } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import type { Stop } from '../domain/stop.ts';
import type { Baseline } from '../drift/baseline.ts';
import { compareLive } from '../drift/compare.ts';
import type { FieldDrift } from '../drift/field-drift.ts';
import type { DriftRecord } from '../drift/record.ts';
import type { GuardedObjects, KindPort, WatchPort } from '../reconcile/ports.ts';
import { confirm, parseVersion, versionOf } from './confirm.ts';
import type { Sighting } from './confirm.ts';
import type { Entry } from './entry.ts';
import { Episodes } from './episodes.ts';
import type { DriftSink } from './episodes.ts';
import { DesiredIndex } from './index.ts';
import { KeyedLock } from './lock.ts';
import { Reverter } from './revert.ts';
import { inParallel, isKept, kept, rollOut } from './rollout.ts';
import type { RolloutOptions, RolloutOutcome } from './rollout.ts';
import { WatchSet } from './watch.ts';

export type { Entry } from './entry.ts';
export type { DriftSink } from './episodes.ts';
export type { RolloutOptions, RolloutOutcome } from './rollout.ts';
const WORKERS = 16;
export type DriftStage = 'candidate' | 'confirmed' | 'reverted';
export type GuardPorts = Readonly<{
  objects: GuardedObjects;
  kinds: KindPort;
  watches: WatchPort;
  clock: Clock;
  random: () => number;
  sink: DriftSink;
  observe?: (stage: DriftStage, key: ObjectKey, elapsedMs: number) => void;
}>;
type Staged = Omit<Entry, 'key'>;
export interface Guard {
  stage(repo: RepoKey, entries: readonly Staged[]): Result<void>;
  rollout(repo: RepoKey, options: RolloutOptions): Promise<readonly RolloutOutcome[]>;
  commit(repo: RepoKey, afresh?: boolean): Promise<void>;
  drop(repo: RepoKey): void;
  entries(repo: RepoKey): readonly Entry[];
  drifts(repo: RepoKey): readonly DriftRecord[];
  watchHealth(repo: RepoKey): Stop | undefined;
  stop(): Promise<void>;
}
export function createGuard(ports: GuardPorts): Guard {
  return new ObjectLine(ports);
}
type Seen = Readonly<{ sighting: Sighting; at: number }>;

class ObjectLine implements Guard {
  readonly #ports: GuardPorts;
  readonly #index = new DesiredIndex();
  readonly #lock = new KeyedLock<ObjectKey>();
  readonly #episodes: Episodes;
  readonly #reverter: Reverter;
  readonly #watches: WatchSet;
  readonly #queue: WorkQueue<ObjectKey>;
  readonly #seen = new Map<ObjectKey, Seen>();

  constructor(ports: GuardPorts) {
    const { objects, kinds, watches, clock, random, sink } = ports;
    this.#ports = ports;
    this.#episodes = new Episodes(sink);
    this.#reverter = new Reverter({ objects, clock, index: this.#index, episodes: this.#episodes });
    this.#watches = new WatchSet(kinds, watches, {
      upsert: (key, object) => this.#upsert(key, object),
      gone: (key) => this.#suspect(key, { kind: 'gone' }),
      health: (repo) => sink.health(repo),
    });
    const work = (key: ObjectKey): Promise<Next> =>
      this.#lock.run(key, () => this.#work(key).finally(() => this.#replay(key)));
    this.#queue = createQueue({ clock, random, workers: WORKERS, work });
  }
  stage(repo: RepoKey, entries: readonly Staged[]): Result<void> {
    return this.#index.stage(
      repo,
      entries.map((entry) => ({ ...entry, key: objectKey(entry.manifest.ref) })),
    );
  }
  rollout(repo: RepoKey, options: RolloutOptions): Promise<readonly RolloutOutcome[]> {
    const entries = [...this.#index.staged(repo).values()];
    return inParallel(entries, options.concurrency, (entry) =>
      isKept(entry)
        ? Promise.resolve(kept(entry))
        : this.#lock.run(entry.key, () => this.#rollOut(entry, options)),
    );
  }
  async commit(repo: RepoKey, afresh = false): Promise<void> {
    for (const key of this.#index.commit(repo)) this.#forget(repo, key);
    await this.#watches.follow(repo, this.entries(repo), afresh);
  }
  drop(repo: RepoKey): void {
    this.#watches.drop(repo);
    for (const key of this.#index.drop(repo)) this.#forget(repo, key);
    this.#episodes.drop(repo);
  }
  entries(repo: RepoKey): readonly Entry[] {
    return this.#index.entries(repo);
  }
  drifts(repo: RepoKey): readonly DriftRecord[] {
    return this.#episodes.list(repo);
  }
  watchHealth(repo: RepoKey): Stop | undefined {
    return this.#watches.blind(repo);
  }
  stop(): Promise<void> {
    return this.#queue.stop();
  }
  async #rollOut(entry: Entry, { method }: RolloutOptions): Promise<RolloutOutcome> {
    const done = await rollOut(entry, method, this.#ports.objects);
    const told = { key: entry.key, target: entry.target.name };
    if (!done.ok) return { ...told, outcome: done };
    const { baseline, mutated } = done.value;
    this.#index.record(entry, baseline);
    if (mutated.length > 0) {
      await this.#reverter.settle(entry, { kind: 'mutated', fields: mutated, live: {}, baseline });
    } else this.#episodes.settle(entry.repo, entry.key);
    this.#replay(entry.key);
    return {
      ...told,
      outcome: ok(method === 'apply' && entry.mode === 'Enforce' ? 'applied' : 'compared'),
    };
  }
  #upsert(key: ObjectKey, object: JsonObject): void {
    const entry = this.#index.find(key);
    if (entry === undefined) return;
    if (this.#lock.isHeld(key) || entry.baseline === undefined)
      this.#park(key, { kind: 'live', object });
    else this.#evaluate(entry, entry.baseline, object);
  }
  #evaluate(entry: Entry, baseline: Baseline, object: JsonObject): void {
    if (versionOf(object) < parseVersion(baseline.resourceVersion)) return;
    const fields = compareLive(baseline, object);
    const open = this.#episodes.open(entry.repo, entry.key);
    if (fields.length > 0 || isTerminating(object)) {
      const told = open?.outcome === 'DriftReported' && open.kind === 'fields';
      if (told && samePaths(open.fields, fields)) return;
      this.#suspect(entry.key, { kind: 'live', object });
    } else if (this.#seen.has(entry.key) || (open !== undefined && baseline.faithful)) {
      this.#suspect(entry.key, { kind: 'live', object });
    }
  }
  #replay(key: ObjectKey): void {
    const seen = this.#seen.get(key);
    const entry = this.#index.find(key);
    if (seen === undefined || entry?.baseline === undefined) return;
    this.#seen.delete(key);
    if (seen.sighting.kind === 'live') this.#evaluate(entry, entry.baseline, seen.sighting.object);
    else this.#suspect(key, seen.sighting);
  }
  #suspect(key: ObjectKey, sighting: Sighting): void {
    const entry = this.#index.find(key);
    if (entry === undefined) return;
    this.#park(key, sighting);
    if (entry.baseline === undefined) return;
    this.#observe('candidate', key);
    this.#queue.add(key);
  }
  #park(key: ObjectKey, sighting: Sighting): void {
    const since = this.#seen.get(key)?.at ?? this.#ports.clock.monotonic();
    this.#seen.set(key, { sighting, at: since });
  }
  async #work(key: ObjectKey): Promise<Next> {
    const entry = this.#index.find(key);
    const seen = this.#seen.get(key);
    this.#seen.delete(key);
    if (entry === undefined) return { kind: 'done' };
    const confirmation = await confirm(
      entry,
      seen?.sighting ?? { kind: 'unknown' },
      this.#ports.objects,
    );
    const since = seen?.at ?? this.#ports.clock.monotonic();
    this.#observe('confirmed', key, since);
    const { againMs, reverted } = await this.#reverter.settle(entry, confirmation);
    if (reverted) this.#observe('reverted', key, since);
    return againMs === undefined ? { kind: 'done' } : { kind: 'again', afterMs: againMs };
  }
  #observe(stage: DriftStage, key: ObjectKey, since?: number): void {
    const from = since ?? this.#seen.get(key)?.at ?? this.#ports.clock.monotonic();
    this.#ports.observe?.(stage, key, this.#ports.clock.monotonic() - from);
  }
  #forget(repo: RepoKey, key: ObjectKey): void {
    this.#queue.forget(key);
    this.#seen.delete(key);
    this.#episodes.forget(repo, key);
    this.#reverter.forget(key);
  }
}
function isTerminating(object: JsonObject): boolean {
  return at(object, 'metadata', 'deletionTimestamp') !== undefined;
}
function samePaths(told: readonly FieldDrift[], seen: readonly FieldDrift[]): boolean {
  return told.length === seen.length && told.every((one, index) => one.path === seen[index]?.path);
}
