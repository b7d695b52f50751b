import type { SecretsSpec } from '../../api/guardedrepo.ts';
import { parseCommit } from '../../commit/parse.ts';
import type { ParsedCommit } from '../../commit/parse.ts';
import { parseTag } from '../../commit/tag.ts';
import type { RawObject } from '../../domain/git-object.ts';
import { shortOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import { SopsFinder } from '../../reconcile/gather/sops-files.ts';
import { readCommit } from '../../reconcile/gather/walk.ts';
import type { ObjectReader } from '../../reconcile/ports.ts';
import type { WorkPort } from '../../worker/port.ts';
import { joinLeaks, NO_LEAKS } from '../leaks/leak.ts';
import type { LeakReport } from '../leaks/leak.ts';
import { reportOf, scanRange } from '../leaks/scan.ts';
import type { RangeScan } from '../leaks/scan.ts';
import { EMPTY_TREE, NO_COMMIT, standIn, treeOf, withObjects } from '../leaks/stand-in.ts';
import type { HookGit } from './git.ts';
import type { ProtectedRef } from './protected.ts';
import type { Tips } from './tips.ts';

/** What a push brings. */
export type Pushed = Readonly<{
  tips: Tips;
  /** New commits of all tips, each before its parents. */
  commits: readonly Oid[];
  /** Names of refs that are new. */
  names: readonly string[];
  guarded: ProtectedRef;
  secrets: SecretsSpec;
}>;

/** What a push is scanned with. */
export type PushGround = Readonly<{ git: HookGit; objects: ObjectReader; work: WorkPort }>;

/** Commits read at once. */
const BATCH_COMMITS = 256;

/** What was found, and the commits that were looked through, each before its parents. */
export type PushScan = Readonly<{ report: LeakReport; commits: readonly ParsedCommit[] }>;

/** Scans every new commit, the messages of tags, names of refs, and what refs name without a commit. */
export async function scanPush(pushed: Pushed, ground: PushGround): Promise<Result<PushScan>> {
  const { guarded, secrets } = pushed;
  if (secrets.mode === 'Off') return ok({ report: NO_LEAKS, commits: [] });
  const commits = await readCommits(pushed.commits, ground.objects);
  if (!commits.ok) return commits;
  const before = guarded.oid === undefined ? ok(undefined) : await treeAt(guarded.oid, ground);
  if (!before.ok) return before;
  const finder = new SopsFinder();
  const common = { protectedTree: before.value, secrets, finder };
  const reports: LeakReport[] = [];
  for (const { tip, members } of groupByTip(pushed.tips.commits, commits.value)) {
    const findRoot = (): Promise<Oid | undefined> => ground.git.root(guarded.oid ?? tip.oid);
    const range = { ...common, commits: members, tipTree: tip.tree, findRoot };
    const scanned = await scanRange(range, ground);
    if (!scanned.ok) return scanned;
    reports.push(reportOf(scanned.value));
  }
  const others = await scanOthers(pushed, common, ground);
  if (!others.ok) return others;
  return ok({ report: joinLeaks([...reports, others.value]), commits: commits.value });
}

async function treeAt(commit: Oid, { objects }: PushGround): Promise<Result<Oid>> {
  const read = await readCommit(objects, commit);
  return read.ok ? ok(read.value.tree) : read;
}

/** Reads and parses commits; one that is missing or malformed is no commit that could be judged. */
async function readCommits(
  oids: readonly Oid[],
  objects: ObjectReader,
): Promise<Result<readonly ParsedCommit[]>> {
  const commits: ParsedCommit[] = [];
  for (let start = 0; start < oids.length; start += BATCH_COMMITS) {
    const batch = oids.slice(start, start + BATCH_COMMITS);
    const found = await objects.readMany(batch);
    if (!found.ok) return found;
    for (const oid of batch) {
      const raw = found.value.get(oid);
      if (raw === undefined) return stopped(missing(oid));
      const parsed = parseCommit({ ...raw, oid });
      if (!parsed.ok) return parsed;
      commits.push(parsed.value);
    }
  }
  return ok(commits);
}

type Group = Readonly<{ tip: ParsedCommit; members: readonly ParsedCommit[] }>;

/** Each new commit with the first tip that reaches it: what a tip's own files demand holds for its own. */
function groupByTip(tips: readonly Oid[], commits: readonly ParsedCommit[]): readonly Group[] {
  const left = new Map(commits.map((commit) => [commit.oid, commit]));
  const groups: Group[] = [];
  for (const tip of tips) {
    const first = left.get(tip);
    if (first === undefined) continue;
    const reached = new Set<Oid>();
    const open = [tip];
    for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
      const commit = left.get(oid);
      if (commit === undefined) continue;
      left.delete(oid);
      reached.add(oid);
      open.push(...commit.parents);
    }
    // In git's order: children before their parents.
    groups.push({ tip: first, members: commits.filter(({ oid }) => reached.has(oid)) });
  }
  return groups;
}

