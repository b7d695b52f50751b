import type { LeakRule } from '../../secrets/index.ts';
import type { Counts, Leak, LeakGap } from './findings.ts';
import type { CommitFacts } from './history-facts.ts';

/** How a scan ended. Findings are findings however much was not covered. */
export type ScanVerdict = 'clean' | 'leaks' | 'incomplete';

/** A leak with all that is told of it; no secret is in it. */
export type ToldLeak = Leak & Readonly<{ facts: CommitFacts; description: string; fix: string }>;

/** What `gitward scan` tells, in whatever form. */
export type ScanReport = Readonly<{
  /** The path of the repository, for people. */
  repository: string;
  /** `all refs`, or the ends of the range. */
  range: string;
  dialect: 'gitward' | 'gitleaks';
  leaks: readonly ToldLeak[];
  gaps: readonly LeakGap[];
  /** Why a part of the history is not covered, in words; nothing where all is. */
  uncovered: readonly string[];
  /** Findings that were known. */
  ignored: number;
  counts: Counts;
  seconds: number;
}>;

/** What the findings and gaps come to. */
export function verdictOf({ leaks, gaps, uncovered }: ScanReport): ScanVerdict {
  if (leaks.length > 0) return 'leaks';
  return gaps.length + uncovered.length > 0 ? 'incomplete' : 'clean';
}

/** Words of the rules, by id. */
export type RuleWords = ReadonlyMap<string, Pick<LeakRule, 'description' | 'fix'>>;

/** What people are told of these rules. */
export function wordsOf(rules: readonly LeakRule[]): RuleWords {
  return new Map(rules.map(({ id, description, fix }) => [id, { description, fix }]));
}

/** By path and line, the oldest commits first as they were found. */
export function inOrder(leaks: readonly ToldLeak[]): readonly ToldLeak[] {
  const order = (a: ToldLeak, b: ToldLeak): number =>
    compare(a.finding.path, b.finding.path) || a.finding.line - b.finding.line;
  return leaks.toSorted(order);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
