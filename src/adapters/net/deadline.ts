import type { Clock } from '../../domain/clock.ts';
import { NetError } from './failure.ts';

/** Longest name resolution, and longest TCP and TLS handshake together. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** Longest wait for the headers of an answer, and for the next bytes of a body. */
export const SILENCE_TIMEOUT_MS = 30_000;

/** One time budget for several exchanges; its signal aborts with the `NetError` that ended it. */
export class Deadline {
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  readonly #release: () => void;

  constructor(clock: Clock, totalMs: number, outer: AbortSignal) {
    this.#clock = clock;
    this.signal = this.#controller.signal;
    const late = `no end within ${totalMs} ms (spec.timeout)`;
    const cancel = clock.setTimer(totalMs, () => this.fail(new NetError('timeout', late)));
    const onAbort = (): void => this.fail(new NetError('aborted', 'the pass was cancelled'));
    outer.addEventListener('abort', onAbort, { once: true });
    this.#release = () => {
      cancel();
      outer.removeEventListener('abort', onAbort);
    };
    if (outer.aborted) onAbort();
  }

  /** Ends everything that waits on the signal; the first failure counts. */
  fail(error: NetError): void {
    if (!this.signal.aborted) this.#controller.abort(error);
  }

  /** Fails after `ms` unless the answer is called before. */
  arm(ms: number, waitedFor: string): () => void {
    const message = `${waitedFor} did not come within ${ms} ms`;
    return this.#clock.setTimer(ms, () => this.fail(new NetError('timeout', message)));
  }

  /** The same for one promise; rejects with the failure as soon as there is one. */
  async within<T>(ms: number, waitedFor: string, work: Promise<T>): Promise<T> {
    const disarm = this.arm(ms, waitedFor);
    let stopWaiting = (): void => undefined;
    const failed = new Promise<never>((_resolve, reject) => {
      const onAbort = (): void => reject(this.signal.reason);
      stopWaiting = () => this.signal.removeEventListener('abort', onAbort);
      if (this.signal.aborted) return onAbort();
      this.signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([work, failed]);
    } finally {
      disarm();
      stopWaiting();
    }
  }

  /** Throws the failure, if there is one. */
  check(): void {
    this.signal.throwIfAborted();
  }

  /** The budget is no longer counted. */
  close(): void {
    this.#release();
  }
}
