import type { ObjectKey } from '../domain/object-ref.ts';
import type { ApprovedPlan } from '../domain/proof.ts';
import { ok } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import type { Stop } from '../domain/stop.ts';
import type { Clock } from '../domain/clock.ts';
import { buildBaseline } from '../drift/baseline.ts';
import type { Built } from '../drift/baseline.ts';
import { coolsInMs, heatUp, isFight, pauseLeftMs } from '../drift/fight.ts';
import type { Heat } from '../drift/fight.ts';
import { decideOperation } from '../drift/operation.ts';
import type { Decided, Fact } from '../drift/operation.ts';
import type { DriftRecord } from '../drift/record.ts';
import type { Confirmation, ConfirmPorts } from './confirm.ts';
import { describe } from './describe.ts';
import type { Told } from './describe.ts';
import type { Entry } from './entry.ts';
import type { Episodes } from './episodes.ts';
import type { DesiredIndex } from './index.ts';

/** Pause before a stop of each kind is tried again. */
const AGAIN_MS = { stalled: 30_000, waiting: 5_000, retry: 1_000 } as const;

/** Pause before an object that is being deleted is looked at again; its deletion wakes sooner. */
const TERMINATING_MS = 30_000;

/** What one confirmed look at an object leads to. */
export type Settlement = Readonly<{ againMs?: number; reverted: boolean }>;

const QUIET: Settlement = { reverted: false };

/** What acting on drift needs. */
export type ReverterPorts = ConfirmPorts &
  Readonly<{ index: DesiredIndex; episodes: Episodes; clock: Clock }>;

type Undoable = Extract<Confirmation, { kind: 'drifted' | 'missing' }>;

/** Acts on confirmed drift of one object and tells it; the caller holds the object's lock. */
export class Reverter {
  readonly #ports: ReverterPorts;
  readonly #heat = new Map<ObjectKey, Heat>();

  constructor(ports: ReverterPorts) {
    this.#ports = ports;
  }

  /** Reports, reverts or recreates, as `decideOperation` says. */
  async settle(entry: Entry, confirmation: Confirmation): Promise<Settlement> {
    switch (confirmation.kind) {
      case 'same':
        this.#ports.index.record(entry, confirmation.baseline);
        return this.calm(entry);
      case 'mutated':
        this.#ports.index.record(entry, confirmation.baseline);
        return this.#report(entry, confirmation, 'mutated');
      case 'unconfirmed':
        if (this.#isNews(entry, confirmation)) this.#report(entry, confirmation, 'unconfirmed');
        return { reverted: false, againMs: againAfter(confirmation.why) };
      case 'terminating':
        this.#report(entry, confirmation, 'terminating');
        return { reverted: false, againMs: TERMINATING_MS };
      case 'drifted':
      case 'missing':
        return this.#undo(entry, confirmation);
    }
  }

  /** The object is as Git says: its episode ends, that of a fight not before it has cooled. */
  calm(entry: Entry): Settlement {
    const left = coolsInMs(this.#heat.get(entry.key), this.#now());
    if (left > 0 && this.#isFoughtOver(entry)) return { reverted: false, againMs: left };
    if (left === 0) this.#heat.delete(entry.key);
    if (this.#ports.index.isGuarded(entry)) this.#ports.episodes.settle(entry.repo, entry.key);
    return QUIET;
  }

  /** How long a fight that was told still forbids to write: until then there is nothing to do. */
  pauseLeftMs(entry: Entry): number {
    return this.#isFoughtOver(entry) ? pauseLeftMs(this.#heat.get(entry.key), this.#now()) : 0;
  }

  /** Forgets an object that is not guarded any more. */
  forget(key: ObjectKey): void {
    this.#heat.delete(key);
  }

  async #undo(entry: Entry, confirmation: Undoable): Promise<Settlement> {
    const { plan } = decide(entry, confirmation.kind);
    if (plan === undefined) return this.#report(entry, confirmation, confirmation.kind);
    const pauseMs = pauseLeftMs(this.#heat.get(entry.key), this.#now());
    if (pauseMs > 0) {
      this.#report(entry, confirmation, 'fought');
      return { reverted: false, againMs: pauseMs };
    }
    const done = await this.#write(entry, plan);
    if (!done.ok) {
      this.#note(entry, confirmation, { outcome: done.stop.reason, stop: done.stop, open: true });
      return { reverted: false, againMs: againAfter(done.stop) };
    }
    return this.#reverted(entry, confirmation, done.value);
  }

  #reverted(entry: Entry, confirmation: Undoable, { mutated }: Built): Settlement {
    const heat = heatUp(this.#heat.get(entry.key), this.#now());
    if (this.#ports.index.isGuarded(entry)) this.#heat.set(entry.key, heat);
    if (mutated.length > 0) {
      return this.#report(entry, { kind: 'mutated', fields: mutated }, 'mutated');
    }
    if (isFight(heat, this.#now()) && this.#isFoughtOver(entry)) {
      return { reverted: true, againMs: coolsInMs(heat, this.#now()) };
    }
    this.#note(entry, confirmation, { outcome: 'DriftReverted', open: false });
    return { reverted: true };
  }

  async #write(entry: Entry, plan: ApprovedPlan): Promise<Result<Built>> {
    const { objects, index, digestKey } = this.#ports;
    const { namespace, serviceAccountName } = entry.target;
    const answer = await objects.apply(plan, { namespace, name: serviceAccountName });
    if (!answer.ok) return answer;
    const options = { ownership: 'applied', key: digestKey } as const;
    const built = buildBaseline(entry.manifest, answer.value, options);
    if (!built.ok) return built;
    index.record(entry, built.value.baseline);
    return ok(built.value);
  }

  #report(entry: Entry, seen: Told, fact: Fact): Settlement {
    const why = seen.why === undefined ? {} : { stop: seen.why };
    this.#note(entry, seen, { outcome: outcomeOf(entry, fact), ...why, open: true });
    return QUIET;
  }

  /** Tells, unless the object was unguarded while it was worked on. */
  #note(entry: Entry, seen: Told, end: Pick<DriftRecord, 'outcome' | 'stop' | 'open'>): void {
    const { index, episodes, clock } = this.#ports;
    if (!index.isGuarded(entry)) return;
    episodes.note({ ...describe(entry, seen, clock.now()), ...end });
  }

  /** Could the drift be real? What agrees with a known baseline only failed to be looked at. */
  #isNews(entry: Entry, seen: Extract<Confirmation, { kind: 'unconfirmed' }>): boolean {
    const agrees = entry.baseline?.faithful === true && seen.live !== undefined;
    return !agrees || seen.fields.length > 0 || seen.why.reason === 'BaselineUnavailable';
  }

  #isFoughtOver(entry: Entry): boolean {
    return this.#ports.episodes.open(entry.repo, entry.key)?.outcome === 'RevertFight';
  }

  #now(): number {
    return this.#ports.clock.monotonic();
  }
}

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

function againAfter(why: Stop): number {
  return Math.max(AGAIN_MS[why.kind], why.retryAfterMs ?? 0);
}
