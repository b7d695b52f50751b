import { parseTag } from '../../commit/tag.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Footing } from '../../policy/judgement.ts';
import type { GatherGround } from '../../reconcile/gather/ground.ts';
import { sealedFooting } from '../../reconcile/gather/seal.ts';
import { nameTip } from '../../reconcile/gather/tag.ts';
import { readerOf } from '../../reconcile/gather/walk.ts';
import type { ObjectReader } from '../../reconcile/ports.ts';
import { parseOid } from '../../domain/oid.ts';
import type { Named, Opened } from '../repo/opened.ts';
import type { Subject } from './audit.ts';
import { ancestorsOf } from './walk.ts';

/** What is audited, and from where. */
export type Beginning = Readonly<{ subject: Subject; footing: Footing }>;

/** Finds the commit that is judged and the one it stands on: the range's, the policy's or none. */
export async function findSubject(
  opened: Opened,
  ground: GatherGround,
): Promise<Result<Beginning>> {
  const wantsTag = ground.verify.signatures === 'Tag' || ground.verify.signatures === 'TagAndHead';
  const isTag = opened.to.ref?.startsWith('refs/tags/') === true;
  const named = wantsTag && isTag ? await nameTag(opened, ground) : await peelTip(opened);
  if (!named.ok) return named;
  const { tip, tag } = named.value;
  const footing = await findFooting(tip, opened.from, { opened, ground });
  if (!footing.ok) return footing;
  const base = footing.value.kind === 'root' ? undefined : footing.value.oid;
  const subject = { tip, base, notes: opened.notes, ...(tag === undefined ? {} : { tag }) };
  return ok({ subject, footing: footing.value });
}

type Tipped = Pick<Subject, 'tip' | 'tag'>;

async function peelTip({ objects, to }: Opened): Promise<Result<Tipped>> {
  const peeled = await peel(to.oid, objects);
  return peeled.ok ? ok({ tip: peeled.value }) : peeled;
}

/** The commit behind an annotated tag; whatever else is there is told by the walk. */
async function peel(oid: Oid, objects: ObjectReader): Promise<Result<Oid>> {
  const found = await readerOf(objects)(oid);
  if (!found.ok) return found;
  if (found.value?.type !== 'tag') return ok(oid);
  const tag = parseTag({ ...found.value, oid });
  return tag.ok ? ok(tag.value.object) : tag;
}

async function nameTag(
  { to, branch, objects }: Opened,
  ground: GatherGround,
): Promise<Result<Tipped>> {
  const tag = to.ref?.slice('refs/tags/'.length) ?? to.label;
  const peeled = await peel(to.oid, objects);
  if (!peeled.ok) return peeled;
  // The policy names no branch: the tag stands for itself, so that it lies where it is.
  const place =
    branch === undefined ? ok(peeled.value) : await placeIn(peeled.value, branch, ground);
  if (!place.ok) return place;
  const named = await nameTip({ oid: to.oid, tag, branch: place.value, approvals: [] }, ground);
  if (!named.ok) return named;
  const { commit, tag: evidence } = named.value;
  return ok({ tip: commit, ...(evidence === undefined ? {} : { tag: evidence }) });
}

/** The commit itself where the branch contains it, over merges too; null where not. */
async function placeIn(
  commit: Oid,
  branch: Oid | null,
  { objects, maxRangeCommits }: GatherGround,
): Promise<Result<Oid | null>> {
  if (branch === null) return ok(null);
  const contained = await ancestorsOf(branch, objects, maxRangeCommits);
  if (!contained.ok) return contained;
  return ok(contained.value.has(commit) ? commit : null);
}

async function findFooting(
  tip: Oid,
  from: Named | undefined,
  { opened, ground }: Readonly<{ opened: Opened; ground: GatherGround }>,
): Promise<Result<Footing>> {
  if (from !== undefined) {
    const base = await peel(from.oid, opened.objects);
    return base.ok ? ok({ kind: 'anchor', oid: base.value, sourceChanged: false }) : base;
  }
  const { startAt } = ground.verify;
  const commit = parseOid(startAt?.commit ?? '');
  if (commit !== undefined) return ok({ kind: 'startAt', oid: commit });
  return startAt?.seal === undefined ? ok({ kind: 'root' }) : sealedFooting(tip, ground);
}
