import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';

/** One ref that a push moves; without `old` it is new, without `next` it goes. */
export type RefUpdate = Readonly<{ ref: string; old?: Oid; next?: Oid }>;

/** Most refs of one push: each is asked about, and a server has its own limits long before. */
const MAX_UPDATES = 50_000;

/** Longest input of a hook. */
export const MAX_INPUT_BYTES = 16 * 1024 * 1024;

const ZERO = '0'.repeat(40);

const SHA256_LINE = /(?:^| )[0-9a-f]{64}(?: |$)/;

/** Old oid, new oid, ref (githooks(5), pre-receive). */
const RECEIVED = /^(?<old>[0-9a-f]{40}) (?<next>[0-9a-f]{40}) (?<ref>[^ \0]+)$/;

/** Local ref, which may be any revision; local oid, remote ref, remote oid (githooks(5), pre-push). */
const PUSHED = /^.* (?<next>[0-9a-f]{40}) (?<ref>[^ \0]+) (?<old>[0-9a-f]{40})$/;

/** Reads the standard input of `pre-receive`, or says what is wrong with it. */
export function parseReceived(text: string): Result<readonly RefUpdate[], string> {
  return parseLines(text, RECEIVED);
}

/** Reads the standard input of `pre-push`; `old` is what the remote has. */
export function parsePushed(text: string): Result<readonly RefUpdate[], string> {
  return parseLines(text, PUSHED);
}

/** Reads the three arguments of `update`. */
export function parseUpdate(args: readonly string[]): Result<RefUpdate, string> {
  const [ref = '', old = '', next = '', ...more] = args;
  if (more.length > 0) return stopped('git gives the update hook REF OLD NEW');
  const read = parseReceived(`${old} ${next} ${ref}\n`);
  if (!read.ok) return read;
  const [only, ...others] = read.value;
  return only === undefined || others.length > 0
    ? stopped('git gives the update hook REF OLD NEW')
    : ok(only);
}

function parseLines(text: string, pattern: RegExp): Result<readonly RefUpdate[], string> {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > MAX_UPDATES) return stopped(`the push moves more than ${MAX_UPDATES} refs`);
  const updates: RefUpdate[] = [];
  for (const line of lines) {
    if (SHA256_LINE.test(line)) {
      return stopped('the repository names objects by SHA-256; gitward reads SHA-1 alone');
    }
    const groups = pattern.exec(line)?.groups;
    if (groups === undefined)
      return stopped(`git gave a line that is not read: ${printable(line)}`);
    updates.push(updateOf(groups));
  }
  return ok(updates);
}

function updateOf({ ref = '', old = '', next = '' }: Record<string, string>): RefUpdate {
  const [before, after] = [old, next].map((text) => (text === ZERO ? undefined : parseOid(text)));
  return {
    ref,
    ...(before === undefined ? {} : { old: before }),
    ...(after === undefined ? {} : { next: after }),
  };
}
