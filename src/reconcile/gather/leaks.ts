import { additions } from '../../commit/additions.ts';
import type { ParsedCommit } from '../../commit/parse.ts';
import { wordsOf } from '../../commit/words.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { LeakEvidence } from '../../policy/evidence.ts';
import { digestPlan } from '../../secrets/index.ts';
import type { FileScan, ScanPlan } from '../../secrets/index.ts';
import { LeakBook } from './leak-book.ts';
import type { Sighting } from './leak-book.ts';
import { FILE_NAME_PATH, MESSAGE_PATH } from './places.ts';
import { ScanJobs } from './scan-jobs.ts';
import type { ScanGround, Wanted } from './scan-jobs.ts';
import type { GatheredPlan } from './scan-plan.ts';
import { readCommit } from './walk.ts';

/** What leaks are gathered from and with. */
export type LeakGround = ScanGround &
  Readonly<{
    /** Tree that says which leaks are still there; the first commit's unless given; `none` asks for nothing. */
    tipTree?: Oid | 'none';
    /** Messages of tags on commits of the range. */
    tags?: readonly Readonly<{ oid: Oid; commit: ParsedCommit; message: Uint8Array }>[];
    /** Told after each chunk, for progress. */
    progress?: (done: number, total: number) => void;
  }>;

/** Commits looked at together: bounds what is in memory, and lets small blobs of many share a job. */
const CHUNK_COMMITS = 64;

/** A first import of a large repository is one commit. */
const LIMITS = { maxDepth: 64, maxTrees: 200_000, maxEntries: 4_000_000, maxPaths: 300_000 };

/**
 * Scans what these commits bring, newest first as a walk gives them: every blob that none of a commit's
 * parents has at its path, the names of new files, messages with author and committer, and messages of
 * tags. Each content is scanned once for each path. Stops where objects cannot be read, or a commit
 * brings more than can be listed; what was read and could not be scanned is a gap.
 */
export async function gatherLeaks(
  commits: readonly ParsedCommit[],
  how: GatheredPlan,
  ground: LeakGround,
): Promise<Result<LeakEvidence>> {
  const jobs = new ScanJobs(how.plan, digestPlan(how.plan), ground);
  const book = new LeakBook(jobs, how.ignores);
  const scan = new RangeScan({ commits, ground, jobs, book, plan: how.plan });
  const scanned = await scan.run();
  if (!scanned.ok) return scanned;
  const [newest] = commits;
  const broken = newest === undefined ? ok(undefined) : await book.broken(how.broken, newest);
  if (!broken.ok) return broken;
  const tipTree = ground.tipTree ?? newest?.tree;
  const told = await book.close(tipTree === 'none' ? undefined : tipTree, ground.objects);
  if (!told.ok) return told;
  const { blobs, digest } = jobs;
  return ok({ ...told.value, commits: commits.length, blobs, digest, warnings: how.warnings });
}

/** What is to be scanned, and what it will say something of. */
type Asked = Sighting & Readonly<{ wanted: Wanted }>;

type RangeParts = Readonly<{
  commits: readonly ParsedCommit[];
  ground: LeakGround;
  jobs: ScanJobs;
  book: LeakBook;
  plan: ScanPlan;
}>;

class RangeScan {
  readonly #parts: RangeParts;
  readonly #trees: ReadonlyMap<Oid, Oid>;
  /** Contents and paths that were met already. */
  readonly #met = new Set<string>();
  /** Where a team allows leaks in some commits, a content must be scanned once for each commit. */
  readonly #isByCommit: boolean;

  constructor(parts: RangeParts) {
    this.#parts = parts;
    this.#trees = new Map(parts.commits.map(({ oid, tree }) => [oid, tree]));
    this.#isByCommit = hasCommitLists(parts.plan);
  }

  async run(): Promise<Result<void>> {
    const { commits, ground } = this.#parts;
    // Oldest first: a leak is told of the commit that brought it, not of those that carried it on.
    const ordered = commits.toReversed();
    for (let start = 0; start < ordered.length; start += CHUNK_COMMITS) {
      const chunk = ordered.slice(start, start + CHUNK_COMMITS);
      const done = await this.#chunk(chunk);
      if (!done.ok) return done;
      ground.progress?.(start + chunk.length, ordered.length);
    }
    return this.#enter((ground.tags ?? []).map(tagText));
  }

