import type { GuardedRepo, Mode, TargetSpec } from '../../api/guardedrepo.ts';
import type { DesiredState } from '../../domain/manifest.ts';
import type { AcceptedCommit } from '../../domain/proof.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Stop } from '../../domain/stop.ts';
import { MAX_KEPT_APPROVALS, withTag } from '../../policy/ledger.ts';
import type {
  AcceptedTag,
  Anchor,
  LedgerEntry,
  PublishedPlan,
  Standing,
} from '../../policy/ledger.ts';
import { applyOrder, planDigest } from '../../render/index.ts';
import type { Ground, LinePorts, RepoMemory } from '../line.ts';
import type { ObjectReader } from '../ports.ts';
import { saveLedger } from './ledger.ts';
import { modeInForce } from './mode.ts';
import { render } from './render.ts';
import { wishOf } from './source.ts';

/** What is to be enforced: an accepted commit, and the anchor it makes. */
export type Enforcement = Readonly<{
  commit: AcceptedCommit;
  anchor: Anchor;
  objects: ObjectReader;
  /** Approvals that stand behind the commit, as text. */
  approvals: readonly string[];
}>;

/**
 * Renders, compares and acts: the guard holds the commit's objects afterwards. The plan's digest is
 * in the ledger before the first write, and is current only when every object was handled.
 * Objects that could not be are stops in `memory.failures`; the others are done.
 */
export async function enforce(ground: Ground, enforcement: Enforcement): Promise<Result<void>> {
  const { repo, memory, ports } = ground;
  const { commit, objects } = enforcement;
  const desired = await renderTargets(repo, commit, objects, ports);
  if (!desired.ok) {
    // What is untrusted stays the anchor, and frozen, until something better is in force.
    if (memory.stored?.entry.standing?.kind === 'Untrusted') return desired;
    const kept = await saveLedger(ground, withAnchor(ground, enforcement));
    return kept.ok ? desired : kept;
  }
  const before = withAnchor(ground, enforcement);
  const mode = modeInForce(repo, before);
  const plan = { oid: commit.oid, digest: digestOf(mode, desired.value) };
  const known = memory.stored?.entry.current;
  const resumed = known?.digest === plan.digest && known.oid === plan.oid;
  const published = await saveLedger(ground, withPending(before, plan));
  if (!published.ok) return published;
  const acted = await act(ground, desired.value, { resumed, mode });
  if (!acted.ok) return acted;
  const generation = repo.metadata.generation ?? 0;
  memory.loaded = { oid: commit.oid, generation, mode };
  memory.warnings = desired.value.flatMap((state) => state.warnings);
  if (memory.failures.length > 0) return ok(undefined);
  return saveLedger(ground, withCurrent(withAnchor(ground, enforcement), plan));
}

async function renderTargets(
  repo: GuardedRepo,
  commit: AcceptedCommit,
  objects: ObjectReader,
  ports: LinePorts,
): Promise<Result<readonly DesiredState[]>> {
  const states: DesiredState[] = [];
  for (const target of repo.spec.targets) {
    const state = await render(commit, target, objects, ports);
    if (!state.ok) return state;
    states.push(state.value);
  }
  return ok(states);
}

/** Names the plan by mode and content, so that Audit becoming Enforce is a new plan. */
function digestOf(mode: Mode, states: readonly DesiredState[]): string {
  return `${mode}:${planDigest(states.flatMap((state) => state.manifests))}`;
}

async function act(
  { repo, memory, ports }: Ground,
  states: readonly DesiredState[],
  { resumed, mode }: Readonly<{ resumed: boolean; mode: Mode }>,
): Promise<Result<void>> {
  const [first] = states;
  if (first === undefined) return ok(undefined);
  const key = first.commit.repo;
  const entries = states.flatMap((state) => {
    const target = targetNamed(repo.spec.targets, state.target);
    const { revision } = state.commit;
    return applyOrder(state.manifests).map((manifest) => {
      return { repo: key, target, mode, manifest, revision };
    });
  });
  const staged = ports.guard.stage(key, entries);
  if (!staged.ok) return staged;
  // After a restart the plan is live already: comparing instead of writing lets drift from meanwhile be seen, told and undone.
  const outcomes = await ports.guard.rollout(key, {
    concurrency: ports.rules.writers,
    method: resumed ? 'compare' : 'apply',
  });
  const failures: Stop[] = [];
  for (const { outcome } of outcomes) if (!outcome.ok) failures.push(outcome.stop);
  await ports.guard.commit(key);
  memory.failures = failures;
  for (const { target, commit } of states) {
    const failed = outcomes.some((one) => one.target === target && !one.outcome.ok);
    if (!failed) memory.applied.set(target, commit.revision);
  }
  return ok(undefined);
}

