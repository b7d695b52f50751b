import { parseCommit } from '../../commit/parse.ts';
import type { ParsedCommit } from '../../commit/parse.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { LocatedLeak } from '../../policy/evidence.ts';
import { NO_IGNORES, isIgnored } from '../../secrets/index.ts';
import type { ScannedCommit } from '../ports.ts';
import { gatherLeaks } from './leaks.ts';
import type { ScanGround } from './scan-jobs.ts';
import type { GatheredPlan } from './scan-plan.ts';

/** What a history is scanned with, in one pass. */
export type HistoryGround = ScanGround & Readonly<{ clock: Clock; budgetMs: number }>;

/** Most commits of one history; what is behind them is not covered. */
const MAX_COMMITS = 1_000_000;

/** Most different leaks kept; the ledger shows a tenth. */
const MAX_LEAKS = 1_000;

/** Commits looked at before the clock is asked again: so many that it takes about this long. */
const FIRST_BATCH = 8;
const MAX_BATCH = 256;
const BATCH_MS = 200;

/**
 * Scans everything that a commit reaches over all parents, in steps that go on where the last one ended.
 * What is known from before is not scanned again. Commits that are missing, malformed or hold something
 * that could not be scanned leave the history not covered.
 */
export class HistoryScan {
  /** Names the plan and what is ignored under it. */
  readonly digest: string;
  readonly tip: ParsedCommit;
  readonly how: GatheredPlan;
  /** Different leaks that are not ignored, each by its fingerprint. */
  readonly leaks = new Map<string, LocatedLeak>();
  /** Commits looked at. */
  commits = 0;
  isCovered: boolean;
  /** The first leaks of it were told. */
  isTold = false;
  readonly #known: ReadonlyMap<Oid, readonly LocatedLeak[]>;
  readonly #seen: Set<Oid>;
  #next: Oid[];
  #batch = FIRST_BATCH;

  constructor(
    digest: string,
    tip: ParsedCommit,
    how: GatheredPlan,
    known: readonly ScannedCommit[],
  ) {
    this.digest = digest;
    this.tip = tip;
    this.how = how;
    // Without the team's rules it would not be known what was missed.
    this.isCovered = how.broken.length === 0;
    this.#known = new Map(known.map(({ oid, leaks }) => [oid, leaks]));
    this.#seen = new Set([tip.oid]);
    this.#next = [tip.oid];
  }

  get isDone(): boolean {
    return this.#next.length === 0;
  }

  /** Goes on for about the budget, at least one batch; answers what was scanned and not known before. */
  async step(ground: HistoryGround): Promise<Result<readonly ScannedCommit[]>> {
    const { clock, budgetMs, signal } = ground;
    const began = clock.monotonic();
    const fresh: ScannedCommit[] = [];
    while (!this.isDone) {
      if (signal?.aborted === true) break;
      const at = clock.monotonic();
      const done = await this.#one(ground, fresh);
      if (!done.ok) return fresh.length > 0 ? ok(fresh) : done;
      const took = clock.monotonic() - at;
      const next = took > BATCH_MS ? this.#batch / 2 : this.#batch * 2;
      this.#batch = Math.min(MAX_BATCH, Math.max(1, Math.floor(next)));
      if (clock.monotonic() - began >= budgetMs) break;
    }
    return ok(fresh);
  }

  async #one(ground: HistoryGround, fresh: ScannedCommit[]): Promise<Result<void>> {
    const oids = this.#next.slice(0, this.#batch);
    const read = await this.#read(oids, ground);
    if (!read.ok) return read;
    const unknown = read.value.filter(({ oid }) => !this.#known.has(oid));
    const scanned = await this.#scan(unknown, ground);
    if (!scanned.ok) return scanned;
    fresh.push(...scanned.value);
    this.#next.splice(0, oids.length);
    this.commits += read.value.length;
    const known = read.value.flatMap(({ oid }) => this.#known.get(oid) ?? []);
    for (const leak of [...known, ...scanned.value.flatMap(({ leaks }) => leaks)]) this.#note(leak);
    for (const { parents } of read.value) this.#follow(parents);
    return ok(undefined);
  }

  async #read(
    oids: readonly Oid[],
    { objects }: HistoryGround,
  ): Promise<Result<readonly ParsedCommit[]>> {
    const found = await objects.readMany(oids);
    if (!found.ok) return found;
    const commits = oids.flatMap((oid) => {
      const raw = found.value.get(oid);
      const parsed = raw === undefined ? undefined : parseCommit({ ...raw, oid });
      return parsed?.ok === true ? [parsed.value] : [];
    });
    if (commits.length < oids.length) this.isCovered = false;
    return ok(commits);
  }

  async #scan(
    commits: readonly ParsedCommit[],
    ground: HistoryGround,
  ): Promise<Result<readonly ScannedCommit[]>> {
    if (commits.length === 0) return ok([]);
    const how = { ...this.how, ignores: NO_IGNORES, broken: [] };
    const done = await gatherLeaks(commits, how, { ...ground, tipTree: 'none' });
    if (!done.ok) return this.#scanEach(commits, ground, done);
    const { leaks, gaps } = done.value;
    const open = new Set(gaps.map(({ commit }) => commit));
    if (open.size > 0) this.isCovered = false;
    const scanned = commits.map(({ oid }) => {
      return { oid, leaks: leaks.filter(({ commit }) => commit === oid) };
    });
    for (const { oid, leaks: found } of scanned) {
      // Told, but tried again another time.
      if (open.has(oid)) for (const leak of found) this.#note(leak);
    }
    return ok(scanned.filter(({ oid }) => !open.has(oid)));
  }

  /** One commit that cannot be looked at must not hide the others. */
  async #scanEach(
    commits: readonly ParsedCommit[],
    ground: HistoryGround,
    failed: Extract<Result<never>, { ok: false }>,
  ): Promise<Result<readonly ScannedCommit[]>> {
    if (failed.stop.kind !== 'stalled') return failed;
    if (commits.length === 1) {
      this.isCovered = false;
      return ok([]);
    }
    const scanned: ScannedCommit[] = [];
    for (const commit of commits) {
      const one = await this.#scan([commit], ground);
      if (!one.ok) return one;
      scanned.push(...one.value);
    }
    return ok(scanned);
  }

  #note(leak: LocatedLeak): void {
    const { finding, commit } = leak;
    if (isIgnored(finding, commit, this.how.ignores)) return;
    if (this.leaks.size < MAX_LEAKS) this.leaks.set(finding.fingerprint, leak);
  }

  #follow(parents: readonly Oid[]): void {
    for (const parent of parents) {
      if (this.#seen.has(parent)) continue;
      if (this.#seen.size >= MAX_COMMITS) {
        this.isCovered = false;
        return;
      }
      this.#seen.add(parent);
      this.#next.push(parent);
    }
  }
}
