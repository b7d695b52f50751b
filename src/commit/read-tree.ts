import type { Oid } from '../domain/oid.ts';
import { stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import type { ReadObject } from './history.ts';
import { parseTree } from './tree.ts';
import type { TreeEntry } from './tree.ts';

/** Reads one directory, re-hashed under the name asked for; a tree that is not there is `HistoryIncomplete`. */
export async function readTree(oid: Oid, read: ReadObject): Promise<Result<readonly TreeEntry[]>> {
  const found = await read(oid);
  if (!found.ok) return found;
  if (found.value !== undefined) return parseTree({ ...found.value, oid });
  const message = `tree ${oid} is named by a commit but is not there; ask for a complete repository`;
  return stopped(stop('HistoryIncomplete', message));
}
