import type { ReadObject } from '../../commit/history.ts';
import { parseTag } from '../../commit/tag.ts';
import type { ParsedTag } from '../../commit/tag.ts';
import { shortOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { TagEvidence } from '../../policy/evidence.ts';
import type { SignatureEvidence } from '../../signature/index.ts';
import type { GatherGround, Tip } from './ground.ts';
import { detachedSignatures } from './signatures.ts';
import { isAncestor, readerOf } from './walk.ts';

/** The commit that is judged, and the tag that named it, if one did. */
export type NamedCommit = Readonly<{ commit: Oid; tag?: TagEvidence }>;

/**
 * Resolves a tip to its commit by the bytes of the tag itself, whatever the server says it points to.
 * A tag of a tag, of no commit, or with another name inside than outside is `CommitMalformed`.
 */
export async function nameTip(tip: Tip, ground: GatherGround): Promise<Result<NamedCommit>> {
  if (tip.tag === undefined) return ok({ commit: tip.oid });
  const read = readerOf(ground.objects);
  const found = await read(tip.oid);
  if (!found.ok) return found;
  if (found.value === undefined) {
    const message = `tag ${tip.tag} is not among the fetched objects`;
    return stopped(stop('HistoryIncomplete', message, { oid: tip.oid }));
  }
  const parsed =
    found.value.type === 'tag' ? parseTag({ ...found.value, oid: tip.oid }) : undefined;
  if (parsed !== undefined && !parsed.ok) return parsed;
  const commit = parsed === undefined ? tip.oid : parsed.value.object;
  const wrong = parsed === undefined ? undefined : problemOf(parsed.value, tip.tag);
  if (wrong !== undefined) return stopped(stop('CommitMalformed', wrong, { oid: tip.oid }));
  const signature = await tagSignature(parsed?.value, ground);
  if (!signature.ok) return signature;
  const place = await contained(commit, tip.branch, { read, limit: ground.maxRangeCommits });
  if (!place.ok) return place;
  const tag = {
    ...{ name: tip.tag, oid: tip.oid, signature: signature.value, contained: place.value },
    ...(parsed === undefined ? {} : { tagger: parsed.value.tagger }),
  };
  return ok({ commit, tag });
}

function problemOf(tag: ParsedTag, name: string): string | undefined {
  if (tag.objectType !== 'commit') {
    return `tag ${name} names a ${tag.objectType}; tag the commit itself`;
  }
  if (tag.name === name) return undefined;
  return `the object behind tag ${name} (${shortOid(tag.oid)}) was made for another name; make the tag again`;
}

async function tagSignature(
  tag: ParsedTag | undefined,
  ground: GatherGround,
): Promise<Result<SignatureEvidence>> {
  if (tag?.signature === undefined) {
    const detail = 'it is not signed; tag with git tag -s';
    return ok({ kind: 'bad', reason: 'SignatureMissing', detail });
  }
  const { format, armor } = tag.signature;
  const firstSeen = ground.firstSeen(tag.oid);
  const asked = {
    ...{ format, armor, payload: tag.payload, namespace: 'git' as const },
    ...(firstSeen === undefined ? {} : { firstSeen }),
  };
  const judged = await detachedSignatures([asked], ground);
  if (!judged.ok) return judged;
  const [signature] = judged.value;
  return ok(signature ?? { kind: 'bad', reason: 'SignatureInvalid', detail: 'it was not checked' });
}

async function contained(
  commit: Oid,
  branch: Oid | null | undefined,
  { read, limit }: Readonly<{ read: ReadObject; limit: number }>,
): Promise<Result<TagEvidence['contained']>> {
  if (branch === undefined) return ok('noBranch');
  if (branch === null) return ok('outside');
  if (branch === commit) return ok('inBranch');
  const found = await isAncestor(commit, branch, read, limit);
  if (!found.ok) return found;
  return ok(found.value ? 'inBranch' : 'outside');
}
