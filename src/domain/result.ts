import type { Stop } from './stop.ts';

/** What a stage answers: the line extended, or why it stops. */
export type Result<T, E = Stop> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly stop: E };

/** The line goes on with `value`. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** The line ends here. */
export function stopped<E>(stop: E): { readonly ok: false; readonly stop: E } {
  return { ok: false, stop };
}
