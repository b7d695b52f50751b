import type { RawObject } from '../domain/git-object.ts';
import type { Oid } from '../domain/oid.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import { DEFAULT_CHANGE_LIMITS } from './changes.ts';
import type { ChangeLimits } from './changes.ts';
import { parseTree } from './tree.ts';
import type { TreeEntry } from './tree.ts';

/** Reads many objects; what the store does not have is missing from the answer. */
export type ReadObjects = (oids: readonly Oid[]) => Promise<Result<ReadonlyMap<Oid, RawObject>>>;

/** A file or symlink whose content none of the parents has at this path. */
export type Addition = Readonly<{
  path: string;
  oid: Oid;
  /** Blobs that parents have here instead, each once; none where the path is new. */
  before: readonly Oid[];
}>;

/** Trees asked for at once. */
const BATCH_TREES = 256;

type Directory = Readonly<{ prefix: string; depth: number; tree: Oid; parents: readonly Oid[] }>;

type Entries = ReadonlyMap<string, TreeEntry>;

/**
 * Lists what a tree adds over *all* of its parents' trees at once, sorted by path; without parents that
 * is every file. A merge so shows what it brings itself, and nothing that one of its parents had. Only
 * directories that differ from every parent's are read, each re-hashed. Gitlinks are no content and left
 * out. A missing tree stops as `HistoryIncomplete`, too much as `RepositoryTooLarge`.
 */
export function additions(
  parents: readonly Oid[],
  tree: Oid,
  read: ReadObjects,
  limits: ChangeLimits = DEFAULT_CHANGE_LIMITS,
): Promise<Result<readonly Addition[]>> {
  return new Walk(read, limits).run({ prefix: '', depth: 1, tree, parents });
}

class Walk {
  readonly #read: ReadObjects;
  readonly #limits: ChangeLimits;
  readonly #found: Addition[] = [];
  #trees = 0;
  #entries = 0;

  constructor(read: ReadObjects, limits: ChangeLimits) {
    this.#read = read;
    this.#limits = limits;
  }

  async run(root: Directory): Promise<Result<readonly Addition[]>> {
    let level = root.parents.includes(root.tree) ? [] : [root];
    while (level.length > 0) {
      const over = this.#exceeded(level);
      if (over !== undefined) {
        const message = `a commit adds or changes more than ${over}; split it`;
        return stopped(stop('RepositoryTooLarge', message));
      }
      const trees = await this.#readTrees(level);
      if (!trees.ok) return trees;
      level = level.flatMap((directory) => this.#compare(directory, trees.value));
    }
    return ok(this.#found.toSorted((a, b) => (a.path < b.path ? -1 : 1)));
  }

  /** Every directory of one level, with all of its parents', in few calls. */
  async #readTrees(level: readonly Directory[]): Promise<Result<ReadonlyMap<Oid, Entries>>> {
    const oids = [...new Set(level.flatMap(({ tree, parents }) => [tree, ...parents]))];
    const trees = new Map<Oid, Entries>();
    for (let start = 0; start < oids.length; start += BATCH_TREES) {
      const batch = oids.slice(start, start + BATCH_TREES);
      const found = await this.#read(batch);
      if (!found.ok) return found;
      for (const oid of batch) {
        const raw = found.value.get(oid);
        if (raw === undefined) return stopped(missingTree(oid));
        const parsed = parseTree({ ...raw, oid });
        if (!parsed.ok) return parsed;
        this.#entries += parsed.value.length;
        trees.set(oid, new Map(parsed.value.map((entry) => [entry.name, entry])));
      }
    }
    this.#trees += oids.length;
    return ok(trees);
  }

  #compare(
    { prefix, depth, tree, parents }: Directory,
    trees: ReadonlyMap<Oid, Entries>,
  ): readonly Directory[] {
    const below: Directory[] = [];
    const old = parents.flatMap((parent) => trees.get(parent) ?? []);
    for (const [name, { mode, oid }] of trees.get(tree) ?? []) {
      const before = old.flatMap((entries) => entries.get(name) ?? []);
      if (mode === 'gitlink' || before.some((entry) => entry.oid === oid)) continue;
      const path = `${prefix}${name}`;
      if (mode === 'tree') {
        const others = oidsOf(before.filter((entry) => entry.mode === 'tree'));
        below.push({ prefix: `${path}/`, depth: depth + 1, tree: oid, parents: others });
      } else {
        const blobs = before.filter((entry) => entry.mode !== 'tree' && entry.mode !== 'gitlink');
        this.#found.push({ path, oid, before: oidsOf(blobs) });
      }
    }
    return below;
  }

  /** The limit that is exceeded, for people. */
  #exceeded(level: readonly Directory[]): string | undefined {
    const { maxDepth, maxTrees, maxEntries, maxPaths } = this.#limits;
    if ((level[0]?.depth ?? 0) > maxDepth) return `${maxDepth} directories inside one another`;
    if (this.#trees + level.length > maxTrees) return `${maxTrees} directories`;
    if (this.#entries > maxEntries) return `${maxEntries} entries of directories`;
    return this.#found.length > maxPaths ? `${maxPaths} paths` : undefined;
  }
}

function oidsOf(entries: readonly TreeEntry[]): readonly Oid[] {
  return [...new Set(entries.map(({ oid }) => oid))];
}

function missingTree(oid: Oid): ReturnType<typeof stop> {
  const message = `tree ${oid} is named by a commit but is not there; ask for a complete repository`;
  return stop('HistoryIncomplete', message);
}
