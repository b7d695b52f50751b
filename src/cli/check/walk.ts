import type { HistoryEnd } from '../../commit/history.ts';
import { parseCommit } from '../../commit/parse.ts';
import type { ParsedCommit } from '../../commit/parse.ts';
import type { RawObject } from '../../domain/git-object.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { ObjectReader } from '../../reconcile/ports.ts';

/** A commit just read: parsed, and the bytes it was parsed from. */
export type ReadCommit = Readonly<{ commit: ParsedCommit; raw: RawObject }>;

/** Ends of a walk that speak against the history, each where it was met. */
export type BadEnd = Exclude<HistoryEnd, Readonly<{ kind: 'base' | 'root' }>>;

/** What a walk came to. `hasMet` says that it reached the base. */
export type WalkEnd = Readonly<{ bad: readonly BadEnd[]; hasMet: boolean; count: number }>;

/** Where a walk stops: behind these commits nothing is looked at. */
export type WalkBounds = Readonly<{
  base: Oid | undefined;
  /** Most commits read. */
  limit: number;
  /** Told the commits of each batch; resolves when there is room for the next. A stop ends the walk. */
  visit: (batch: readonly ReadCommit[]) => Promise<Result<void>>;
}>;

/** Commits asked for at once. */
const BATCH_COMMITS = 256;

/**
 * Walks all parents from `tip`, each commit once, re-hashed and parsed by the strict grammar. What is
 * missing or malformed ends its own branch of the walk only, and a merge none: an audit tells them all.
 * The commits between are those that `base` does not reach.
 */
export async function walkAll(
  tip: Oid,
  objects: ObjectReader,
  bounds: WalkBounds,
): Promise<Result<WalkEnd>> {
  return new Walk(objects, bounds).run(tip);
}

/** All that `tip` reaches, itself included; bad ends are where it ends. */
export async function ancestorsOf(
  tip: Oid,
  objects: ObjectReader,
  limit: number,
): Promise<Result<ReadonlySet<Oid>>> {
  const seen = new Set<Oid>();
  const visit = async (batch: readonly ReadCommit[]): Promise<Result<void>> => {
    for (const { commit } of batch) seen.add(commit.oid);
    return ok(undefined);
  };
  const walked = await walkAll(tip, objects, { base: undefined, limit, visit });
  return walked.ok ? ok(seen) : walked;
}

class Walk {
  readonly #objects: ObjectReader;
  readonly #bounds: WalkBounds;
  readonly #seen = new Set<Oid>();
  readonly #bad: BadEnd[] = [];
  #next: Oid[] = [];
  #count = 0;
  #hasMet = false;
  /** What the base reaches; asked for at the first merge, for a straight line ends at the base itself. */
  #old: ReadonlySet<Oid> | undefined;

  constructor(objects: ObjectReader, bounds: WalkBounds) {
    this.#objects = objects;
    this.#bounds = bounds;
  }

  async run(tip: Oid): Promise<Result<WalkEnd>> {
    this.#push(tip);
    const { limit, visit } = this.#bounds;
    while (this.#next.length > 0) {
      if (this.#count >= limit) {
        this.#bad.push({ kind: 'limit', count: limit });
        break;
      }
      const batch = this.#next.splice(0, Math.min(BATCH_COMMITS, limit - this.#count));
      const read = await this.#read(batch);
      if (!read.ok) return read;
      const visited = await visit(read.value);
      if (!visited.ok) return visited;
    }
    return ok({ bad: this.#bad, hasMet: this.#hasMet, count: this.#count });
  }

  async #read(batch: readonly Oid[]): Promise<Result<readonly ReadCommit[]>> {
    const found = await this.#objects.readMany(batch);
    if (!found.ok) return found;
    const commits: ReadCommit[] = [];
    for (const oid of batch) {
      this.#count += 1;
      const raw = found.value.get(oid);
      // The answer is judged under the name that was asked for, not the one it claims.
      const parsed = raw === undefined ? undefined : parseCommit({ ...raw, oid });
      if (raw === undefined || parsed === undefined) this.#bad.push({ kind: 'missing', oid });
      else if (!parsed.ok) this.#bad.push({ kind: 'malformed', stop: parsed.stop });
      else commits.push({ commit: parsed.value, raw });
    }
    const followed = await this.#follow(commits);
    return followed.ok ? ok(commits) : followed;
  }

  async #follow(commits: readonly ReadCommit[]): Promise<Result<void>> {
    for (const { commit } of commits) {
      const { oid, parents } = commit;
      if (parents.length > 1) {
        this.#bad.push({ kind: 'merge', oid, parents });
        const old = await this.#reach();
        if (!old.ok) return old;
      }
      for (const parent of parents) this.#push(parent);
    }
    return ok(undefined);
  }

  async #reach(): Promise<Result<void>> {
    const { base, limit } = this.#bounds;
    if (base === undefined || this.#old !== undefined) return ok(undefined);
    const old = await ancestorsOf(base, this.#objects, limit);
    if (!old.ok) return old;
    this.#old = old.value;
    return ok(undefined);
  }

  #push(oid: Oid): void {
    if (oid === this.#bounds.base) this.#hasMet = true;
    if (oid === this.#bounds.base || this.#seen.has(oid) || this.#old?.has(oid)) return;
    this.#seen.add(oid);
    this.#next.push(oid);
  }
}
