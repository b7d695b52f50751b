import { parseTag } from '../../commit/tag.ts';
import type { RawObject } from '../../domain/git-object.ts';
import { shortOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { ObjectReader } from '../../reconcile/ports.ts';
import type { RefUpdate } from './updates.ts';

/** An annotated tag of a push, and the ref that leads to it. */
export type PushedTag = Readonly<{ ref: string; raw: RawObject }>;

/** A blob or tree that a ref names without a commit: its content comes with the push all the same. */
export type Loose = Readonly<{ ref: string; oid: Oid }>;

/** What the refs of a push lead to. */
export type Tips = Readonly<{
  commits: readonly Oid[];
  tags: readonly PushedTag[];
  blobs: readonly Loose[];
  trees: readonly Loose[];
}>;

/** Tags of tags, followed this far: nobody has more of them in good faith. */
const MAX_TAGS_DEEP = 8;

/** Follows each ref of a push through its tags to what it stands for. */
export async function sortTips(
  updates: readonly RefUpdate[],
  objects: ObjectReader,
): Promise<Result<Tips>> {
  const tips = { commits: new Set<Oid>(), tags: [], blobs: [], trees: [] } as Sorted;
  for (const { ref, next } of updates) {
    const followed =
      next === undefined ? ok(undefined) : await follow(next, ref, { objects, tips });
    if (!followed.ok) return followed;
  }
  return ok({ ...tips, commits: [...tips.commits] });
}

type Sorted = { commits: Set<Oid>; tags: PushedTag[]; blobs: Loose[]; trees: Loose[] };

async function follow(
  first: Oid,
  ref: string,
  { objects, tips }: Readonly<{ objects: ObjectReader; tips: Sorted }>,
): Promise<Result<void>> {
  let oid = first;
  for (let depth = 0; depth <= MAX_TAGS_DEEP; depth++) {
    const found = await objects.readMany([oid]);
    if (!found.ok) {
      // A blob of any size has a name: what is too large to read is told by the scan.
      if (found.stop.reason !== 'RepositoryTooLarge') return found;
      tips.blobs.push({ ref, oid });
      return ok(undefined);
    }
    const raw = found.value.get(oid);
    if (raw === undefined) return stopped(missing(oid, ref));
    if (raw.type === 'commit') tips.commits.add(oid);
    else if (raw.type === 'blob') tips.blobs.push({ ref, oid });
    else if (raw.type === 'tree') tips.trees.push({ ref, oid });
    if (raw.type !== 'tag') return ok(undefined);
    const tag = parseTag({ ...raw, oid });
    if (!tag.ok) return tag;
    tips.tags.push({ ref, raw: { ...raw, oid } });
    oid = tag.value.object;
  }
  const message = `${ref} names tags inside one another, more than ${MAX_TAGS_DEEP} deep; tag the commit`;
  return stopped(stop('CommitMalformed', message));
}

function missing(oid: Oid, ref: string): ReturnType<typeof stop> {
  return stop('HistoryIncomplete', `${ref} names ${shortOid(oid)}, which is not there`);
}
