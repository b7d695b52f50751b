import type { Oid } from '../domain/oid.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import type { ReadObject } from './history.ts';
import { readTree } from './read-tree.ts';
import type { TreeEntry } from './tree.ts';

/** A path that differs between two trees; `before` or `after` is absent where nothing stood there. */
export type ChangedPath = Readonly<{ path: string; before?: Oid; after?: Oid }>;

/** Bounds on one comparison; over any of them it stops as `RepositoryTooLarge`. */
export type ChangeLimits = Readonly<{
  /** Directories inside one another. */
  maxDepth: number;
  /** Trees read, both sides together. */
  maxTrees: number;
  /** Entries of all trees read. */
  maxEntries: number;
  /** Paths that differ. */
  maxPaths: number;
}>;

/** What the operator uses unless told otherwise. */
export const DEFAULT_CHANGE_LIMITS: ChangeLimits = {
  maxDepth: 64,
  maxTrees: 100_000,
  maxEntries: 2_000_000,
  maxPaths: 100_000,
};

/** Two directories of one path, at least one of them there. */
type Pair = Readonly<{
  prefix: string;
  depth: number;
  before: Oid | undefined;
  after: Oid | undefined;
}>;

/**
 * Lists every file, symlink and gitlink that differs between two root trees, in content or mode,
 * sorted by path; without `before` that is all of them. Renames count on both sides. Only what
 * differs is read, and every tree is re-hashed. A missing tree stops as `HistoryIncomplete`.
 */
export function changedPaths(
  before: Oid | undefined,
  after: Oid,
  read: ReadObject,
  limits: ChangeLimits = DEFAULT_CHANGE_LIMITS,
): Promise<Result<readonly ChangedPath[]>> {
  return new Comparison(read, limits).run({ prefix: '', depth: 1, before, after });
}

class Comparison {
  readonly #read: ReadObject;
  readonly #limits: ChangeLimits;
  readonly #open: Pair[] = [];
  readonly #paths: ChangedPath[] = [];
  #trees = 0;
  #entries = 0;

  constructor(read: ReadObject, limits: ChangeLimits) {
    this.#read = read;
    this.#limits = limits;
  }

  async run(roots: Pair): Promise<Result<readonly ChangedPath[]>> {
    if (roots.before !== roots.after) this.#open.push(roots);
    for (let pair = this.#open.pop(); pair !== undefined; pair = this.#open.pop()) {
      const compared = await this.#comparePair(pair);
      if (!compared.ok) return compared;
      const over = this.#exceeded(pair);
      if (over !== undefined) {
        const message = `more than ${over} differ between two commits; split the change`;
        return stopped(stop('RepositoryTooLarge', message));
      }
    }
    return ok(this.#paths.toSorted((a, b) => (a.path < b.path ? -1 : 1)));
  }

  async #comparePair({ prefix, depth, before, after }: Pair): Promise<Result<void>> {
    const old = await this.#entriesOf(before);
    if (!old.ok) return old;
    const young = await this.#entriesOf(after);
    if (!young.ok) return young;
    for (const name of new Set([...old.value.keys(), ...young.value.keys()])) {
      const path = `${prefix}${name}`;
      this.#compareEntry({ path, depth }, old.value.get(name), young.value.get(name));
    }
    return ok(undefined);
  }

  #compareEntry(
    { path, depth }: Readonly<{ path: string; depth: number }>,
    old: TreeEntry | undefined,
    young: TreeEntry | undefined,
  ): void {
    if (old?.oid === young?.oid && old?.mode === young?.mode) return;
    const before = treeOf(old);
    const after = treeOf(young);
    if (before !== undefined || after !== undefined) {
      this.#open.push({ prefix: `${path}/`, depth: depth + 1, before, after });
    }
    const gone = leafOf(old);
    const come = leafOf(young);
    if (gone === undefined && come === undefined) return;
    this.#paths.push({
      path,
      ...(gone === undefined ? {} : { before: gone }),
      ...(come === undefined ? {} : { after: come }),
    });
  }

  async #entriesOf(tree: Oid | undefined): Promise<Result<ReadonlyMap<string, TreeEntry>>> {
    if (tree === undefined) return ok(new Map());
    const entries = await readTree(tree, this.#read);
    if (!entries.ok) return entries;
    this.#trees += 1;
    this.#entries += entries.value.length;
    return ok(new Map(entries.value.map((entry) => [entry.name, entry])));
  }

  /** The limit that is exceeded, for people. */
  #exceeded({ depth }: Pair): string | undefined {
    const { maxDepth, maxTrees, maxEntries, maxPaths } = this.#limits;
    if (depth > maxDepth) return `${maxDepth} directories inside one another`;
    if (this.#trees > maxTrees) return `${maxTrees} directories`;
    if (this.#entries > maxEntries) return `${maxEntries} entries of directories`;
    return this.#paths.length > maxPaths ? `${maxPaths} paths` : undefined;
  }
}

function treeOf(entry: TreeEntry | undefined): Oid | undefined {
  return entry?.mode === 'tree' ? entry.oid : undefined;
}

function leafOf(entry: TreeEntry | undefined): Oid | undefined {
  return entry?.mode === 'tree' ? undefined : entry?.oid;
}
