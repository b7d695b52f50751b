import { verifyOid } from '../../commit/oid.ts';
import { parseTree } from '../../commit/tree.ts';
import type { GitObjectType, RawObject } from '../../domain/git-object.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { SourceEntry, SourceTree } from '../../render/index.ts';
import type { ObjectReader } from '../ports.ts';

/** Entries of all directories that one walk may hold; a hundred times a large repository's. */
const MAX_ENTRIES = 1_000_000;

type Entries = ReadonlyMap<string, SourceEntry>;

/** The tree of a commit over a store: each object re-hashed, each directory read once. */
export function sourceTree(root: Oid, objects: ObjectReader): SourceTree {
  const known = new Map<Oid, Entries>();
  let held = 0;
  const list = async (oid: Oid): Promise<Result<Entries>> => {
    const cached = known.get(oid);
    if (cached !== undefined) return ok(cached);
    const raw = await readObject(oid, 'tree', objects);
    if (!raw.ok) return raw;
    const parsed = parseTree(raw.value);
    if (!parsed.ok) return parsed;
    held += parsed.value.length;
    if (held > MAX_ENTRIES) {
      const message = `the target's directories hold more than ${MAX_ENTRIES} entries; split it`;
      return stopped(stop('RenderLimitExceeded', message));
    }
    const entries = new Map(parsed.value.map((entry) => [entry.name, entry]));
    known.set(oid, entries);
    return ok(entries);
  };
  const blob = async (oid: Oid): Promise<Result<Uint8Array>> => {
    const raw = await readObject(oid, 'blob', objects);
    if (!raw.ok) return raw;
    const checked = verifyOid(raw.value);
    return checked.ok ? ok(checked.value.bytes) : checked;
  };
  return { root, list, blob };
}

async function readObject(
  oid: Oid,
  type: GitObjectType,
  objects: ObjectReader,
): Promise<Result<RawObject>> {
  const found = await objects.readMany([oid]);
  if (!found.ok) return found;
  const raw = found.value.get(oid);
  // The answer is judged under the name that was asked for, not the one it claims.
  return raw?.type === type ? ok({ ...raw, oid }) : stopped(missingObject(type, oid));
}

/** The stop for an object that a commit names and the store does not have. */
export function missingObject(what: string, oid: Oid): ReturnType<typeof stop> {
  const message = `${what} ${oid} of a commit is not in the store`;
  return stop('HistoryIncomplete', message, { oid });
}
