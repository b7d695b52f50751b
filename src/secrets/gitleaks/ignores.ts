import type { Finding } from '../finding.ts';

/** Findings that people know of already; plain data. */
export type Ignores = Readonly<{
  /** Names of leaks by content (`fingerprintOf`): a rebase keeps them, another secret has another. */
  fingerprints: ReadonlySet<string>;
  /** `commit:path:rule:line`, or `path:rule:line` for any commit: whatever that rule finds there. */
  places: ReadonlySet<string>;
  /** What people should know of what was read. */
  warnings: readonly string[];
}>;

/** Nothing is ignored. */
export const NO_IGNORES: Ignores = { fingerprints: new Set(), places: new Set(), warnings: [] };

/** Is this finding known? `commit` is the one that it is told of. */
export function isIgnored(
  { rule, path, line, fingerprint }: Pick<Finding, 'rule' | 'path' | 'line' | 'fingerprint'>,
  commit: string | undefined,
  { fingerprints, places }: Ignores,
): boolean {
  if (fingerprints.has(fingerprint)) return true;
  if (places.size === 0) return false;
  const place = placeOf(path, rule, line);
  return places.has(place) || (commit !== undefined && places.has(`${commit}:${place}`));
}

/** How a place is written; with `commit` and a colon in front it is for one commit only. */
export function placeOf(path: string, rule: string, line: number): string {
  return `${path}:${rule}:${line}`;
}

/** All that any of them ignores. */
export function mergeIgnores(...all: readonly Ignores[]): Ignores {
  return {
    fingerprints: new Set(all.flatMap(({ fingerprints }) => [...fingerprints])),
    places: new Set(all.flatMap(({ places }) => [...places])),
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}
