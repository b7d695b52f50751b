import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';

/** Longest name of one entry; file systems end at 255 characters. */
const MAX_NAME_BYTES = 1_024;

/** Characters HFS+ ignores in names (git's `next_hfs_char`). */
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** `.git` and its NTFS short names, also with the trailing dots, blanks or stream NTFS drops. */
const GIT_ALIAS = /^(?:\.git|git~\d+)[ .]*(?::.*)?$/i;

/** C0, DEL and C1, and characters that turn the direction of text around. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Yields a name that means the same everywhere; else what is wrong, for people. Never quotes the name. */
export function judgeName(bytes: Uint8Array): Result<string, string> {
  if (bytes.length > MAX_NAME_BYTES) return stopped(`with a name of ${bytes.length} bytes`);
  const name = decode(bytes);
  if (name === undefined) return stopped('whose name is not UTF-8');
  if (name === '' || name === '.' || name === '..') return stopped('named empty, "." or ".."');
  if (/[/\\]/.test(name)) return stopped('with a slash or backslash in its name');
  if (GIT_ALIAS.test(name.replace(HFS_IGNORED, '')))
    return stopped('that some systems read as .git');
  if (CONTROL.test(name)) return stopped('with control characters in its name');
  return ok(name);
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
