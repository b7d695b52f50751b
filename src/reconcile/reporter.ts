import type { GuardedRepo, GuardedRepoStatus } from '../api/guardedrepo.ts';
import type { Clock } from '../domain/clock.ts';
import { canonicalJson } from '../domain/json.ts';
import type { Json } from '../domain/json.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import type { Stop } from '../domain/stop.ts';
import type { EventNote, ReportPort } from './ports.ts';
import type { Log } from './telemetry.ts';

/** What arrives within this time is told in one status write. */
const COALESCE_MS = 100;

/** Between two writes of one repo's status: a storm of drift is told at this pace. */
const MIN_INTERVAL_MS = 1_000;

/** Pause before a failed status write is tried again. */
const RETRY_MS = 2_000;

/** Different stops remembered per repo between two good passes. */
const MAX_TOLD = 100;

/** Builds the status of a repo as it is now; `undefined` once it is gone. */
export type Summary = (key: RepoKey) => readonly [GuardedRepo, GuardedRepoStatus] | undefined;

/** The world as the reporter sees it. */
export type ReporterPorts = Readonly<{
  report: ReportPort;
  clock: Clock;
  log: Log;
  summary: Summary;
}>;

/**
 * The only writer of status and events. Status is written when it differs from what was written
 * last, one write at a time per repo; a stop is told as an event once, not at every pass.
 */
export class Reporter {
  readonly #ports: ReporterPorts;
  readonly #written = new Map<RepoKey, string>();
  readonly #wroteAt = new Map<RepoKey, number>();
  readonly #told = new Map<RepoKey, Set<string>>();
  readonly #scheduled = new Map<RepoKey, () => void>();
  readonly #running = new Map<RepoKey, Promise<void>>();

  constructor(ports: ReporterPorts) {
    this.#ports = ports;
  }

  /** Brings the status up to date soon: at once after a quiet time, else at a steady pace. */
  schedule(key: RepoKey, atLeastMs: number = COALESCE_MS): void {
    if (this.#scheduled.has(key)) return;
    const since = this.#ports.clock.monotonic() - (this.#wroteAt.get(key) ?? -MIN_INTERVAL_MS);
    const delayMs = Math.max(atLeastMs, MIN_INTERVAL_MS - since);
    const cancel = this.#ports.clock.setTimer(delayMs, () => {
      this.#scheduled.delete(key);
      void this.flush(key);
    });
    this.#scheduled.set(key, cancel);
  }

  /** The stored status is not what was written: writes it again soon. */
  repair(key: RepoKey): void {
    this.#written.delete(key);
    this.schedule(key);
  }

  /** Writes the status now; never rejects. */
  async flush(key: RepoKey): Promise<void> {
    this.#scheduled.get(key)?.();
    this.#scheduled.delete(key);
    const before = this.#running.get(key) ?? Promise.resolve();
    const run = before.then(() => this.#write(key));
    this.#running.set(key, run);
    await run;
    if (this.#running.get(key) === run) this.#running.delete(key);
  }

  /** Tells notes as events, and each different stop once until a pass ends well. */
  async tell(
    repo: GuardedRepo,
    key: RepoKey,
    notes: readonly EventNote[],
    why?: Stop,
  ): Promise<void> {
    const { report } = this.#ports;
    for (const note of notes) await report.event(repo, note);
    if (why === undefined) return void this.#told.set(key, new Set());
    // A rejected head keeps its name while the server comes and goes, so it is told once.
    const told = this.#told.get(key) ?? toldBefore(repo, why);
    const name = nameOf(why);
    if (told.has(name)) return;
    this.#told.set(key, told.size < MAX_TOLD ? told.add(name) : new Set([name]));
    await report.event(repo, { type: 'Warning', reason: why.reason, message: why.message });
  }

  /** Forgets a repo that is gone. */
  forget(key: RepoKey): void {
    this.#scheduled.get(key)?.();
    this.#scheduled.delete(key);
    this.#written.delete(key);
    this.#wroteAt.delete(key);
    this.#told.delete(key);
  }

  /** Waits for writes under way and drops what is only planned. */
  async stop(): Promise<void> {
    for (const cancel of this.#scheduled.values()) cancel();
    this.#scheduled.clear();
    await Promise.all(this.#running.values());
  }

  async #write(key: RepoKey): Promise<void> {
    const summary = this.#ports.summary(key);
    if (summary === undefined) return;
    const [repo, status] = summary;
    const text = canonicalJson(toJson(status));
    if (this.#written.get(key) === text) return;
    this.#wroteAt.set(key, this.#ports.clock.monotonic());
    const done = await this.#ports.report.status(repo, status);
    if (done.ok) {
      this.#written.set(key, text);
      return;
    }
    const { reason, message } = done.stop;
    this.#ports.log.warn('status not written', { repo: key, reason, message });
    this.schedule(key, RETRY_MS);
  }
}

function nameOf({ reason, oid, message }: Stop): string {
  return `${reason} ${oid ?? message}`;
}

/** After a restart: an event comes before its status, so what `Ready` says was told already. */
function toldBefore({ status }: GuardedRepo, why: Stop): Set<string> {
  const ready = status?.conditions.find(({ type }) => type === 'Ready');
  const isSame = ready?.reason === why.reason && ready.message === why.message;
  return new Set(isSame ? [nameOf(why)] : []);
}

function toJson(status: GuardedRepoStatus): Json {
  // A status is plain data; the round trip only drops what `undefined` would be.
  return JSON.parse(JSON.stringify(status)) as Json;
}
