import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { readCommit, readerOf } from '../../reconcile/gather/walk.ts';
import { DEFAULT_SECRETS } from '../leaks/defaults.ts';
import { ScanWork } from '../leaks/work.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { answer, refuse } from './answer.ts';
import { loadDoorPolicy } from './door-policy.ts';
import type { DoorPolicy } from './door-policy.ts';
import type { Objections, Verdict } from './message.ts';
import { openHookRepo } from './open.ts';
import type { HookRepo } from './open.ts';
import type { ProtectedRef } from './protected.ts';
import { scanPush } from './push-scan.ts';
import type { PushScan } from './push-scan.ts';
import { sortTips } from './tips.ts';
import type { RefUpdate } from './updates.ts';

/** A push, seen from either end. */
export type Push = Readonly<{
  updates: readonly RefUpdate[];
  /** Commits that the other side has, where they are here. */
  known: readonly Oid[];
  /** Refs whose history was judged before, as rev-list names them. */
  refs: readonly string[];
  find: (repo: HookRepo) => Promise<Result<ProtectedRef, string>>;
}>;

/**
 * Judges a push: every new commit for secrets, and the policy of the protected branch in the same pass.
 * Nothing that the push brings has a say in how it is judged.
 */
export async function judgeDoor(push: Push, terminal: Terminal): Promise<ExitCode> {
  const repo = await openHookRepo(terminal);
  if (!repo.ok) return refuse(terminal, repo.stop);
  const work = new ScanWork(terminal);
  try {
    const judged = await objectionsTo(push, { ...repo.value, work, terminal });
    return judged.ok ? answer('push', judged.value, terminal) : refuse(terminal, judged.stop);
  } finally {
    await work.close();
    await repo.value.objects.close();
  }
}

type Ground = HookRepo & Readonly<{ work: ScanWork; terminal: Terminal }>;

async function objectionsTo(push: Push, ground: Ground): Promise<Result<Objections, string>> {
  const { git, objects } = ground;
  const guarded = await push.find(ground);
  if (!guarded.ok) return guarded;
  const door = await policyBefore(guarded.value, ground);
  if (!door.ok) return door;
  const tips = await sortTips(push.updates, objects);
  if (!tips.ok) return stopped(tips.stop.message);
  const known = await git.present(push.known);
  const commits = await git.newCommits(tips.value.commits, { known, refs: push.refs });
  if (!commits.ok) return commits;
  const secrets = door.value?.policy.verify.secrets ?? DEFAULT_SECRETS;
  const isNew = ({ old, next }: RefUpdate): boolean => old === undefined && next !== undefined;
  const names = push.updates.filter(isNew).map(({ ref }) => ref);
  const pushed = {
    tips: tips.value,
    commits: commits.value,
    names,
    guarded: guarded.value,
    secrets,
  };
  const scan = await scanPush(pushed, ground);
  if (!scan.ok) return stopped(scan.stop.message);
  const judged = await judge(
    push,
    { guarded: guarded.value, door: door.value, scan: scan.value },
    ground,
  );
  if (!judged.ok) return judged;
  const branch = guarded.value.ref.replace(/^refs\/heads\//, '');
  return ok({
    ...{ ...judged.value, branch, canApprove: door.value?.policy.repository !== undefined },
    isBlocking: secrets.mode === 'Block',
  });
}

async function policyBefore(
  { ref, oid }: ProtectedRef,
  ground: Ground,
): Promise<Result<DoorPolicy | undefined, string>> {
  const door = oid === undefined ? ok(undefined) : await policyAt(oid, ground);
  return door.ok ? door : stopped(`the policy on ${ref} cannot be used: ${door.stop}`);
}

async function policyAt(
  commit: Oid,
  { objects }: Ground,
): Promise<Result<DoorPolicy | undefined, string>> {
  const read = await readCommit(objects, commit);
  if (!read.ok) return stopped(read.stop.message);
  return loadDoorPolicy(read.value.tree, readerOf(objects));
}

type Judged = Readonly<{ guarded: ProtectedRef; door: DoorPolicy | undefined; scan: PushScan }>;

async function judge(
  { updates }: Push,
  { guarded, door, scan }: Judged,
  ground: Ground,
): Promise<Result<Verdict, string>> {
  const next = updates.find(({ ref }) => ref === guarded.ref)?.next;
  const then = next === undefined ? ok(undefined) : await policyAt(next, ground);
  // Once it is there nothing could be judged any more, its own repair included.
  if (!then.ok) return stopped(`the policy that is pushed could not be used: ${then.stop}`);
  if (door === undefined) return ok({ leaks: scan.report, stops: [] });
  const { judgePush } = await import('./judge.ts');
  return judgePush(door, { ...ground, guarded, updates, scan });
}
