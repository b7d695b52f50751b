import { changedPart } from './changed-part.ts';
import { isBinary } from './binary.ts';
import { BatchReader } from './batch-reader.ts';
import type { Answer } from './batch-reader.ts';
import type { Deadline } from './deadline.ts';
import type { Findings } from './findings.ts';
import { GitRun } from './git-run.ts';
import type { GitGround } from './git-run.ts';
import { Jobs } from './jobs.ts';
import { ListingReader } from './listing.ts';
import type { ListedCommit } from './listing.ts';
import type { Listing } from './listing-run.ts';
import { PatchReader } from './patch.ts';
import type { Fragment, PatchedFile } from './patch.ts';
import { Versions } from './versions.ts';
import type { FragmentScanner } from '../../secrets/gitleaks/fragments.ts';

/** What a scan in the dialect of gitleaks stands on. */
export type CompatGround = Readonly<{
  git: GitGround;
  scanner: FragmentScanner;
  findings: Findings;
  deadline: Deadline;
  /** Lists the history; see `startListing`. */
  list: Listing;
}>;

/**
 * A blob at a path, and the commits that wait for its answer. `cleanSince`: nothing is found in what
 * changed since one older version; against another one it was not looked at.
 */
type Job = {
  readonly oid: string;
  readonly path: string;
  state: 'asked' | 'clean' | 'cleanSince' | 'touched';
  since?: string;
  waiting: Occurrence[];
};

/**
 * `mayRename`: the commit takes files away, so that an added one may be a renamed one to git. `isWhole`:
 * it adds the file and nothing can have been renamed to it, so all lines are new.
 */
type Occurrence = Readonly<{
  commit: string;
  isWhole: boolean;
  mayRename: boolean;
  /** The version that the commit changes; none where git may compare with another file. */
  before?: string;
}>;

const READ = ['cat-file', '--batch', '--buffer'];
/** As `git log -p -U0` shows a commit unless configured otherwise; no program of the repository is run. */
const DIFF = ['diff-tree', '--stdin', '-p', '-U0', '-r', '--root', '-M', '--full-index'];
const DIFF_SAFELY = [...DIFF, '--no-ext-diff', '--no-textconv'];

/**
 * Finds in a history what `gitleaks git` finds with the same rules, without asking git for every patch:
 * a match in the added lines of a hunk stands in the blob as well, so only commits with a blob that
 * has a raw match are diffed, and a file that is new as a whole needs no diff at all.
 */
export class CompatScan {
  readonly #ground: CompatGround;
  readonly #jobs = new Jobs<Job>();
  readonly #versions = new Versions();
  readonly #blobs: BatchReader<Job>;
  readonly #list: Listing;
  readonly #diff: GitRun;
  /** Commits that are diffed, and whether they may rename; where not, new files are scanned as a whole. */
  readonly #diffed = new Map<string, boolean>();
  #wanted = '';

  constructor(ground: CompatGround) {
    this.#ground = ground;
    const start = (args: readonly string[]): GitRun =>
      ground.deadline.bind(new GitRun(ground.git, args));
    this.#list = ground.list;
    this.#blobs = new BatchReader(start(READ), (job, answer) => this.#answer(job, answer));
    this.#diff = start(DIFF_SAFELY);
  }

  /** True once all was scanned; what could not be is a gap. */
  async run(): Promise<boolean> {
    const patches = this.#readPatches();
    const isListed = await this.#readList();
    const isRead = await this.#blobs.end();
    this.#send();
    this.#diff.stdin.end();
    const isDiffed = await this.#diff.ended;
    patches.end();
    return isListed && isRead && isDiffed;
  }

  async #readList(): Promise<boolean> {
    const reader = new ListingReader(false, (commit) => this.#commit(commit));
    const { stdout } = this.#list;
    for await (const chunk of stdout) {
      // Streams of bytes yield buffers.
      reader.push(chunk as Buffer);
      await this.#blobs.room();
    }
    return reader.end() && (await this.#list.ended);
  }

  #readPatches(): PatchReader {
    const reader = new PatchReader({
      wants: (file) => this.#wants(file),
      take: (file, fragment) => this.#scan(file, fragment),
    });
    this.#diff.stdout.on('data', (chunk: Buffer) => reader.push(chunk));
    return reader;
  }

