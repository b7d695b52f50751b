import { setImmediate } from 'node:timers/promises';
import type { Clock, Instant } from '../../src/domain/clock.ts';

const DEFAULT_START_MS = Date.UTC(2026, 0, 1);
const MAX_FIRINGS = 100_000;

/** A clock that stands still until the test moves it. */
export interface ManualClock extends Clock {
  /**
   * Moves both clocks on by `ms` and runs what falls due, in order of time and then of setting, each
   * at its own time; before and after each, every promise callback that is ready runs. Throws when
   * timers set each other without end.
   */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock alone, as an administrator or NTP would; negative goes back. */
  stepWall(ms: number): void;
  /** How many timers are set; 0 means that nothing will happen by itself. */
  pending(): number;
}

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

/** A manual clock whose wall shows `startMs` (epoch) and whose monotonic time is 0. */
export function manualClock(startMs: Instant = DEFAULT_START_MS): ManualClock {
  let elapsedMs = 0;
  let wallOffsetMs = startMs;
  const timers = new Set<Timer>();

  const advance = async (ms: number): Promise<void> => {
    const targetMs = elapsedMs + ms;
    await setImmediate();
    for (let firings = 0; ; firings++) {
      const next = earliest(timers, targetMs);
      if (!next) break;
      if (firings === MAX_FIRINGS) throw new Error(`${MAX_FIRINGS} timers fired within ${ms} ms`);
      timers.delete(next);
      elapsedMs = Math.max(elapsedMs, next.dueMs);
      next.run();
      await setImmediate();
    }
    elapsedMs = targetMs;
  };

  return {
    now: () => wallOffsetMs + elapsedMs,
    monotonic: () => elapsedMs,
    setTimer: (delayMs, run) => {
      const timer: Timer = { dueMs: elapsedMs + Math.max(0, delayMs), run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance,
    stepWall: (ms) => {
      wallOffsetMs += ms;
    },
    pending: () => timers.size,
  };
}

// A Set keeps the order of setting, so the first of equals is the one set first.
function earliest(timers: ReadonlySet<Timer>, untilMs: number): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) {
    if (timer.dueMs <= untilMs && (!first || timer.dueMs < first.dueMs)) first = timer;
  }
  return first;
}
