import type { Instant } from '../domain/clock.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { printable } from '../domain/stop.ts';
import { latin1 } from './grammar.ts';
import type { Problem } from './grammar.ts';

/** Who and when, as the commit claims; printable text, bytes that are no UTF-8 replaced. */
export type PersonStamp = Readonly<{ name: string; email: string; when: Instant }>;

/** The end of the year 9999, in seconds: the last moment RFC 3339 can name. */
const MAX_TIME_SECONDS = 253_402_300_799;

/** `name SP <email> SP seconds SP ±hhmm`, as `git fsck` checks an ident line. */
const PERSON = /^([^<>\n]*) <([^<>\n]*)> (0|[1-9]\d{0,11}) [+-]\d{4}$/;

/** Reads the value of an `author` or `committer` header. The time zone is checked and dropped. */
export function parsePerson(value: Uint8Array): Result<PersonStamp, Problem> {
  // One character a byte, so that the pattern sees the bytes and not what they might mean.
  const match = PERSON.exec(latin1(value));
  if (match === null) return stopped('is not "name <email> seconds zone"');
  const [, name = '', email = '', time = ''] = match;
  const seconds = Number(time);
  if (seconds > MAX_TIME_SECONDS) return stopped('names a time after the year 9999');
  return ok({ name: readable(name), email: readable(email), when: seconds * 1_000 });
}

/** Text of a Latin-1 string whose characters are the bytes of UTF-8. */
function readable(bytes: string): string {
  return printable(Buffer.from(bytes, 'latin1').toString('utf8'));
}
