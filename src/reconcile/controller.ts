import { parseDuration } from '../api/duration.ts';
import type { GuardedRepo, GuardedRepoStatus } from '../api/guardedrepo.ts';
import { REQUESTED_AT } from '../api/meta.ts';
import { placeOfBug } from '../domain/bug.ts';
import { createQueue } from '../domain/queue.ts';
import type { Next, WorkQueue } from '../domain/queue.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import type { Stop } from '../domain/stop.ts';
import type { DriftRecord } from '../drift/record.ts';
import { driftText } from '../drift/text.ts';
import { ProcessMemory } from './gather/scan-memory.ts';
import { freshMemory } from './line.ts';
import type { LineEnd, LinePorts, RepoMemory } from './line.ts';
import { continueLine, runLine } from './pipeline.ts';
import type { EventNote, ReportPort } from './ports.ts';
import { Reporter } from './reporter.ts';
import { retire } from './retire.ts';
import { summarize } from './summarize.ts';
import { leakFactsOf } from './summarize-leaks.ts';
import { weakening } from './weakening.ts';

/** Pause when the spec's interval cannot be read; the CRD's default. */
const DEFAULT_INTERVAL_MS = 60_000;

/** First pause after a stop that asks for another try. */
const MIN_RETRY_MS = 1_000;

/** Pause of a line that waits for something that somebody must create. */
const WAIT_MS = 5_000;

/** Pause before more of a history is scanned: other work of the process gets its turn. */
const GO_ON_MS = 100;

/** What the controller is made of. */
export type ControllerPorts = LinePorts &
  Readonly<{
    report: ReportPort;
    /** Uniform in [0, 1): spreads retries. */
    random: () => number;
    concurrency: number;
  }>;

type Held = {
  memory: RepoMemory;
  end: LineEnd;
  /** What the last whole pass was about; status speaks of nothing newer. */
  judged?: GuardedRepo;
  /** The spec of the last pass, to tell what was weakened since. */
  before: GuardedRepo['spec'];
  /** Before this moment, on the monotonic clock, more of a history is scanned without a look at the source. */
  lookAt: number;
  /** What of the object asks for a pass; its status does not. */
  trigger: string;
};

/** Runs the repo line for every GuardedRepo: on change, at its interval, and after a stop. */
export class Controller {
  readonly #ports: ControllerPorts;
  readonly #held = new Map<RepoKey, Held>();
  readonly #queue: WorkQueue<RepoKey>;
  readonly #reporter: Reporter;
  readonly #abort = new AbortController();
  /** One for all repos: it is bounded, and the process is. */
  readonly #scans = new ProcessMemory();
  /** Known at start, without a pass so far. */
  readonly #unseen = new Set<RepoKey>();
  #started = false;

