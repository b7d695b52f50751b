import { parseTree } from '../../commit/tree.ts';
import type { TreeEntry } from '../../commit/tree.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { ObjectReader } from '../ports.ts';
import { missingObject } from '../steps/source-tree.ts';

/** A `.sops.yaml`, and the directory it stands in (`''` is the root). */
export type SopsFile = Readonly<{ directory: string; oid: Oid }>;

/** What sops itself looks for, from a file's directory upwards. */
const NAME = '.sops.yaml';

/** Most of them in one tree: thrice what a monorepo with one for each team has. */
const MAX_SOPS_FILES = 256;

/** Bounds of one search. */
const MAX_DEPTH = 64;
const MAX_TREES = 100_000;
const BATCH_TREES = 256;

/** Directories remembered; above it all are forgotten, which costs one more search. */
const MAX_KNOWN = 50_000;

const NONE: readonly SopsFile[] = [];

/**
 * Finds every `.sops.yaml` of a tree. Directories are remembered by oid, so that of the next commit only
 * the changed ones are read. Too many of them, or too deep, stop as `ScanIncomplete`.
 */
export class SopsFinder {
  readonly #known = new Map<Oid, readonly SopsFile[]>();

  async find(root: Oid, objects: ObjectReader): Promise<Result<readonly SopsFile[]>> {
    if (this.#known.size > MAX_KNOWN) this.#known.clear();
    const read = await this.#readNew(root, objects);
    if (!read.ok) return read;
    // Deepest first, so that what is below a directory is known before it.
    for (const [oid, entries] of [...read.value].toReversed()) {
      const files = entries.flatMap((entry) => this.#filesOf(entry));
      if (files.length > MAX_SOPS_FILES) {
        return stopped(tooMany(`more than ${MAX_SOPS_FILES} files ${NAME}`));
      }
      this.#known.set(oid, files.length === 0 ? NONE : files);
    }
    return ok(this.#known.get(root) ?? NONE);
  }

  #filesOf({ name, mode, oid }: TreeEntry): readonly SopsFile[] {
    if (mode === 'tree') {
      const below = this.#known.get(oid) ?? NONE;
      return below.map(({ directory, oid: file }) => {
        return { directory: directory === '' ? name : `${name}/${directory}`, oid: file };
      });
    }
    const isOne = name === NAME && (mode === 'file' || mode === 'executable');
    return isOne ? [{ directory: '', oid }] : NONE;
  }

  /** The directories not known yet, each behind all that contain it. */
  async #readNew(
    root: Oid,
    objects: ObjectReader,
  ): Promise<Result<ReadonlyMap<Oid, readonly TreeEntry[]>>> {
    const trees = new Map<Oid, readonly TreeEntry[]>();
    let level: readonly Oid[] = this.#known.has(root) ? [] : [root];
    for (let depth = 0; level.length > 0; depth += 1) {
      if (depth >= MAX_DEPTH) return stopped(tooMany(`more than ${MAX_DEPTH} levels`));
      if (trees.size + level.length > MAX_TREES) {
        return stopped(tooMany(`more than ${MAX_TREES} directories`));
      }
      const read = await readTrees(level, objects);
      if (!read.ok) return read;
      for (const [oid, entries] of read.value) {
        // Put in anew: a directory met again further down must come behind all that contain it.
        trees.delete(oid);
        trees.set(oid, entries);
      }
      const next = new Set([...read.value.values()].flatMap(treesIn));
      level = [...next].filter((oid) => !this.#known.has(oid));
    }
    return ok(trees);
  }
}

async function readTrees(
  oids: readonly Oid[],
  objects: ObjectReader,
): Promise<Result<ReadonlyMap<Oid, readonly TreeEntry[]>>> {
  const trees = new Map<Oid, readonly TreeEntry[]>();
  for (let start = 0; start < oids.length; start += BATCH_TREES) {
    const batch = oids.slice(start, start + BATCH_TREES);
    const found = await objects.readMany(batch);
    if (!found.ok) return found;
    for (const oid of batch) {
      const raw = found.value.get(oid);
      if (raw === undefined) return stopped(missingObject('tree', oid));
      const parsed = parseTree({ ...raw, oid });
      if (!parsed.ok) return parsed;
      trees.set(oid, parsed.value);
    }
  }
  return ok(trees);
}

function treesIn(entries: readonly TreeEntry[]): readonly Oid[] {
  return entries.flatMap(({ mode, oid }) => (mode === 'tree' ? [oid] : []));
}

function tooMany(what: string): Stop {
  const message = `the commit's files cannot be looked through for ${NAME}: ${what}; split the repository`;
  return stop('ScanIncomplete', message);
}