function targetNamed(targets: readonly TargetSpec[], name: string): TargetSpec {
  const found = targets.find((target) => target.name === name);
  // A state is only ever rendered from one of these targets.
  if (found === undefined) throw new Error(`no target ${name}`);
  return found;
}

/** The entry with this anchor; a new one ends what waited or was refused, and what was untrusted. */
function withAnchor(
  { repo, memory }: Ground,
  { commit, anchor, approvals }: Enforcement,
): LedgerEntry {
  const before = memory.stored?.entry;
  const same = before?.anchor.oid === anchor.oid && sameTag(before.anchor.tag, anchor.tag);
  // Upholding an anchor says nothing of a changed url or ref: only a verdict renames the source.
  if (before !== undefined && same) return { ...before, anchor };
  const standing = standingOf(anchor, before);
  const kept = keptApprovals(anchor, approvals, before);
  const known = withTag(before?.tags, anchor.tag);
  return {
    schema: 2,
    repo: commit.repo,
    source: { url: repo.spec.source.url, ref: wishOf(repo.spec).name },
    anchor,
    ...leftBy(anchor, before),
    standing,
    ...plansOf(before, standing),
    ...(known.length === 0 ? {} : { tags: known }),
    ...(kept.length === 0 ? {} : { approvals: kept }),
  };
}

/** What was rolled out before, unless it is the untrusted commit that is left behind. */
function plansOf(
  before: LedgerEntry | undefined,
  { kind }: Standing,
): Pick<LedgerEntry, 'current' | 'pending'> {
  const isLeft = before?.standing?.kind === 'Untrusted' && kind !== 'Untrusted';
  const { current, pending } = isLeft ? {} : (before ?? {});
  return {
    ...(current === undefined ? {} : { current }),
    ...(pending === undefined ? {} : { pending }),
  };
}

/** The approvals of the verdict; those of the same commit's last verdict stand behind it still. */
function keptApprovals(
  { oid }: Anchor,
  approvals: readonly string[],
  before: LedgerEntry | undefined,
): readonly string[] {
  const earlier = before?.anchor.oid === oid ? (before.approvals ?? []) : [];
  return [...new Set([...approvals, ...earlier])].slice(0, MAX_KEPT_APPROVALS);
}

/** The anchor that an approved rewrite leaves behind: the range of every other verdict begins at it. */
function leftBy(
  { oid, since }: Anchor,
  before: LedgerEntry | undefined,
): Pick<LedgerEntry, 'left'> {
  const old = before?.anchor.oid;
  return old === undefined || old === oid || old === since ? {} : { left: old };
}

function sameTag(a: AcceptedTag | undefined, b: AcceptedTag | undefined): boolean {
  return a?.oid === b?.oid && a?.name === b?.name;
}

/**
 * A new commit starts trusted. Another tag on the commit that is live already says nothing of the
 * keys behind it: its standing stays what it was.
 */
function standingOf(anchor: Anchor, before: LedgerEntry | undefined): Standing {
  const isLive = before?.anchor.oid === anchor.oid;
  if (isLive && before.standing !== undefined) return before.standing;
  const { trustDigest, policyDigest } = isLive ? before.anchor : anchor;
  return { kind: 'Trusted', detail: '', trustDigest, policyDigest };
}

function withPending(entry: LedgerEntry, plan: PublishedPlan): LedgerEntry {
  const { current, pending: _replaced, ...rest } = entry;
  if (current?.digest === plan.digest && current.oid === plan.oid) return { ...rest, current };
  return { ...rest, ...(current === undefined ? {} : { current }), pending: plan };
}

function withCurrent(entry: LedgerEntry, plan: PublishedPlan): LedgerEntry {
  const { pending: _done, ...rest } = entry;
  return { ...rest, current: plan };
}

/** The stop that says why objects are not as Git wants them: the first, and how many more. */
export function failureOf(memory: RepoMemory): Result<void> {
  const [first, ...rest] = memory.failures;
  if (first === undefined) return ok(undefined);
  if (rest.length === 0) return stopped(first);
  return stopped({ ...first, message: `${first.message} (and ${rest.length} more objects)` });
}
