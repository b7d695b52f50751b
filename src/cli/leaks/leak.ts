import type { Oid } from '../../domain/oid.ts';
import type { Finding, Gap } from '../../secrets/index.ts';

/** A leak as the command line tells it. */
export type Leak = Readonly<{
  finding: Finding;
  /** The commit or tag that brings it; missing where it is only staged. */
  commit?: Oid;
  /** What the rule looks for, and what to do next; the team's own words where the rule is theirs. */
  description: string;
  fix: string;
}>;

/** What could not be scanned, and where: never clean. */
export type LeakGap = Readonly<{ gap: Gap; path: string; commit?: Oid }>;

/** What a scan found, with no secret in it. */
export type LeakReport = Readonly<{
  leaks: readonly Leak[];
  gaps: readonly LeakGap[];
  /** Silenced by the ignore file or baseline. */
  ignored: number;
  /** Commits whose message or people hold a secret: no word of theirs is told. */
  hushed: readonly Oid[];
  /** What of the team's files could not be used, for people. */
  warnings: readonly string[];
}>;

/** Nothing found in nothing. */
export const NO_LEAKS: LeakReport = {
  leaks: [],
  gaps: [],
  ignored: 0,
  hushed: [],
  warnings: [],
};

/** Two reports as one; the same leak is told once. */
export function joinLeaks(reports: readonly LeakReport[]): LeakReport {
  const leaks = new Map<string, Leak>();
  for (const leak of reports.flatMap((report) => report.leaks)) {
    const { finding, commit = '' } = leak;
    const name = `${finding.fingerprint} ${commit} ${finding.line} ${finding.path}`;
    if (!leaks.has(name)) leaks.set(name, leak);
  }
  return {
    leaks: [...leaks.values()],
    gaps: reports.flatMap((report) => report.gaps),
    ignored: reports.reduce((sum, { ignored }) => sum + ignored, 0),
    hushed: reports.flatMap((report) => report.hushed),
    warnings: [...new Set(reports.flatMap(({ warnings }) => warnings))],
  };
}
