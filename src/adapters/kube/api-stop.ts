import { stop } from '../../domain/stop.ts';
import type { Stop, StopDetail } from '../../domain/stop.ts';
import { describeError } from './api-error.ts';
import type { ApiError } from './api-error.ts';

/** `APIUnavailable` for a call of gitward's own that brought no usable answer; `what` starts the sentence. */
export function unavailable(what: string, error: ApiError, detail: StopDetail = {}): Stop {
  const retryAfterMs = error.kind === 'status' ? error.retryAfterMs : undefined;
  const wish = retryAfterMs === undefined ? {} : { retryAfterMs };
  return stop('APIUnavailable', `${what}: ${describeError(error)}; it is tried again.`, {
    ...detail,
    ...wish,
  });
}

/** Whether the server answered with this code. */
export function isStatus(error: ApiError, code: number): boolean {
  return error.kind === 'status' && error.code === code;
}
