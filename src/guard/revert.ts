import type { Clock } from '../domain/clock.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ObjectKey } from '../domain/object-ref.ts';
import type { ApprovedPlan } from '../domain/proof.ts';
import { ok } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import type { Stop } from '../domain/stop.ts';
import { buildBaseline } from '../drift/baseline.ts';
import type { Built } from '../drift/baseline.ts';
import type { FieldDrift } from '../drift/field-drift.ts';
import { FIGHT_PAUSE_MS, heatUp, isFight } from '../drift/fight.ts';
import type { Heat } from '../drift/fight.ts';
import { holderOf } from '../drift/holder.ts';
import { decideOperation } from '../drift/operation.ts';
import type { Decided, Fact } from '../drift/operation.ts';
import type { DriftKind, DriftRecord } from '../drift/record.ts';
import type { GuardedObjects } from '../reconcile/ports.ts';
import type { Confirmation } from './confirm.ts';
import type { Entry } from './entry.ts';
import type { Episodes } from './episodes.ts';
import type { DesiredIndex } from './index.ts';

/** Pause before a stop of each kind is tried again. */
const AGAIN_MS = { stalled: 30_000, waiting: 5_000, retry: 1_000 } as const;

/** Pause before an object that is being deleted is looked at again; its deletion wakes sooner. */
const TERMINATING_MS = 5_000;

/** What one confirmed look at an object leads to. */
export type Settlement = Readonly<{ againMs?: number; reverted: boolean }>;

const QUIET: Settlement = { reverted: false };

/** What acting on drift needs. */
export type ReverterPorts = Readonly<{
  objects: GuardedObjects;
  index: DesiredIndex;
  episodes: Episodes;
  clock: Clock;
}>;

/** Acts on confirmed drift of one object and tells it; the caller holds the object's lock. */
export class Reverter {
  readonly #ports: ReverterPorts;
  readonly #heat = new Map<ObjectKey, Heat>();

  constructor(ports: ReverterPorts) {
    this.#ports = ports;
  }

  /** Reports, reverts or recreates, as `decideOperation` says. */
  async settle(entry: Entry, confirmation: Confirmation): Promise<Settlement> {
    const { index, episodes } = this.#ports;
    switch (confirmation.kind) {
      case 'same':
        index.record(entry, confirmation.baseline);
        episodes.settle(entry.repo, entry.key);
        return QUIET;
      case 'mutated':
        index.record(entry, confirmation.baseline);
        return this.#report(entry, confirmation, 'mutated');
      case 'unconfirmed':
        this.#report(entry, confirmation, 'unconfirmed');
        return { reverted: false, againMs: againAfter(confirmation.why) };
      case 'terminating':
        this.#report(entry, confirmation, 'terminating');
        return { reverted: false, againMs: TERMINATING_MS };
      case 'drifted':
      case 'missing':
        return this.#undo(entry, confirmation);
    }
  }

  /** Forgets an object that is not guarded any more. */
  forget(key: ObjectKey): void {
    this.#heat.delete(key);
  }

  async #undo(
    entry: Entry,
    confirmation: Extract<Confirmation, { kind: 'drifted' | 'missing' }>,
  ): Promise<Settlement> {
    const now = this.#ports.clock.monotonic();
    const decided = decide(entry, confirmation.kind);
    if (decided.plan === undefined) return this.#report(entry, confirmation, confirmation.kind);
    if (isFight(this.#heat.get(entry.key), now)) {
      this.#report(entry, confirmation, 'fought');
      // Cools down by one revert a pause: the fight goes on, but slowly.
      this.#heat.set(entry.key, { value: 0, at: now });
      return { reverted: false, againMs: FIGHT_PAUSE_MS };
    }
    this.#heat.set(entry.key, heatUp(this.#heat.get(entry.key), now));
    const done = await this.#write(entry, decided.plan);
    const told = this.#describe(entry, confirmation);
    if (!done.ok) {
      this.#ports.episodes.note({
        ...told,
        outcome: done.stop.reason,
        stop: done.stop,
        open: true,
      });
      return { reverted: false, againMs: againAfter(done.stop) };
    }
    const { mutated } = done.value;
    if (mutated.length > 0)
      return this.#report(entry, { kind: 'mutated', fields: mutated }, 'mutated');
    this.#ports.episodes.note({ ...told, outcome: 'DriftReverted', open: false });
    return { reverted: true };
  }

  async #write(entry: Entry, plan: ApprovedPlan): Promise<Result<Built>> {
    const { objects, index } = this.#ports;
    const { namespace, serviceAccountName } = entry.target;
    const answer = await objects.apply(plan, { namespace, name: serviceAccountName });
    if (!answer.ok) return answer;
    const built = buildBaseline(entry.manifest, answer.value, 'applied');
    if (!built.ok) return built;
    index.record(entry, built.value.baseline);
    return ok(built.value);
  }

  #report(entry: Entry, seen: Seen, fact: Fact): Settlement {
    const told = this.#describe(entry, seen);
    const why = seen.why === undefined ? {} : { stop: seen.why };
    this.#ports.episodes.note({ ...told, outcome: outcomeOf(entry, fact), ...why, open: true });
    return QUIET;
  }

  #describe(entry: Entry, seen: Seen): Omit<DriftRecord, 'outcome' | 'open'> {
    const fields = seen.fields ?? [];
    const holder = seen.live === undefined ? undefined : holderOf(seen.live, fields);
    return {
      repo: entry.repo,
      target: entry.target.name,
      key: entry.key,
      object: entry.manifest.ref,
      revision: entry.revision,
      kind: kindOf(seen.kind),
      fields,
      ...(holder === undefined ? {} : { manager: holder.manager }),
      confidence: holder === undefined ? 'unknown' : 'managedFields',
      seenAt: this.#ports.clock.now(),
    };
  }
}

type Seen = Readonly<{
  kind: Confirmation['kind'];
  fields?: readonly FieldDrift[];
  live?: JsonObject;
  why?: Stop;
}>;

function decide(entry: Entry, fact: Fact): Decided {
  const { key, manifest, mode, target } = entry;
  return decideOperation({ fact, key, manifest, mode, onDrift: target.drift.onDrift });
}

function outcomeOf(entry: Entry, fact: Fact): DriftRecord['outcome'] {
  const { operation } = decide(entry, fact);
  if (operation === 'conflict') return 'MutatedByAdmission';
  if (operation === 'abandon') return 'RevertFight';
  return fact === 'unconfirmed' ? 'DriftUnconfirmed' : 'DriftReported';
}

function kindOf(kind: Confirmation['kind']): DriftKind {
  if (kind === 'missing') return 'deleted';
  return kind === 'terminating' ? 'terminating' : 'fields';
}

function againAfter(why: Stop): number {
  return Math.max(AGAIN_MS[why.kind], why.retryAfterMs ?? 0);
}

/** The stop of an object whose answer came but could not be used. */
export function mutatedStop(entry: Entry, fields: readonly FieldDrift[]): Stop {
  const [first] = fields;
  const message = `admission changed ${first?.path ?? 'a field'} of ${entry.key}`;
  return stop('MutatedByAdmission', message, { object: entry.manifest.ref });
}
