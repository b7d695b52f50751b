import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';

/** Longest name taken below its folder, in bytes; files and pkt-lines stay short. */
const MAX_NAME_BYTES = 250;

/** Most refs and prefixes asked for at once. */
export const MAX_WANTED = 64;

/** What git-check-ref-format(1) forbids anywhere in a name. */
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)/;

const FOLDER = /^refs\/(?:heads|tags|notes)\//;

/**
 * Is it a full ref name that git-check-ref-format(1) allows, below refs/heads/, refs/tags/ or
 * refs/notes/? A branch named `HEAD`, `@` or with a leading dash is none, as with `--branch`.
 */
export function isRefName(ref: string): boolean {
  const folder = FOLDER.exec(ref)?.[0];
  if (folder === undefined) return false;
  const name = ref.slice(folder.length);
  return (
    name !== '' &&
    name !== '@' &&
    name !== 'HEAD' &&
    Buffer.byteLength(name) <= MAX_NAME_BYTES &&
    !/\p{Surrogate}/u.test(name) &&
    !/^[-./]|[./]$/.test(name) &&
    !FORBIDDEN.test(name)
  );
}

/** Is it such a folder, or one inside: a prefix that ends with a slash? */
export function isRefPrefix(prefix: string): boolean {
  if (!prefix.endsWith('/')) return false;
  return FOLDER.exec(prefix)?.[0] === prefix || isRefName(prefix.slice(0, -1));
}

/**
 * Passes what may be asked for: full names, and prefixes where they are allowed. Anything else is
 * `InvalidSpec`, before it gets near a request or a file.
 */
export function checkWanted(
  wanted: readonly string[],
  { prefixes }: Readonly<{ prefixes: boolean }>,
): Result<void> {
  const allowed = (text: string): boolean => isRefName(text) || (prefixes && isRefPrefix(text));
  if (wanted.length > 0 && wanted.length <= MAX_WANTED && wanted.every(allowed)) {
    return ok(undefined);
  }
  const message = 'source.ref names a branch or tag in a way that git does not allow';
  return stopped(stop('InvalidSpec', message));
}
