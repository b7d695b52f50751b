import { parseOid } from '../domain/oid.ts';
import type { Oid } from '../domain/oid.ts';
import { latin1 } from './grammar.ts';
import type { ParsedCommit } from './parse.ts';

/** The trailer with which a signed commit vouches for all that lies before it. */
export const SEAL_TRAILER = 'Gitward-Seal';

/** `Key: value`, as git-interpret-trailers writes it. */
const TRAILER = /^([A-Za-z0-9][A-Za-z0-9-]*): (\S.*)$/;

/** What git takes for an empty line. */
const BLANK = /^[ \t\r]*$/;

/**
 * Lines at which git's own readers of trailers stop, or which they skip, each in another way:
 * comments, scissors and the divider of a patch.
 */
const DIVIDER = /^(?:#|---)/;

/**
 * The oid in the `Gitward-Seal` trailer of a message, or `undefined`. It counts only if every reader
 * of trailers sees it: in the last paragraph, not the first, all of whose lines are trailers, once,
 * as 40 lower-case digits. Whether it is the commit's own parent is not asked here.
 */
export function sealOf(message: Uint8Array): Oid | undefined {
  const all = latin1(message).split('\n');
  const lines = all.slice(0, all.findLastIndex((line) => !BLANK.test(line)) + 1);
  if (lines.some((line) => DIVIDER.test(line))) return undefined;
  const blank = lines.findLastIndex((line) => BLANK.test(line));
  // What stands first is the subject, never trailers.
  if (lines.slice(0, Math.max(blank, 0)).every((line) => BLANK.test(line))) return undefined;
  const trailers = unfoldLines(lines.slice(blank + 1)).map((line) => TRAILER.exec(line));
  if (trailers.includes(null)) return undefined;
  const seals = trailers.filter(
    (found) => found?.[1]?.toLowerCase() === SEAL_TRAILER.toLowerCase(),
  );
  const [seal] = seals;
  if (seals.length !== 1 || seal?.[1] !== SEAL_TRAILER) return undefined;
  return parseOid(seal[2] ?? '');
}

/** Tells a commit that seals its own, only parent: the one form in which a seal counts. */
export function isSeal(commit: ParsedCommit): boolean {
  const [parent, ...more] = commit.parents;
  return parent !== undefined && more.length === 0 && sealOf(commit.message) === parent;
}

/** Lines that begin with a blank go on with the one above (RFC 822 folding). */
function unfoldLines(lines: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const line of lines) {
    const above = joined.at(-1);
    if (/^[ \t]/.test(line) && above !== undefined) joined[joined.length - 1] = `${above} ${line}`;
    else joined.push(line);
  }
  return joined;
}
