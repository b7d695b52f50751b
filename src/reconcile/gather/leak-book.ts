import type { ParsedCommit } from '../../commit/parse.ts';
import { shortOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { LeakEvidence, LocatedGap, LocatedLeak } from '../../policy/evidence.ts';
import { isIgnored } from '../../secrets/index.ts';
import type { FileScan, Gap, Ignores } from '../../secrets/index.ts';
import type { ObjectReader } from '../ports.ts';
import { FILE_NAME_PATH, MESSAGE_PATH } from './places.ts';
import { blobText, presentAt } from './present.ts';
import type { ScanJobs, Wanted } from './scan-jobs.ts';
import type { BrokenFile } from './scan-plan.ts';

/** What was scanned of one commit: a file, its message, or the names of its new files. */
export type Sighting =
  | Readonly<{ kind: 'message'; commit: ParsedCommit }>
  | Readonly<{ kind: 'names'; commit: ParsedCommit; names: readonly string[] }>
  | Readonly<{
      kind: 'file';
      commit: ParsedCommit;
      path: string;
      oid: Oid;
      before: readonly Oid[];
    }>;

type Entry = Sighting & Readonly<{ scan: FileScan }>;

/** A leak before it is known whether it is still there. */
type Noted = Omit<LocatedLeak, 'inTip'> & Readonly<{ file?: Readonly<{ path: string; oid: Oid }> }>;

/** Most leaks and gaps told of one range; what is beyond is a gap, never silence. */
const MAX_TOLD = 1_000;

/** Longest author told. */
const MAX_AUTHOR_LENGTH = 254;

/**
 * Writes down what a range brings, oldest commit first: each leak once, by its fingerprint. What a parent
 * holds already in the same file is carried, not brought. No path and no author is told that holds a
 * secret itself.
 */
export class LeakBook {
  readonly #jobs: ScanJobs;
  readonly #ignores: Ignores;
  readonly #leaks: Noted[] = [];
  readonly #carried: Noted[] = [];
  readonly #gaps: LocatedGap[] = [];
  readonly #told = new Set<string>();
  readonly #hushed = new Set<Oid>();
  #ignored = 0;

  constructor(jobs: ScanJobs, ignores: Ignores) {
    this.#jobs = jobs;
    this.#ignores = ignores;
  }

  gap(gap: Gap, path: string, commit: Oid): void {
    if (this.#gaps.length < MAX_TOLD) this.#gaps.push({ gap, path, commit });
  }

  /** Files that say how to scan and cannot be used: each a gap of the tip. */
  async broken(files: readonly BrokenFile[], { oid }: ParsedCommit): Promise<Result<void>> {
    const names = await this.#jobs.scan(files.map(({ path }) => nameText(path)));
    if (!names.ok) return names;
    for (const { path } of files) {
      const isHidden = holds(nameText(path), names.value);
      this.gap(
        { why: 'unreadable', line: 0 },
        isHidden ? '(file, whose name holds a secret)' : path,
        oid,
      );
    }
    return ok(undefined);
  }

  /** Takes in what was scanned, in the order of the commits. */
  async enter(entries: readonly Entry[]): Promise<Result<void>> {
    const speaking = entries.filter(({ scan }) => scan.findings.length + scan.gaps.length > 0);
    const aside = await this.#jobs.scan(speaking.flatMap(askedAside));
    if (!aside.ok) return aside;
    for (const entry of speaking) this.#enterOne(entry, aside.value);
    return ok(undefined);
  }

  /** Everything told, with what of it this tree still holds. */
  async close(
    tipTree: Oid | undefined,
    objects: ObjectReader,
  ): Promise<Result<Pick<LeakEvidence, 'leaks' | 'carried' | 'gaps' | 'ignored' | 'hushed'>>> {
    const noted = [...this.#leaks, ...this.#carried];
    const paths = noted.flatMap(({ file }) => file?.path ?? []);
    const there = await presentAt(paths, tipTree, { jobs: this.#jobs, objects });
    if (!there.ok) return there;
    const told = ({ file, ...leak }: Noted): LocatedLeak => {
      const found = file === undefined ? undefined : there.value.get(file.path);
      const inTip = found?.has(leak.finding.fingerprint) === true;
      return { ...leak, inTip };
    };
    const [leaks, carried] = [this.#leaks.map(told), this.#carried.map(told)];
    const [gaps, ignored, hushed] = [this.#gaps, this.#ignored, [...this.#hushed]];
    return ok({ leaks, carried, gaps, ignored, hushed });
  }

  #enterOne(entry: Entry, aside: Scans): void {
    switch (entry.kind) {
      case 'message':
        this.#hushed.add(entry.commit.oid);
        return this.#note(entry, entry.scan, { path: MESSAGE_PATH, aside });
      case 'names':
        // All names were scanned as one text: which of them it was is said by each alone.
        for (const name of entry.names) {
          const scan = aside.get(nameText(name).name);
          if (scan !== undefined) this.#note(entry, scan, { path: FILE_NAME_PATH, aside });
        }
        return;
      case 'file': {
        const { path, oid, before, scan } = entry;
        const label = holds(nameText(path), aside)
          ? `(file ${shortOid(oid)}, whose name holds a secret)`
          : path;
        const old = before.flatMap((blob) => aside.get(blobText(blob, path).name)?.findings ?? []);
        const had = new Set(old.map(({ fingerprint }) => fingerprint));
        return this.#note(entry, scan, { path: label, aside, file: { path, oid }, had });
      }
    }
  }

  #note({ commit }: Entry, scan: FileScan, place: Place): void {
    for (const gap of scan.gaps) this.gap(gap, place.path, commit.oid);
    for (const found of scan.findings) {
      if (this.#told.has(found.fingerprint)) continue;
      this.#told.add(found.fingerprint);
      if (isIgnored(found, commit.oid, this.#ignores)) {
        this.#ignored += 1;
        continue;
      }
      const noted = {
        ...{ finding: { ...found, path: place.path }, commit: commit.oid, at: commit.author.when },
        author: holds(authorText(commit), place.aside) ? '(hidden)' : authorOf(commit),
        ...(place.file === undefined ? {} : { file: place.file }),
      };
      const list = place.had?.has(found.fingerprint) === true ? this.#carried : this.#leaks;
      if (list.length < MAX_TOLD) list.push(noted);
      else this.gap({ why: 'tooMany', line: 0 }, place.path, commit.oid);
    }
  }
}

type Scans = ReadonlyMap<string, FileScan>;

type Place = Readonly<{
  /** As it may be told. */
  path: string;
  aside: Scans;
  file?: Readonly<{ path: string; oid: Oid }>;
  /** Fingerprints that parents have in the same file. */
  had?: ReadonlySet<string>;
}>;

/** What is asked besides, of an entry that found something. */
function askedAside(entry: Entry): readonly Wanted[] {
  const author = authorText(entry.commit);
  switch (entry.kind) {
    case 'message':
      return [author];
    case 'names':
      return [author, ...entry.names.map(nameText)];
    case 'file': {
      const { path, before } = entry;
      return [author, nameText(path), ...before.map((oid) => blobText(oid, path))];
    }
  }
}

function nameText(path: string): Wanted {
  return {
    ...({ name: `path ${path}`, what: 'message', path: FILE_NAME_PATH } as const),
    source: Buffer.from(path),
  };
}

function authorOf({ author }: ParsedCommit): string {
  return `${author.name} <${author.email}>`.slice(0, MAX_AUTHOR_LENGTH);
}

function authorText(commit: ParsedCommit): Wanted {
  const { name, email } = commit.author;
  return {
    ...({ name: `author ${commit.oid}`, what: 'message', path: MESSAGE_PATH } as const),
    source: Buffer.from(`${name} <${email}>`),
  };
}

/** What could not be told to hold no secret is taken to hold one. */
function holds({ name }: Wanted, aside: Scans): boolean {
  const scan = aside.get(name);
  return scan === undefined || scan.findings.length + scan.gaps.length > 0;
}
