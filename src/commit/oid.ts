import { createHash } from 'node:crypto';
import type { GitObjectType, RawObject } from '../domain/git-object.ts';
import type { Oid } from '../domain/oid.ts';
import { shortOid } from '../domain/oid.ts';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';

/** The name Git gives an object: SHA-1 over `type SP size NUL bytes` (gitformat-loose). */
export function hashObject(type: GitObjectType, bytes: Uint8Array): Oid {
  const digest = createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');
  return digest as Oid; // A SHA-1 in hexadecimal is 40 lower-case digits.
}

/** Yields the object only if its bytes hash to its name; else `CommitMalformed`. Stores and servers are never believed. */
export function verifyOid(raw: RawObject): Result<RawObject> {
  const found = hashObject(raw.type, raw.bytes);
  if (found === raw.oid) return ok(raw);
  const message = `${raw.type} ${shortOid(raw.oid)} holds bytes that hash to ${shortOid(found)}: the object was damaged or exchanged; fetch again, then ask who runs the server`;
  return stopped(stop('CommitMalformed', message, { oid: raw.oid }));
}
