import type { GuardedRepoSpec, RefSpec } from '../../api/guardedrepo.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { LedgerEntry } from '../../policy/ledger.ts';
import { highestTag } from '../../policy/version.ts';
import type { ServerRef } from '../ports.ts';

/** Where approvals lie: a notes ref, so that they need no commit of their own. */
export const APPROVALS_REF = 'refs/notes/gitward-approvals';

const HEADS = 'refs/heads/';
const TAGS = 'refs/tags/';

/** What the spec follows, and what has to be asked for it. */
export type SourceWish = Readonly<{
  ref: RefSpec;
  /** How the ledger names what is followed. */
  name: string;
  /** Full names, and prefixes that end with a slash. */
  asked: readonly string[];
}>;

/** What the source named when it was asked. Names end here: later stages see the oid alone. */
export type Sight = Readonly<{
  /** Full name of the branch or tag that is followed now. */
  ref: string;
  /** The same as revisions show it. */
  label: string;
  /** The commit's, or the tag object's. */
  oid: Oid;
  /** The commit that the server says it is; proven only after the fetch. */
  commit: Oid;
  /** Full names to fetch, the followed one first. */
  wanted: readonly string[];
  /** Head of the notes that hold approvals, where the server has some. */
  notes: Oid | undefined;
  /** Everything a verdict hangs on, as one text: the same text, the same verdict. */
  key: string;
}>;

/** Spells what a spec follows. */
export function wishOf({ source: { ref } }: Pick<GuardedRepoSpec, 'source'>): SourceWish {
  const branch = ref.branch === undefined ? [] : [`${HEADS}${ref.branch}`];
  // Always asked for, with the same request: a rewritten history is unlocked by approvals too.
  const notes = [APPROVALS_REF];
  if (ref.tag !== undefined) {
    const name = `${TAGS}${ref.tag}`;
    return { ref, name, asked: [name, ...branch, ...notes] };
  }
  if (ref.semver !== undefined) {
    return { ref, name: `semver:${ref.semver}`, asked: [TAGS, ...branch, ...notes] };
  }
  return { ref, name: branch[0] ?? '', asked: [...branch, ...notes] };
}

/** Picks what is followed from what the server named; `RefNotFound` where nothing fits. */
export function sightOf(
  { ref, name, asked }: SourceWish,
  refs: ReadonlyMap<string, ServerRef>,
): Result<Sight> {
  const followed = ref.semver === undefined ? name : tagFor(ref.semver, refs);
  const found = followed === undefined ? undefined : refs.get(followed);
  if (followed === undefined || found === undefined) {
    const what = ref.semver === undefined ? name : `tag that fits ${ref.semver}`;
    const message = `the server has no ${what}; push it, or correct source.ref`;
    return stopped(stop('RefNotFound', message));
  }
  const others = asked.filter((one) => one !== name && !one.endsWith('/'));
  const wanted = [followed, ...others];
  const keyed = wanted.map((one) => `${one} ${refs.get(one)?.oid ?? '-'}`);
  return ok({
    ref: followed,
    label: followed.replace(/^refs\/(?:heads|tags)\//, ''),
    oid: found.oid,
    commit: found.peeled ?? found.oid,
    wanted,
    notes: refs.get(APPROVALS_REF)?.oid,
    key: keyed.join('\n'),
  });
}

/** Is this very thing the anchor already? A tag with another name or object asks for a verdict of its own. */
export function isAnchor({ ref, label, oid }: Sight, { anchor }: LedgerEntry): boolean {
  if (!ref.startsWith(TAGS)) return anchor.tag === undefined && oid === anchor.oid;
  return anchor.tag?.name === label && anchor.tag.oid === oid;
}

function tagFor(range: string, refs: ReadonlyMap<string, ServerRef>): string | undefined {
  const tags = [...refs.keys()].flatMap((name) =>
    name.startsWith(TAGS) ? [name.slice(TAGS.length)] : [],
  );
  const best = highestTag(tags, range);
  return best === undefined ? undefined : `${TAGS}${best}`;
}
