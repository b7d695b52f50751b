import type { RawObject } from '../domain/git-object.ts';
import type { Oid } from '../domain/oid.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import type { Stop } from '../domain/stop.ts';
import { parseCommit } from './parse.ts';
import type { ParsedCommit } from './parse.ts';

/** Why a walk from the tip ended. `base` is the only end that reached what is already trusted. */
export type HistoryEnd =
  | Readonly<{ kind: 'base' }>
  | Readonly<{ kind: 'root' }>
  | Readonly<{ kind: 'missing'; oid: Oid }>
  | Readonly<{ kind: 'merge'; oid: Oid; parents: readonly Oid[] }>
  | Readonly<{ kind: 'malformed'; stop: Stop }>
  | Readonly<{ kind: 'limit'; count: number }>;

/** The commits from the tip down to the end, tip first. The base is not among them; a merge is. */
export type HistoryEvidence = Readonly<{
  tip: Oid;
  base: Oid | undefined;
  commits: readonly ParsedCommit[];
  end: HistoryEnd;
}>;

/** Reads one object; `undefined` when the store does not have it. */
export type ReadObject = (oid: Oid) => Promise<Result<RawObject | undefined>>;

/**
 * Walks single parents from `tip` until `base`, a root or whatever makes the history unusable; the
 * end says which. A commit that was not sent is `missing`, never a root. Each commit is re-hashed
 * and parsed by the strict grammar; at most `limit` are read. Stops only where `read` stops.
 */
export async function walkHistory(
  tip: Oid,
  base: Oid | undefined,
  read: ReadObject,
  limit: number,
): Promise<Result<HistoryEvidence>> {
  const commits: ParsedCommit[] = [];
  const ended = (end: HistoryEnd): Result<HistoryEvidence> => ok({ tip, base, commits, end });
  let next = tip;
  while (next !== base) {
    if (commits.length >= limit) return ended({ kind: 'limit', count: limit });
    const found = await read(next);
    if (!found.ok) return stopped(found.stop);
    if (found.value === undefined) return ended({ kind: 'missing', oid: next });
    // The answer is judged under the name that was asked for, not the one it claims.
    const parsed = parseCommit({ ...found.value, oid: next });
    if (!parsed.ok) return ended({ kind: 'malformed', stop: parsed.stop });
    commits.push(parsed.value);
    const { oid, parents } = parsed.value;
    if (parents.length > 1) return ended({ kind: 'merge', oid, parents });
    const [parent] = parents;
    if (parent === undefined) return ended({ kind: 'root' });
    next = parent;
  }
  return ended({ kind: 'base' });
}