  #commit({ oid: commit, changes }: ListedCommit): void {
    const { scanner, findings } = this.#ground;
    findings.counts.commits += 1;
    const mayRename = changes.some(({ status }) => status !== 'A' && status !== 'M');
    for (const { oid, before, isBlob, status, path } of changes) {
      if (!isBlob) continue;
      if (scanner.isAllowed(path)) {
        findings.counts.allowed += 1;
        continue;
      }
      const isWhole = status === 'A' && !mayRename;
      const job = this.#jobs.at(oid, path, () => this.#ask(oid, path));
      const since = status === 'M' ? { before } : {};
      this.#occur(job, { commit, isWhole, mayRename, ...since });
    }
  }

  #ask(oid: string, path: string): Job {
    const job: Job = { oid, path, state: 'asked', waiting: [] };
    this.#blobs.ask(oid, job);
    return job;
  }

  #occur(job: Job, at: Occurrence): void {
    if (job.state === 'clean') return;
    if (job.state === 'cleanSince') {
      if (at.before === job.since) return;
      job.state = 'asked';
      this.#blobs.ask(job.oid, job);
    }
    if (job.state === 'asked') job.waiting.push(at);
    else if (!at.isWhole) this.#want(at);
    else {
      // Its bytes are gone: they are asked for once more.
      this.#blobs.ask(job.oid, { ...job, state: 'asked', waiting: [at] });
    }
  }

  #answer(job: Job, answer: Answer): void {
    const { deadline, findings } = this.#ground;
    if (deadline.check()) return;
    const { path, waiting } = job;
    job.waiting = [];
    const commit = waiting[0]?.commit;
    if (answer.kind !== 'object') {
      const why = answer.kind === 'missing' ? 'unreadable' : 'tooLarge';
      findings.gap({ gap: { why, line: 0 }, path, ...(commit === undefined ? {} : { commit }) });
      job.state = 'clean';
      return;
    }
    const { bytes } = answer;
    findings.scanned(bytes.length);
    const since = this.#sinceOf(job, waiting);
    const isTouched = this.#touches(job, bytes, since);
    job.state = isTouched ? 'touched' : since === undefined ? 'clean' : 'cleanSince';
    if (!isTouched) return;
    for (const at of waiting) {
      if (!at.isWhole) this.#want(at);
      else if (bytes.length > 0) this.#scan({ commit: at.commit, path }, { bytes, firstLine: 1 });
    }
  }

  /** The one version that all who wait compare with; none if they differ, or it was asked for before. */
  #sinceOf(job: Job, [first, ...others]: readonly Occurrence[]): string | undefined {
    const before = first?.before;
    if (before === undefined || job.since !== undefined) return undefined;
    if (others.some((other) => other.before !== before)) return undefined;
    if (this.#versions.find(job.path, before) === undefined) return undefined;
    job.since = before;
    return before;
  }

  #touches({ oid, path }: Job, bytes: Buffer, since: string | undefined): boolean {
    if (isBinary(bytes)) return false;
    const older = since === undefined ? undefined : this.#versions.find(path, since);
    const part = older === undefined ? bytes : changedPart(older, bytes);
    this.#versions.keep(path, oid, bytes);
    return this.#ground.scanner.touches(part, { path });
  }

  #want({ commit, mayRename }: Occurrence): void {
    if (this.#diffed.has(commit)) return;
    this.#diffed.set(commit, mayRename);
    // Together with those that the same piece of the stream brings.
    if (this.#wanted === '') queueMicrotask(() => this.#send());
    this.#wanted += `${commit}\n`;
  }

  #send(): void {
    if (this.#wanted !== '') this.#diff.stdin.write(this.#wanted);
    this.#wanted = '';
  }

  /** What is still asked for is scanned at once: its commit is not diffed again. */
  #wants({ commit, oid, path, isNew }: PatchedFile): boolean {
    if (isNew && this.#diffed.get(commit) === false) return false;
    const job = this.#jobs.find(oid, path);
    return job !== undefined && job.state !== 'clean';
  }

  #scan({ commit, path }: Pick<PatchedFile, 'commit' | 'path'>, fragment: Fragment): void {
    const { deadline, findings, scanner } = this.#ground;
    if (deadline.check()) return;
    const { bytes, firstLine } = fragment;
    const found = scanner.scan(bytes, { path, commit }, firstLine);
    for (const finding of found.findings) findings.add({ finding, commit });
    for (const gap of found.gaps) findings.gap({ gap, path, commit });
  }
}
