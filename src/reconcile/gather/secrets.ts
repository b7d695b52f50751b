import type { HistoryEvidence } from '../../commit/history.ts';
import type { ParsedCommit } from '../../commit/parse.ts';
import { parseCommit } from '../../commit/parse.ts';
import { parseTag } from '../../commit/tag.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { LeakEvidence, TipRelation } from '../../policy/evidence.ts';
import type { Footing } from '../../policy/judgement.ts';
import type { ObjectReader } from '../ports.ts';
import type { GatherGround, Tip } from './ground.ts';
import { gatherLeaks } from './leaks.ts';
import type { LeakGround } from './leaks.ts';
import { gatherPlan } from './scan-plan.ts';
import { readCommit, readerOf } from './walk.ts';

/** What `gather` knows of a head when its secrets are looked for. */
export type Subject = Readonly<{
  tip: Tip;
  commit: ParsedCommit;
  history: HistoryEvidence;
  relation: TipRelation;
  footing: Footing;
}>;

/** First parents followed to the first commit; behind it there is none to name. */
const MAX_ROOT_WALK = 200_000;

/** What is told instead of a subject that may hold a secret. */
const HUSHED = '(hidden: the message holds a secret)';

/**
 * Scans the range of a head under the plan of what was accepted before; nothing where the spec says Off,
 * or where the history is refused anyway.
 */
export async function gatherSecrets(
  { tip, commit, history, relation, footing }: Subject,
  ground: GatherGround,
): Promise<Result<LeakEvidence | undefined>> {
  const { objects, work, secrets } = ground;
  const isWhole = history.end.kind === 'base' || history.end.kind === 'root';
  const isForward = footing.kind === 'root' || relation === 'descends' || relation === 'rewritten';
  if (secrets.spec.mode === 'Off' || !isWhole || !isForward) return ok(undefined);
  const base = footing.kind === 'root' ? ok(undefined) : await readCommit(objects, footing.oid);
  if (!base.ok) return base;
  const root = await rootOf(base.value?.oid ?? commit.oid, ground);
  if (!root.ok) return root;
  const at = { protectedTree: base.value?.tree, tipTree: commit.tree, rootOid: root.value };
  const how = await gatherPlan(at, secrets.spec, objects, secrets.finder);
  if (!how.ok) return how;
  const tags = await tagMessages(tip, commit, objects);
  if (!tags.ok) return tags;
  const { spec: _spec, roots: _roots, finder: _finder, ...scan } = secrets;
  const leakGround: LeakGround = { objects, work, ...scan, tipTree: commit.tree, tags: tags.value };
  return gatherLeaks(history.commits, how.value, leakGround);
}

/** The same history, in which no subject that may hold a secret is told. */
export function hush(history: HistoryEvidence, leaks: LeakEvidence | undefined): HistoryEvidence {
  const hushed = new Set(leaks?.hushed ?? []);
  if (hushed.size === 0) return history;
  const commits = history.commits.map((commit) =>
    hushed.has(commit.oid) ? { ...commit, subject: HUSHED } : commit,
  );
  return { ...history, commits };
}

/** The first commit behind this one, by first parents; `undefined` where it cannot be reached. */
export async function rootOf(
  from: Oid,
  { objects, secrets }: Pick<GatherGround, 'objects' | 'secrets'>,
): Promise<Result<Oid | undefined>> {
  const read = readerOf(objects);
  let at = from;
  for (let count = 0; count < MAX_ROOT_WALK; count += 1) {
    const known = secrets.roots?.get(at);
    if (known !== undefined) return ok(remember(from, known, secrets));
    const found = await read(at);
    if (!found.ok) return found;
    const parsed = found.value === undefined ? undefined : parseCommit({ ...found.value, oid: at });
    if (parsed?.ok !== true) return ok(undefined);
    const [parent] = parsed.value.parents;
    if (parent === undefined) return ok(remember(from, at, secrets));
    at = parent;
  }
  return ok(undefined);
}

function remember(from: Oid, root: Oid, { roots }: GatherGround['secrets']): Oid {
  // The anchor's alone is asked for again: what is kept stays small.
  roots?.clear();
  roots?.set(from, root);
  return root;
}

/** What an annotated tag says: signed bytes without the signature. */
async function tagMessages(
  { oid, tag }: Tip,
  commit: ParsedCommit,
  objects: ObjectReader,
): Promise<Result<NonNullable<LeakGround['tags']>>> {
  if (tag === undefined) return ok([]);
  const found = await readerOf(objects)(oid);
  if (!found.ok) return found;
  if (found.value?.type !== 'tag') return ok([]);
  const parsed = parseTag({ ...found.value, oid });
  return parsed.ok ? ok([{ oid, commit, message: parsed.value.payload }]) : parsed;
}
