import type { GuardedRepo, TargetSpec } from '../../api/guardedrepo.ts';
import type { DesiredState } from '../../domain/manifest.ts';
import type { AcceptedCommit } from '../../domain/proof.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Stop } from '../../domain/stop.ts';
import type { Anchor, LedgerEntry, PublishedPlan } from '../../policy/ledger.ts';
import { applyOrder, planDigest } from '../../render/index.ts';
import type { Ground, LinePorts, RepoMemory } from '../line.ts';
import type { ObjectReader } from '../ports.ts';
import { saveLedger } from './ledger.ts';
import { render } from './render.ts';

/** What is to be enforced: an accepted commit, and the anchor it makes. */
export type Enforcement = Readonly<{
  commit: AcceptedCommit;
  anchor: Anchor;
  objects: ObjectReader;
}>;

/**
 * Renders, compares and acts: the guard holds the commit's objects afterwards. The plan's digest is
 * in the ledger before the first write, and is current only when every object was handled.
 * Objects that could not be are stops in `memory.failures`; the others are done.
 */
export async function enforce(
  ground: Ground,
  { commit, anchor, objects }: Enforcement,
): Promise<Result<void>> {
  const { repo, memory, ports } = ground;
  const desired = await renderTargets(repo, commit, objects, ports);
  if (!desired.ok) {
    const kept = await saveLedger(ground, withAnchor(ground, commit, anchor));
    return kept.ok ? desired : kept;
  }
  const plan = { oid: commit.oid, digest: digestOf(repo, desired.value) };
  const known = memory.stored?.entry.current;
  const resumed = known?.digest === plan.digest && known.oid === plan.oid;
  const before = withAnchor(ground, commit, anchor);
  const published = await saveLedger(ground, withPending(before, plan));
  if (!published.ok) return published;
  const acted = await act(ground, desired.value, resumed);
  if (!acted.ok) return acted;
  const generation = repo.metadata.generation ?? 0;
  memory.loaded = { oid: commit.oid, generation };
  memory.warnings = desired.value.flatMap((state) => state.warnings);
  if (memory.failures.length > 0) return ok(undefined);
  return saveLedger(ground, withCurrent(withAnchor(ground, commit, anchor), plan));
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
function digestOf(repo: GuardedRepo, states: readonly DesiredState[]): string {
  return `${repo.spec.mode}:${planDigest(states.flatMap((state) => state.manifests))}`;
}

async function act(
  { repo, memory, ports }: Ground,
  states: readonly DesiredState[],
  resumed: boolean,
): Promise<Result<void>> {
  const [first] = states;
  if (first === undefined) return ok(undefined);
  const key = first.commit.repo;
  const entries = states.flatMap((state) => {
    const target = targetNamed(repo.spec.targets, state.target);
    const { revision } = state.commit;
    const { mode } = repo.spec;
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

function withAnchor({ repo, memory }: Ground, commit: AcceptedCommit, anchor: Anchor): LedgerEntry {
  const before = memory.stored?.entry;
  const { current, pending } = before ?? {};
  // Upholding an anchor says nothing of a changed url or branch: only a verdict renames the source.
  const kept = before?.anchor.oid === anchor.oid ? before : undefined;
  const rejected = kept?.rejected;
  return {
    schema: 1,
    repo: commit.repo,
    source: kept?.source ?? { url: repo.spec.source.url, branch: repo.spec.source.ref.branch },
    anchor,
    ...(current === undefined ? {} : { current }),
    ...(pending === undefined ? {} : { pending }),
    ...(rejected === undefined ? {} : { rejected }),
  };
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
