import { PassThrough } from 'node:stream';
import type { Readable } from 'node:stream';
import type { Deadline } from './deadline.ts';
import { GitRun } from './git-run.ts';
import type { GitGround } from './git-run.ts';
import { LIST_FORMAT, LIST_FORMAT_WITH_MESSAGE } from './listing.ts';
import type { ScanOptions } from './options.ts';

/** Oldest first: a version is read before what it becomes, and a leak is told of who brought it. */
const LIST = [
  ...['log', '--raw', '-z', '--no-abbrev', '--no-renames', '--full-history', '--reverse'],
];

/** Of merges all that differs from every parent: the rest was brought by another commit. */
const LIST_WITH_MERGES = [...LIST, '-c', LIST_FORMAT_WITH_MESSAGE];

/** A listing under way, read whenever somebody comes to read it. */
export type Listing = Readonly<{
  stdout: Readable;
  /** Whether git ended well. */
  ended: Promise<boolean>;
  kill: () => void;
}>;

/** Git waits when so much of the listing is unread. */
const AHEAD_BYTES = 1024 * 1024;

/**
 * Starts to list a history: `revisions` is `--all`, or the ends of a range. Git walks all of it before
 * it tells the first commit, so this is started before whatever can be done meanwhile.
 */
export function startListing(
  { dialect }: Pick<ScanOptions, 'dialect'>,
  git: GitGround,
  { revisions, deadline }: Readonly<{ revisions: readonly string[]; deadline: Deadline }>,
): Listing {
  const args = dialect === 'gitleaks' ? [...LIST, LIST_FORMAT] : LIST_WITH_MERGES;
  const run = deadline.bind(new GitRun(git, [...args, ...revisions]));
  // What a child has printed when it ends is thrown away unless somebody reads it by then.
  const stdout = run.stdout.pipe(new PassThrough({ highWaterMark: AHEAD_BYTES }));
  return { stdout, ended: run.ended, kill: () => run.kill() };
}
