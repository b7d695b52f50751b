import type { JsonObject } from '../domain/json.ts';
import { objectKey } from '../domain/object-ref.ts';
import type { ObjectKey } from '../domain/object-ref.ts';
import { createQueue } from '../domain/queue.ts';
import type { Next, WorkQueue } from '../domain/queue.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import { ok } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import type { Stop } from '../domain/stop.ts';
import type { Baseline } from '../drift/baseline.ts';
import { compareLive } from '../drift/compare.ts';
import type { DriftRecord } from '../drift/record.ts';
import { confirm, isTerminating } from './confirm.ts';
import type { Sighting } from './confirm.ts';
import type { Entry } from './entry.ts';
import { Episodes, sameFields } from './episodes.ts';
import type { DriftStage, Guard, GuardPorts, Staged } from './guard.ts';
import { DesiredIndex } from './index.ts';
import { KeyedLock } from './lock.ts';
import { Reverter } from './revert.ts';
import { inParallel, isKept, kept, rollOut, unguarded } from './rollout.ts';
import type { RolloutOptions, RolloutOutcome } from './rollout.ts';
import { Sighted } from './sighted.ts';
import { isOlder, versionOf } from './version.ts';
import { WatchSet } from './watch.ts';

/** Candidates confirmed at the same time. */
const WORKERS = 16;

/** The guard: index, watches, queue and reverter tied together. Work on one object never overlaps. */
export class ObjectLine implements Guard {
  readonly #ports: GuardPorts;
  readonly #index = new DesiredIndex();
  readonly #lock = new KeyedLock<ObjectKey>();
  readonly #sighted = new Sighted();
  /** Repos whose objects were compared and not yet seen: listed afresh at the next commit. */
  readonly #unseen = new Set<RepoKey>();
  readonly #episodes: Episodes;
  readonly #reverter: Reverter;
  readonly #watches: WatchSet;
  readonly #queue: WorkQueue<ObjectKey>;

  constructor(ports: GuardPorts) {
    const { kinds, watches, clock, random, sink } = ports;
    this.#ports = ports;
    this.#episodes = new Episodes(sink);
    this.#reverter = new Reverter({ ...ports, index: this.#index, episodes: this.#episodes });
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
    const keyed = entries.map((entry) => ({ ...entry, key: objectKey(entry.manifest.ref) }));
    return this.#index.stage(repo, keyed);
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
    const again = this.#unseen.delete(repo) || afresh;
    await this.#watches.follow(repo, this.entries(repo), again);
  }

  drop(repo: RepoKey): void {
    this.#watches.drop(repo);
    this.#unseen.delete(repo);
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
    if (!this.#index.isStaged(entry)) return unguarded(entry);
    const done = await rollOut(entry, method, this.#ports);
    const told = { key: entry.key, target: entry.target.name };
    if (!done.ok) return { ...told, outcome: done };
    const { baseline, mutated, written } = done.value;
    this.#index.record(entry, baseline);
    if (!written && this.#index.isStaged(entry)) this.#unseen.add(entry.repo);
    const confirmation = { kind: 'mutated', fields: mutated, live: {}, baseline } as const;
    const { againMs } =
      mutated.length === 0
        ? this.#reverter.calm(entry)
        : await this.#reverter.settle(entry, confirmation);
    if (againMs !== undefined) this.#queue.addAfter(entry.key, againMs);
    this.#replay(entry.key);
    return { ...told, outcome: ok(written ? 'applied' : 'compared') };
  }

  #upsert(key: ObjectKey, object: JsonObject): void {
    const entry = this.#index.find(key);
    if (entry === undefined) return;
    // Without a baseline there is nothing to compare with yet: that it was seen is enough to know.
    if (entry.baseline === undefined) this.#park(key, { kind: 'unknown' });
    else if (this.#lock.isHeld(key)) this.#park(key, { kind: 'live', object });
    else this.#evaluate(entry, entry.baseline, object);
  }

  #evaluate(entry: Entry, baseline: Baseline, object: JsonObject): void {
    const fields = compareLive(baseline, object);
    const open = this.#episodes.open(entry.repo, entry.key);
    // Older than what was answered to us: right or wrong, it says nothing about now.
    const old = isOlder(versionOf(object), baseline.resourceVersion);
    const sighting: Sighting = old ? { kind: 'unknown' } : { kind: 'live', object };
    if (fields.length > 0 || isTerminating(object)) {
      const isTold = open?.outcome === 'DriftReported' && open.kind === 'fields';
      if (isTold && sameFields(open.fields, fields)) return;
      this.#suspect(entry.key, sighting);
    } else if (this.#sighted.has(entry.key) || (open !== undefined && baseline.faithful)) {
      this.#suspect(entry.key, sighting);
    }
  }

  #replay(key: ObjectKey): void {
    const entry = this.#index.find(key);
    if (entry?.baseline === undefined) return;
    const seen = this.#sighted.take(key);
    if (seen === undefined) return;
    if (seen.sighting.kind === 'live') this.#evaluate(entry, entry.baseline, seen.sighting.object);
    else this.#suspect(key, seen.sighting);
  }

  #suspect(key: ObjectKey, sighting: Sighting): void {
    const entry = this.#index.find(key);
    if (entry === undefined) return;
    this.#park(key, sighting);
    if (entry.baseline === undefined) return;
    this.#observe('candidate', key, this.#sighted.since(key));
    this.#queue.add(key);
  }

  #park(key: ObjectKey, sighting: Sighting): void {
    this.#sighted.park(key, sighting, this.#ports.clock.monotonic());
  }

  async #work(key: ObjectKey): Promise<Next> {
    const entry = this.#index.find(key);
    const seen = this.#sighted.take(key);
    if (entry === undefined) return { kind: 'done' };
    // What a fight changes meanwhile is looked at when the pause is over, once.
    const pauseMs = this.#reverter.pauseLeftMs(entry);
    if (pauseMs > 0) return { kind: 'again', afterMs: pauseMs };
    const confirmation = await confirm(entry, seen?.sighting ?? { kind: 'unknown' }, this.#ports);
    if (!this.#index.isGuarded(entry)) {
      const other = this.#index.find(key);
      return other === undefined ? { kind: 'done' } : { kind: 'again', afterMs: 0 };
    }
    this.#observe('confirmed', key, seen?.at);
    const { againMs, reverted } = await this.#reverter.settle(entry, confirmation);
    if (reverted) this.#observe('reverted', key, seen?.at);
    return againMs === undefined ? { kind: 'done' } : { kind: 'again', afterMs: againMs };
  }

  #observe(stage: DriftStage, key: ObjectKey, since: number | undefined): void {
    const now = this.#ports.clock.monotonic();
    this.#ports.observe?.(stage, key, now - (since ?? now));
  }

  #forget(repo: RepoKey, key: ObjectKey): void {
    this.#queue.forget(key);
    this.#sighted.take(key);
    this.#episodes.forget(repo, key);
    this.#reverter.forget(key);
  }
}