  async #chunk(commits: readonly ParsedCommit[]): Promise<Result<void>> {
    const sightings: Asked[] = [];
    for (const commit of commits) {
      sightings.push(commitText(commit));
      const files = await this.#files(commit);
      if (!files.ok) return files;
      sightings.push(...files.value);
    }
    return this.#enter(sightings);
  }

  async #enter(sightings: readonly Asked[]): Promise<Result<void>> {
    const { jobs, book } = this.#parts;
    const scanned = await jobs.scan(sightings.map(({ wanted }) => wanted));
    if (!scanned.ok) return scanned;
    return book.enter(
      sightings.map(({ wanted, ...sighting }) => {
        return { ...sighting, scan: scanned.value.get(wanted.name) ?? UNKNOWN };
      }),
    );
  }

  async #files(commit: ParsedCommit): Promise<Result<readonly Asked[]>> {
    const { objects } = this.#parts.ground;
    const parents = await this.#parentTrees(commit);
    if (!parents.ok) return parents;
    const read = objects.readMany.bind(objects);
    const added = await additions(parents.value, commit.tree, read, LIMITS);
    if (!added.ok) return added;
    const found: Asked[] = [];
    const suffix = this.#isByCommit ? `@${commit.oid}` : '';
    for (const { path, oid, before } of added.value) {
      const name = `${oid}${suffix} ${path}`;
      if (this.#met.has(name)) continue;
      this.#met.add(name);
      const wanted = { name, what: 'file', path, commit: commit.oid, source: oid } as const;
      found.push({ kind: 'file', commit, path, oid, before, wanted });
    }
    const names = added.value.flatMap(({ path, before }) => (before.length === 0 ? [path] : []));
    if (names.length > 0) {
      const source = Buffer.from(names.join('\n'));
      const name = `names ${commit.oid}`;
      const wanted = { name, what: 'message', path: FILE_NAME_PATH, source } as const;
      found.push({ kind: 'names', commit, names, wanted });
    }
    return ok(found);
  }

  /** A parent that is not here is taken for none: then everything is looked at, which misses nothing. */
  async #parentTrees({ parents }: ParsedCommit): Promise<Result<readonly Oid[]>> {
    const trees: Oid[] = [];
    for (const parent of parents) {
      const known = this.#trees.get(parent);
      if (known !== undefined) trees.push(known);
      else {
        const read = await readCommit(this.#parts.ground.objects, parent);
        if (read.ok) trees.push(read.value.tree);
        else if (read.stop.kind !== 'stalled') return read;
      }
    }
    return ok(trees);
  }
}

const NEW_LINE = Buffer.from('\n');

/** The message, and whatever else of the commit people or tools have written. */
function commitText(commit: ParsedCommit): Asked {
  // A line end in front: two odd bytes must not make UTF-16 of the rest, which git never writes.
  const source = Buffer.concat([NEW_LINE, commit.message, NEW_LINE, wordsOf(commit)]);
  const name = `text ${commit.oid}`;
  const wanted = { name, what: 'message', path: MESSAGE_PATH, source } as const;
  return { kind: 'message', commit, wanted };
}

function tagText({ oid, commit, message }: NonNullable<LeakGround['tags']>[number]): Asked {
  const wanted = { name: `text ${oid}`, what: 'message', path: MESSAGE_PATH } as const;
  return { kind: 'message', commit, wanted: { ...wanted, source: message } };
}

/** Nothing that was not answered is clean. */
const UNKNOWN: FileScan = { findings: [], gaps: [{ why: 'unreadable', line: 0 }] };

function hasCommitLists({ team }: ScanPlan): boolean {
  const lists = [...(team?.allowlists ?? []), ...(team?.rules ?? []).flatMap((r) => r.allowlists)];
  return lists.some(({ commits }) => commits.length > 0);
}
