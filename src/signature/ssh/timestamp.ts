import type { Instant } from '../../domain/clock.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';

/** A time as a file of allowed signers gives it; `isLocal` where it names no zone and was read as UTC. */
export type SignerTime = Readonly<{ instant: Instant; isLocal: boolean }>;

const FORM =
  /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)(?:(?<hour>\d\d)(?<minute>\d\d)(?<second>\d\d)?)?(?<zone>Z|UTC)?$/i;

/**
 * Reads `YYYYMMDD[Z]` or `YYYYMMDDHHMM[SS][Z]` (ssh-keygen(1), TIME FORMATS) to the second. OpenSSH takes
 * a time without `Z` as local; a controller has no local time, so it is UTC here and said to be.
 * A day or hour that does not exist is refused, where the C library would count on.
 */
export function parseSignerTime(text: string): Result<SignerTime, string> {
  const { year, month, day, hour, minute, second, zone } = FORM.exec(text)?.groups ?? {};
  const date = `${year}-${month}-${day}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}.000Z`;
  const instant = Date.parse(date);
  const exists = Number.isFinite(instant) && new Date(instant).toISOString() === date;
  if (!exists || instant <= 0) return stopped(`${text} is no time of form YYYYMMDD[HHMM[SS]]Z`);
  return ok({ instant, isLocal: zone === undefined });
}
