import { walkHistory } from '../../commit/history.ts';
import type { ReadObject } from '../../commit/history.ts';
import { parseCommit } from '../../commit/parse.ts';
import type { ParsedCommit } from '../../commit/parse.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { ObjectReader } from '../ports.ts';

/** Reads single objects from a store that answers in batches. */
export function readerOf(source: ObjectReader): ReadObject {
  return async (oid) => {
    const found = await source.readMany([oid]);
    return found.ok ? ok(found.value.get(oid)) : found;
  };
}

/** Reads one commit and parses it from bytes that hash to its oid. */
export async function readCommit(source: ObjectReader, oid: Oid): Promise<Result<ParsedCommit>> {
  const found = await readerOf(source)(oid);
  if (!found.ok) return found;
  if (found.value === undefined) {
    return stopped(
      stop('HistoryIncomplete', `commit ${oid} is not among the fetched objects`, { oid }),
    );
  }
  return parseCommit({ ...found.value, oid });
}

/** Is `oid` among the ancestors of `from`? True only where a walk shows it; `oid` itself is none. */
export async function isAncestor(
  oid: Oid,
  from: Oid,
  read: ReadObject,
  limit: number,
): Promise<Result<boolean>> {
  if (oid === from) return ok(false);
  const walk = await walkHistory(from, oid, read, limit);
  return walk.ok ? ok(walk.value.end.kind === 'base') : walk;
}
