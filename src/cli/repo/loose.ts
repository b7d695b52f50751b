import { join } from 'node:path';
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import type { GitObjectType, RawObject } from '../../domain/git-object.ts';
import type { Oid } from '../../domain/oid.ts';
import { readBounded } from './files.ts';

/** Largest loose object read, deflated and inflated. */
const MAX_LOOSE_BYTES = 32 * 1024 * 1024;

const MAX_HEADER_BYTES = 32;
const HEADER = /^(commit|tree|blob|tag) (0|[1-9]\d{0,9})$/;

const inflateBytes = promisify(inflate);

/** Reads an object that has a file of its own (gitformat-loose); broken or too large is as if not there. */
export async function readLoose(objectsDir: string, oid: Oid): Promise<RawObject | undefined> {
  const file = join(objectsDir, oid.slice(0, 2), oid.slice(2));
  const deflated = await readBounded(file, MAX_LOOSE_BYTES);
  if (deflated === undefined) return undefined;
  const bytes = await inflated(deflated);
  if (bytes === undefined) return undefined;
  const end = bytes.subarray(0, MAX_HEADER_BYTES).indexOf(0);
  const header = HEADER.exec(bytes.toString('latin1', 0, Math.max(end, 0)));
  if (header === null || bytes.length - end - 1 !== Number(header[2])) return undefined;
  // The pattern lets only the four types of git through.
  return { oid, type: header[1] as GitObjectType, bytes: bytes.subarray(end + 1) };
}

async function inflated(deflated: Buffer): Promise<Buffer | undefined> {
  try {
    return await inflateBytes(deflated, { maxOutputLength: MAX_LOOSE_BYTES });
  } catch {
    return undefined;
  }
}
