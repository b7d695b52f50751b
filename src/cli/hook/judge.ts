import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable, stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { ObjectReader } from '../../reconcile/ports.ts';
import { APPROVALS_REF } from '../../reconcile/steps/source.ts';
import { inspect } from '../check/inspect.ts';
import type { Given } from '../check/inspect.ts';
import { parseCheckOptions } from '../check/options.ts';
import { joinTrust } from '../check/trust.ts';
import { startWork } from '../check/work.ts';
import type { Opened } from '../repo/opened.ts';
import type { Terminal } from '../terminal.ts';
import type { DoorPolicy } from './door-policy.ts';
import type { HookGit } from './git.ts';
import type { Verdict } from './message.ts';
import type { ProtectedRef } from './protected.ts';
import type { PushScan } from './push-scan.ts';
import { openOf } from './settled.ts';
import type { RefUpdate } from './updates.ts';

/** What a push is judged in. */
export type JudgeGround = Readonly<{
  git: HookGit;
  objects: ObjectReader;
  terminal: Terminal;
  guarded: ProtectedRef;
  /** All of the push: approvals may come with what they approve. */
  updates: readonly RefUpdate[];
  scan: PushScan;
}>;

const TAGS = 'refs/tags/';

/**
 * What the policy of the protected branch has to say of a push, as the operator would judge the commits
 * later. Of refs it is about the protected branch, and tags where the policy is about tags; of secrets it
 * says who may answer for one.
 */
export async function judgePush(
  door: DoorPolicy,
  ground: JudgeGround,
): Promise<Result<Verdict, string>> {
  const { updates, guarded, scan, terminal } = ground;
  const { signatures } = door.policy.verify;
  const isTagged = signatures === 'Tag' || signatures === 'TagAndHead';
  const judged = updates.filter(
    ({ ref }) => ref === guarded.ref || (isTagged && ref.startsWith(TAGS)),
  );
  const moves = judged.map((update) => ({ update, refusal: refusedMove(update) }));
  const stops = moves.flatMap(({ refusal }) => refusal ?? []);
  const rest = moves.flatMap(({ update, refusal }) => (refusal === undefined ? [update] : []));
  const { report } = scan;
  if (rest.length === 0 && report.leaks.length === 0) return ok({ leaks: report, stops });
  const { trust, problems } = joinTrust(door.signers, door.policy);
  for (const problem of problems) terminal.err(`gitward: ${printable(problem)}\n`);
  const started = await startWork(trust, terminal);
  if (!started.ok) return stopped(started.stop.message);
  const { work } = started.value;
  try {
    if (started.value.usableKeys === 0 && signatures !== 'None') {
      return ok({ leaks: report, stops: [...stops, nobody()] });
    }
    const options = parseCheckOptions(['--secrets=off']);
    if (!options.ok) return options;
    const given: Given = {
      ...{ options: options.value, policy: door.policy, trust, work: started.value },
      ...{ adjust: (how) => how, hushed: new Set(report.hushed) },
    };
    for (const update of rest) stops.push(...(await judgeOne(update, given, ground)));
    const leaks = await openOf(scan, given, { ...ground, notes: await notesOf(ground) });
    return leaks.ok ? ok({ leaks: leaks.value, stops }) : stopped(leaks.stop.message);
  } finally {
    await work.close();
  }
}

/** Refused whatever the commits are: the branch goes, or a tag moves. */
function refusedMove({ ref, old, next }: RefUpdate): Stop | undefined {
  if (next === undefined) {
    const message = `${ref} cannot be deleted: the policy of the protected branch is in force`;
    return stop('HistoryRewritten', message);
  }
  if (old === undefined || !ref.startsWith(TAGS)) return undefined;
  return stop('HistoryRewritten', `${ref} cannot be moved; make a new tag`);
}

function nobody(): Stop {
  const message =
    'no SignerSet in .gitward/signers of the protected branch has a key that can be used';
  return stop('SignersEmpty', message);
}

async function judgeOne(
  { ref, old, next }: RefUpdate,
  given: Given,
  ground: JudgeGround,
): Promise<readonly Stop[]> {
  const { git, objects, terminal, guarded, updates } = ground;
  if (next === undefined) return [];
  const from = ref === guarded.ref ? old : undefined;
  if (from !== undefined && !(await git.descends(from, next))) return [rewritten(ref)];
  const notes = await notesOf(ground);
  const moved = updates.find((update) => update.ref === guarded.ref)?.next;
  const branch = ref === guarded.ref ? undefined : (moved ?? guarded.oid);
  const label = ref.replace(/^refs\/(?:heads|tags)\//, '');
  const opened: Opened = {
    ...{ name: label, engine: 'native', objects, to: { oid: next, label, ref } },
    walkFrom: () => ({ readMany: (oids) => objects.readMany(oids), expected: () => undefined }),
    ...(from === undefined ? {} : { from: { oid: from, label: 'before' } }),
    ...(branch === undefined ? {} : { branch }),
    ...(notes === undefined ? {} : { notes }),
    close: () => Promise.resolve(),
  };
  const report = await inspect(opened, given, terminal);
  return report.findings;
}

/** Approvals prove themselves, so those that come with the push count as well. */
async function notesOf({ git, updates }: JudgeGround): Promise<Oid | undefined> {
  const pushed = updates.find((update) => update.ref === APPROVALS_REF);
  return pushed === undefined ? git.oid(APPROVALS_REF) : pushed.next;
}

function rewritten(ref: string): Stop {
  const message = `${ref} would lose commits that it has; rebase onto it and push without force`;
  return stop('HistoryRewritten', message);
}
