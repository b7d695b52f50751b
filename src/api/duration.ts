/** Longest text that is read as a duration, in characters. */
export const MAX_DURATION_LENGTH = 16;

/** The form below as text: whole numbers with units from large to small, each at most once. */
export const DURATION_PATTERN = '^([0-9]{1,5}h)?([0-9]{1,6}m)?([0-9]{1,7}s)?([0-9]{1,9}ms)?$';

const FORM = new RegExp(DURATION_PATTERN);
const UNITS_MS = [3_600_000, 60_000, 1_000, 1] as const;

/**
 * Reads a duration such as `30s`, `5m`, `1h30m` or `500ms` and yields milliseconds, or `undefined` for
 * anything else. A subset of what Go's `time.ParseDuration` takes, with the same meaning: no sign, no
 * fraction, no unit twice.
 */
export function parseDuration(text: string): number | undefined {
  if (text === '' || text.length > MAX_DURATION_LENGTH) return undefined;
  const match = FORM.exec(text);
  if (match === null) return undefined;
  return UNITS_MS.reduce((sum, unit, at) => sum + unit * Number.parseInt(match[at + 1] ?? '0'), 0);
}
