import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';
import { askGit } from './ask-git.ts';
import type { GitGround } from './git-run.ts';
import type { ScanOptions } from './options.ts';

/** What of a history is scanned. */
export type ScanRange = Readonly<{
  /** As `git log` takes it. */
  revisions: readonly string[];
  /** The commit whose files say what is still there; none in an empty repository. */
  tip: string | undefined;
  /** For people. */
  label: string;
  isAll: boolean;
}>;

/** All that refs and HEAD reach. */
export const ALL = ['--all'];

const OID = /^[0-9a-f]{40}$/;

/** Finds the ends of the range, or takes all that refs and HEAD reach. */
export async function resolveRange(
  { range }: ScanOptions,
  git: GitGround,
): Promise<Result<ScanRange, string>> {
  if (range === undefined) {
    const tip = await resolve(git, 'HEAD');
    return ok({ revisions: ALL, tip, label: 'all refs', isAll: true });
  }
  const { from = '', to = 'HEAD' } = range;
  const [start, tip] = [await resolve(git, from), await resolve(git, to)];
  if (start === undefined) return stopped(unknown(from));
  if (tip === undefined) return stopped(unknown(to));
  const label = `${printable(from)}..${printable(to)}`;
  return ok({ revisions: [tip, `^${start}`], tip, label, isAll: false });
}

async function resolve(git: GitGround, name: string): Promise<string | undefined> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
  const oid = (await askGit(git, args))?.toString('latin1').trim();
  return oid !== undefined && OID.test(oid) ? oid : undefined;
}

function unknown(name: string): string {
  return `${printable(name)} is no commit here`;
}
