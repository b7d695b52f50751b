import type { Clock } from '../../domain/clock.ts';

/** How fast and how much at once. */
export type RateLimit = Readonly<{
  /** Calls per second in the long run. */
  qps: number;
  /** Calls that may start at once after a quiet time. */
  burst: number;
  /** Calls under way at the same time. */
  inFlight: number;
}>;

/** Polite for a cluster, fast enough for a rollout of a thousand objects. */
export const DEFAULT_LIMIT: RateLimit = { qps: 300, burst: 600, inFlight: 32 };

/** Longest pause a server can ask for: a webhook's answer must not silence the guard. */
export const MAX_PAUSE_MS = 30_000;

/** Ends a slot; calling it twice counts once. */
export type Release = () => void;

type Waiter = (release: Release | undefined) => void;

/** A token bucket with a bound on calls under way; first come, first served. */
export class Limiter {
  readonly #clock: Clock;
  readonly #limit: RateLimit;
  /** In order of arrival: a Set drops its first element in constant time. */
  readonly #waiting = new Set<Waiter>();
  #tokens: number;
  #countedAt: number;
  #pausedUntil = 0;
  #underWay = 0;
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(clock: Clock, limit: RateLimit) {
    this.#clock = clock;
    this.#limit = limit;
    this.#tokens = limit.burst;
    this.#countedAt = clock.monotonic();
  }

  /** Resolves when a call may start; `undefined` once closed. */
  enter(): Promise<Release | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#admit();
    });
  }

  /** Lets no call start for `delayMs` (at most `MAX_PAUSE_MS`), as a server's Retry-After wants it. */
  pauseFor(delayMs: number): void {
    const until = this.#clock.monotonic() + Math.min(delayMs, MAX_PAUSE_MS);
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }

  /** Turns everybody who waits away. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (const waiter of this.#waiting) waiter(undefined);
    this.#waiting.clear();
  }

  #admit(): void {
    for (const waiter of this.#waiting) {
      if (this.#underWay >= this.#limit.inFlight) return;
      const delay = this.#delayMs();
      if (delay > 0) return this.#admitAfter(delay);
      this.#tokens -= 1;
      this.#underWay += 1;
      this.#waiting.delete(waiter);
      waiter(this.#slot());
    }
  }

  #slot(): Release {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#underWay -= 1;
      if (!this.#closed) this.#admit();
    };
  }

  #delayMs(): number {
    const { qps, burst } = this.#limit;
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#countedAt) * qps) / 1_000);
    this.#countedAt = now;
    const pause = this.#pausedUntil - now;
    const refill = ((1 - this.#tokens) * 1_000) / qps;
    // A token counts as there when it is but rounding away; else a timer would fire too early for ever.
    return Math.max(pause, refill < 0.001 ? 0 : refill);
  }

  #admitAfter(delayMs: number): void {
    if (this.#cancelTimer !== undefined) return;
    this.#cancelTimer = this.#clock.setTimer(Math.ceil(delayMs), () => {
      this.#cancelTimer = undefined;
      this.#admit();
    });
  }
}
