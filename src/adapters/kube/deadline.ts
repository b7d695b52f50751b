import type { Clock } from '../../domain/clock.ts';
import { printable } from '../../domain/stop.ts';
import type { ApiError } from './api-error.ts';

/** Aborts a request after a while or when its parent aborts, and tells which it was. */
export class Deadline {
  readonly #afterMs: number;
  readonly #controller = new AbortController();
  readonly #cancel: () => void;
  #passed = false;

  constructor(clock: Clock, afterMs: number, parent?: AbortSignal) {
    this.#afterMs = afterMs;
    this.#cancel = clock.setTimer(afterMs, () => {
      this.#passed = true;
      this.#controller.abort();
    });
    if (parent?.aborted === true) this.#controller.abort();
    parent?.addEventListener('abort', () => this.#controller.abort(), { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The deadline does not count any more; the parent still does. */
  clear(): void {
    this.#cancel();
  }

  /** What went wrong, given what was thrown. */
  explain(error: unknown): ApiError {
    return this.#passed ? { kind: 'timeout', afterMs: this.#afterMs } : connectionError(error);
  }
}

/** A broken or missing connection; the text holds no header, so no token. */
export function connectionError(error: unknown): ApiError {
  return { kind: 'unreachable', message: printable(textOf(error)) };
}

function textOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (!(error instanceof Error)) return 'unknown error';
  // Node reports several addresses of one host as an AggregateError without text.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return first === undefined ? error.message : textOf(first);
}
