import semver from 'semver';

/** Longest tag read as a version, in characters. */
const MAX_VERSION_LENGTH = 128;

/** A tag that is a version, `1.2.3` or `v1.2.3` (semver.org 2.0.0). */
function versionOf(tag: string): semver.SemVer | undefined {
  if (tag.length > MAX_VERSION_LENGTH) return undefined;
  return semver.parse(tag.replace(/^v/, ''), { loose: false }) ?? undefined;
}

/** Below zero, zero or above as `a` is lower, the same or higher than `b`; `undefined` unless both are versions. */
export function compareVersions(a: string, b: string): number | undefined {
  const [left, right] = [versionOf(a), versionOf(b)];
  return left === undefined || right === undefined ? undefined : semver.compare(left, right);
}

/**
 * The highest version of the range among tags, `undefined` when there is none. Pre-releases count only
 * where the range names one. Of two spellings of one version (`v1.0.0`, `1.0.0`) the first in order of
 * text counts, so that the answer does not depend on the server's order.
 */
export function highestTag(tags: readonly string[], range: string): string | undefined {
  if (semver.validRange(range) === null) return undefined;
  let best: string | undefined;
  for (const tag of tags.toSorted()) {
    const version = versionOf(tag);
    if (version === undefined || !semver.satisfies(version, range)) continue;
    if (best === undefined || (compareVersions(tag, best) ?? 0) > 0) best = tag;
  }
  return best;
}
