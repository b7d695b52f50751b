import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';

/** Longest branch name taken, in bytes; files and pkt-lines stay short. */
const MAX_BRANCH_BYTES = 250;

/** What git-check-ref-format(1) forbids anywhere in a name. */
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)/;

/**
 * Yields `refs/heads/<branch>` for a name that `git check-ref-format --branch` allows; anything else
 * is `InvalidSpec`. Checked before the name gets near a request or a file.
 */
export function branchRef(branch: string): Result<string> {
  const allowed =
    branch !== '' &&
    branch !== '@' &&
    branch !== 'HEAD' &&
    Buffer.byteLength(branch) <= MAX_BRANCH_BYTES &&
    !/\p{Surrogate}/u.test(branch) &&
    !/^[-./]|[./]$/.test(branch) &&
    !FORBIDDEN.test(branch);
  if (allowed) return ok(`refs/heads/${branch}`);
  return stopped(
    stop('InvalidSpec', 'source.ref.branch is not a name that git allows for a branch'),
  );
}