  constructor(ports: ControllerPorts) {
    this.#ports = ports;
    const { clock, random, concurrency, report, log } = ports;
    this.#reporter = new Reporter({ report, clock, log, summary: (key) => this.#summary(key) });
    this.#queue = createQueue<RepoKey>({
      clock,
      random,
      workers: concurrency,
      work: (key) => this.#run(key).finally(() => this.#unseen.delete(key)),
      hooks: {
        failed: (key, error) =>
          log.error('the line broke', {
            repo: key,
            error: placeOfBug(error),
          }),
      },
    });
  }

  /** This replica leads: every known repo gets its first pass. */
  start(): void {
    this.#started = true;
    for (const key of this.#ports.cluster.repos()) {
      this.#unseen.add(key);
      this.#queue.add(key);
    }
  }

  /** Why guarded objects are not all in the index yet; `undefined` once every known repo had a pass. */
  notReady(): string | undefined {
    if (!this.#started) return 'not started';
    return this.#unseen.size === 0 ? undefined : `${this.#unseen.size} GuardedRepos not loaded yet`;
  }

  /** Something of this repo changed; gitward's own status writes ask for no pass. */
  wake(key: RepoKey): void {
    if (!this.#started) return;
    const found = this.#ports.cluster.repo(key);
    const held = this.#held.get(key);
    if (held === undefined || found?.ok !== true || held.trigger !== triggerOf(found.value)) {
      if (held !== undefined) held.lookAt = 0;
      this.#queue.add(key);
    } else if (found.value.status?.anchor?.oid !== held.memory.stored?.entry.anchor.oid) {
      // Status repeats the ledger: what somebody else made of it is written over.
      this.#reporter.repair(key);
    }
  }

  /** Trust changed: every repo is judged again. */
  wakeAll(): void {
    for (const [key, held] of this.#held) {
      held.lookAt = 0;
      this.#queue.add(key);
    }
  }

  /** Drift of a guarded object opened, closed or changed its outcome. */
  drifted(key: RepoKey, record: DriftRecord): void {
    const { cluster, log, meter } = this.#ports;
    const text = driftText(record);
    meter.drift(record.outcome);
    log.info('drift', { repo: key, outcome: record.outcome, drift: text, open: record.open });
    const repo = cluster.repo(key);
    if (repo?.ok === true) {
      const type = record.outcome === 'Succeeded' ? 'Normal' : 'Warning';
      void this.#ports.report.event(repo.value, { type, reason: record.outcome, message: text });
    }
    this.#reporter.schedule(key);
  }

  /** What can be seen of the guarded objects changed. */
  watchChanged(key: RepoKey): void {
    this.#reporter.schedule(key);
  }

  /** Ends the passes under way and the last status writes; nothing new starts. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#queue.stop();
    await this.#reporter.stop();
  }

  async #run(key: RepoKey): Promise<Next> {
    const { cluster, guard, clock, meter, log } = this.#ports;
    const found = cluster.repo(key);
    if (found === undefined) {
      guard.drop(key);
      this.#held.delete(key);
      this.#reporter.forget(key);
      return { kind: 'done' };
    }
    if (!found.ok) {
      log.warn('unreadable GuardedRepo', { repo: key, message: found.stop.message });
      return { kind: 'again', afterMs: DEFAULT_INTERVAL_MS };
    }
    const repo = found.value;
    const began = clock.monotonic();
    const held = this.#hold(key, repo);
    const weakened = weakening(held.before, repo);
    held.before = repo.spec;
    held.trigger = triggerOf(repo);
    const last = held.end.stop;
    held.end = await this.#pass(repo, key, held);
    held.judged = repo;
    const { stop: why, notes } = held.end;
    meter.reconciled(why?.kind ?? 'success', (clock.monotonic() - began) / 1000);
    this.#log(key, sameStop(last, why) ? undefined : why, notes);
    meter.guarded(this.#guarded());
    await this.#reporter.tell(repo, key, [...weakened, ...notes], why);
    await this.#reporter.flush(key);
    return this.#next(repo, held);
  }

  #guarded(): number {
    const keys = [...this.#held.keys()];
    return keys.reduce((sum, key) => sum + this.#ports.guard.entries(key).length, 0);
  }

  #hold(key: RepoKey, repo: GuardedRepo): Held {
    const known = this.#held.get(key);
    if (known !== undefined) return known;
    // After a restart the condition tells whether the suspension was told already.
    const told = repo.status?.conditions.some((condition) => condition.reason === 'Suspended');
    const before = { ...repo.spec, suspend: repo.spec.suspend && told === true };
    const held: Held = {
      memory: freshMemory(this.#scans),
      end: { notes: [] },
      before,
      trigger: '',
      lookAt: 0,
    };
    this.#held.set(key, held);
    return held;
  }

  async #pass(repo: GuardedRepo, key: RepoKey, held: Held): Promise<LineEnd> {
    const { cluster, guard, clock } = this.#ports;
    const { memory } = held;
    const ground = { repo, memory, ports: this.#ports };
    if (repo.metadata.deletionTimestamp !== undefined) return retire(ground);
    const kept = await cluster.finalizer(repo, true);
    if (!kept.ok) return { stop: kept.stop, notes: [] };
    if (repo.spec.suspend) {
      guard.drop(key);
      memory.loaded = undefined;
      return { notes: [] };
    }
    const { signal } = this.#abort;
    const { stop: why, isUnfinished } = held.end;
    const isSettled = why === undefined || why.kind === 'stalled';
    if (isSettled && isUnfinished === true && clock.monotonic() < held.lookAt) {
      return continueLine(ground, signal, held.end);
    }
    held.lookAt = clock.monotonic() + intervalOf(repo);
    return runLine(ground, signal);
  }

  #log(key: RepoKey, why: Stop | undefined, notes: readonly EventNote[]): void {
    const { log } = this.#ports;
    for (const { reason, message } of notes) log.info(message, { repo: key, reason });
    if (why !== undefined) {
      log.warn(why.message, { repo: key, reason: why.reason, kind: why.kind, oid: why.oid });
    }
  }

  #next(repo: GuardedRepo, { end }: Held): Next {
    const why = end.stop;
    if (repo.metadata.deletionTimestamp !== undefined && why === undefined) return { kind: 'done' };
    const interval = intervalOf(repo);
    switch (why?.kind) {
      case 'retry':
        return { kind: 'retry', atLeastMs: Math.max(MIN_RETRY_MS, why.retryAfterMs ?? 0) };
      case 'waiting':
        return { kind: 'again', afterMs: Math.min(WAIT_MS, interval) };
      case 'stalled':
      case undefined:
        return { kind: 'again', afterMs: end.isUnfinished === true ? GO_ON_MS : interval };
    }
  }

  #summary(key: RepoKey): readonly [GuardedRepo, GuardedRepoStatus] | undefined {
    const { cluster, guard, clock } = this.#ports;
    const repo = cluster.repo(key);
    const held = this.#held.get(key);
    // Before the first pass ended nothing is decided: what status says from before the start stands.
    if (repo?.ok !== true || held?.judged === undefined) return undefined;
    const guarded = new Map<string, string[]>();
    for (const { target, key: object } of guard.entries(key)) {
      guarded.set(target.name, [...(guarded.get(target.name) ?? []), object]);
    }
    const facts = {
      now: clock.now(),
      stop: held.end.stop,
      head: held.memory.head,
      anchor: held.memory.stored?.entry.anchor,
      standing: held.memory.stored?.entry.standing,
      applied: held.memory.applied,
      guarded,
      drifts: guard.drifts(key),
      blind: guard.watchHealth(key),
      leaks: leakFactsOf(held.memory),
    };
    const { status, ...rest } = repo.value;
    const judged = { ...rest, metadata: held.judged.metadata, spec: held.judged.spec };
    return [repo.value, summarize(status === undefined ? judged : { ...judged, status }, facts)];
  }
}

function intervalOf({ spec }: GuardedRepo): number {
  return parseDuration(spec.interval) ?? DEFAULT_INTERVAL_MS;
}

/** What of a GuardedRepo asks for a pass when it changes. */
function triggerOf({ metadata }: GuardedRepo): string {
  const { uid, generation, deletionTimestamp, annotations } = metadata;
  return JSON.stringify([uid, generation, deletionTimestamp, annotations?.[REQUESTED_AT]]);
}

function sameStop(a: Stop | undefined, b: Stop | undefined): boolean {
  return a?.reason === b?.reason && a?.message === b?.message;
}
