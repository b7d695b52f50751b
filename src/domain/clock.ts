/** Milliseconds since the Unix epoch (wall clock). */
export type Instant = number;

/** The only source of time; passed in, so that tests own it. */
export interface Clock {
  /** Wall-clock time, for what people read and for key validity. */
  now(): Instant;
  /** Milliseconds that never go back, for deadlines and leases. */
  monotonic(): number;
  /** Calls `run` once after `delayMs`; the answer cancels it. Does not keep the process alive. */
  setTimer(delayMs: number, run: () => void): () => void;
}

/** Resolves after `delayMs`, or at once when `signal` aborts. */
export function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.setTimer(delayMs, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** RFC 3339 in UTC without fraction, as Kubernetes writes `metav1.Time`. */
export function toTimestamp(instant: Instant): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