type Common = Pick<RangeScan, 'protectedTree' | 'secrets' | 'finder'>;

/** What comes in beside commits, each as if a commit brought it; told by what it is. */
async function scanOthers(
  { tips, names, guarded }: Pushed,
  common: Common,
  ground: PushGround,
): Promise<Result<LeakReport>> {
  const made: RawObject[] = [];
  const labels = new Map<Oid, string>();
  const commits: ParsedCommit[] = [];
  for (const { raw } of tips.tags) {
    const tag = parseTag(raw);
    if (!tag.ok) return tag;
    labels.set(raw.oid, `(tag ${shortOid(raw.oid)})`);
    commits.push(standIn({ oid: raw.oid, message: tag.value.payload }));
  }
  for (const { oid } of tips.blobs) {
    const tree = treeOf('blob', oid);
    made.push(tree);
    labels.set(oid, `(blob ${shortOid(oid)})`);
    commits.push(standIn({ oid, tree: tree.oid }));
  }
  for (const { oid } of tips.trees) commits.push(standIn({ oid, tree: oid }));
  if (names.length > 0) {
    labels.set(NO_COMMIT, '(name of a ref)');
    commits.push(standIn({ oid: NO_COMMIT, message: Buffer.from(names.join('\n')) }));
  }
  if (commits.length === 0) return ok(NO_LEAKS);
  const findRoot = async (): Promise<Oid | undefined> => {
    const from = guarded.oid ?? tips.commits[0];
    return from === undefined ? undefined : ground.git.root(from);
  };
  const tipTree = common.protectedTree ?? EMPTY_TREE;
  const objects = withObjects(ground.objects, made);
  const range = { ...common, commits, tipTree, findRoot };
  const scanned = await scanRange(range, { ...ground, objects });
  return scanned.ok ? ok(relabelled(reportOf(scanned.value), labels)) : scanned;
}

function relabelled(report: LeakReport, labels: ReadonlyMap<Oid, string>): LeakReport {
  const labelOf = (oid: Oid | undefined): string | undefined =>
    oid === undefined ? undefined : labels.get(oid);
  return {
    ...report,
    leaks: report.leaks.map(({ commit, ...leak }) => {
      const path = labelOf(commit);
      if (path !== undefined) return { ...leak, finding: { ...leak.finding, path } };
      return { ...leak, ...(commit === undefined ? {} : { commit }) };
    }),
    gaps: report.gaps.map(({ commit, ...gap }) => {
      const path = labelOf(commit);
      return path === undefined
        ? { ...gap, ...(commit === undefined ? {} : { commit }) }
        : { ...gap, path };
    }),
  };
}

function missing(oid: Oid): ReturnType<typeof stop> {
  const message = `history not covered: commit ${shortOid(oid)} is not there; push from a complete clone (git fetch --unshallow)`;
  return stop('HistoryIncomplete', message);
}
