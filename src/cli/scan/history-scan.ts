import { FILE_NAME_PATH, MESSAGE_PATH } from '../../reconcile/gather/places.ts';
import type { FileScan, FileScanner } from '../../secrets/index.ts';
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

/** What a scan of a history stands on. */
export type HistoryGround = Readonly<{
  git: GitGround;
  scanner: FileScanner;
  /** Is the path harmless whatever it holds? */
  isAllowed: (path: string) => boolean;
  findings: Findings;
  deadline: Deadline;
  /** Lists the history; see `startListing`. */
  list: Listing;
  /** Blobs of the tip, each with the paths where it stands there. */
  tip: ReadonlyMap<string, ReadonlySet<string>>;
  /** Annotated tags whose messages are scanned. */
  tags: readonly string[];
}>;

/** A blob at a path and the first commit that brings it there, or a tag. */
type Job =
  | Readonly<{ kind: 'file'; oid: string; path: string; commit: string }>
  | Readonly<{ kind: 'tag'; oid: string }>;

const READ = ['cat-file', '--batch', '--buffer'];

/** Scans every blob that a history brings, at each of its paths, and names and messages. */
export class HistoryScan {
  readonly #ground: HistoryGround;
  readonly #jobs = new Jobs<true>();
  readonly #names = new Set<string>();
  readonly #blobs: BatchReader<Job>;
  readonly #list: Listing;

  constructor(ground: HistoryGround) {
    this.#ground = ground;
    const start = (args: readonly string[]): GitRun =>
      ground.deadline.bind(new GitRun(ground.git, args));
    this.#list = ground.list;
    this.#blobs = new BatchReader(start(READ), (job, answer) => this.#answer(job, answer));
  }

  /** True once all was scanned; what could not be is a gap. */
  async run(): Promise<boolean> {
    for (const oid of this.#ground.tags) this.#blobs.ask(oid, { kind: 'tag', oid });
    const reader = new ListingReader(true, (commit) => this.#commit(commit));
    for await (const chunk of this.#list.stdout) {
      // Streams of bytes yield buffers.
      reader.push(chunk as Buffer);
      await this.#blobs.room();
    }
    const isListed = reader.end() && (await this.#list.ended);
    const isRead = await this.#blobs.end();
    return isListed && isRead;
  }

  #commit({ oid: commit, message, changes }: ListedCommit): void {
    const { findings, isAllowed, deadline } = this.#ground;
    if (deadline.check()) return;
    findings.counts.commits += 1;
    if (message !== undefined) this.#text(message, MESSAGE_PATH, commit);
    for (const { oid, isBlob, path } of changes) {
      this.#name(path, commit);
      if (!isBlob) continue;
      if (isAllowed(path)) findings.counts.allowed += 1;
      else this.#jobs.at(oid, path, () => this.#ask({ kind: 'file', oid, path, commit }));
    }
  }

  #ask(job: Job): true {
    this.#blobs.ask(job.oid, job);
    return true;
  }

  #name(path: string, commit: string): void {
    if (this.#names.has(path)) return;
    this.#names.add(path);
    const found = this.#text(Buffer.from(path, 'utf8'), FILE_NAME_PATH, commit);
    // A leak that is known, or told of another file already, is one all the same.
    if (found.findings.length + found.gaps.length > 0) this.#ground.findings.hide(path);
  }

  #text(bytes: Uint8Array, path: string, commit: string): FileScan {
    const found = this.#ground.scanner.scanMessage({ path, bytes, commit });
    this.#told(found, path, commit);
    return found;
  }

  #answer(job: Job, answer: Answer): void {
    const { findings, deadline, scanner, tip } = this.#ground;
    if (deadline.check()) return;
    const path = job.kind === 'tag' ? MESSAGE_PATH : job.path;
    const commit = job.kind === 'tag' ? job.oid : job.commit;
    if (answer.kind !== 'object') {
      const why = answer.kind === 'missing' ? 'unreadable' : 'tooLarge';
      findings.gap({ gap: { why, line: 0 }, path, commit });
    } else if (job.kind === 'tag') {
      this.#text(answer.bytes, path, commit);
    } else {
      findings.scanned(answer.bytes.length);
      const isInTip = tip.get(job.oid)?.has(path) ?? false;
      this.#told(scanner.scan({ path, bytes: answer.bytes, commit }), path, commit, isInTip);
    }
  }

  #told(found: FileScan, path: string, commit: string, isInTip?: boolean): void {
    const { findings } = this.#ground;
    for (const finding of found.findings) {
      findings.add({ finding, commit, ...(isInTip === undefined ? {} : { isInTip }) });
    }
    for (const gap of found.gaps) findings.gap({ gap, path, commit });
  }
}
