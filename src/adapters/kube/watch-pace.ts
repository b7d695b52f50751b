import type { ApiError } from './api-error.ts';

const MIN_WATCH_SECONDS = 300;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;

/** Failures in a row after which a watch is not trusted to continue where it stood. */
const FAILURES_BEFORE_LIST = 3;

/** How long the server shall hold a watch: 300 to 600 s, so that not all end at once. */
export function watchSeconds(random: () => number): number {
  return MIN_WATCH_SECONDS + Math.floor(MIN_WATCH_SECONDS * random());
}

/** Delay until the next full list, a fifth to either side. */
export function listDelayMs(relistMs: number, random: () => number): number {
  return relistMs * (0.8 + 0.4 * random());
}

/** Delay after failure number `failures` (from 1) in a row: at least 1 s, at most 45 s unless the server wishes more. */
export function retryDelayMs(error: ApiError, failures: number, random: () => number): number {
  const spread = 1 + random() / 2;
  const plain = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), MAX_RETRY_MS);
  const wish = error.kind === 'status' ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(plain * spread, Math.min(wish, MAX_RETRY_MS));
}

/** Whether a failed watch calls for a list instead of another watch from the same version. */
export function needsList(error: ApiError, failures: number): boolean {
  if (failures >= FAILURES_BEFORE_LIST) return true;
  if (error.kind !== 'status') return false;
  // 504 is what a server answers that is behind the version asked for.
  return error.code === 504 || (error.code < 500 && error.code !== 429);
}

/** Whether even a first failure means that nothing is seen: silence has lasted already, a refusal will. */
export function isGrave(error: ApiError): boolean {
  return error.kind === 'timeout' || (error.kind === 'status' && error.code < 500);
}
