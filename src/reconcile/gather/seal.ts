import { parseCommit } from '../../commit/parse.ts';
import { isSeal } from '../../commit/seal.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Footing } from '../../policy/judgement.ts';
import type { GatherGround } from './ground.ts';
import { readerOf } from './walk.ts';

/**
 * Where trust begins by a seal: at the parent of the newest commit whose trailer seals what is before
 * it. The verdict demands a good signature of the sealing commit, so a seal by a stranger stops the
 * line instead of hiding what it seals. Without a seal trust begins at the root.
 */
export async function sealedFooting(
  tip: Oid,
  { objects, maxRangeCommits }: GatherGround,
): Promise<Result<Footing>> {
  const read = readerOf(objects);
  let next: Oid | undefined = tip;
  for (let count = 0; next !== undefined && count < maxRangeCommits; count += 1) {
    const found = await read(next);
    if (!found.ok) return found;
    // What cannot be read or parsed is told by the walk that follows, from the root.
    if (found.value === undefined) break;
    const commit = parseCommit({ ...found.value, oid: next });
    if (!commit.ok) break;
    const [parent, ...others] = commit.value.parents;
    if (others.length > 0) break;
    if (parent !== undefined && isSeal(commit.value)) {
      return ok({ kind: 'startAt', oid: parent, seal: next });
    }
    next = parent;
  }
  return ok({ kind: 'root' });
}
