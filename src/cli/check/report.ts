import type { ParsedCommit } from '../../commit/parse.ts';
import type { Oid } from '../../domain/oid.ts';
import type { SignatureEvidence } from '../../signature/index.ts';
import type { Problem } from './problem.ts';

/** The one word of a check. */
export type CheckVerdict = 'accepted' | 'rejected' | 'undecided';

/** All that a check has to say, for whatever form it is written in. */
export type Report = Readonly<{
  verdict: CheckVerdict;
  repository: string;
  /** Absent where the repository could not be opened. */
  range?: Readonly<{ from: Oid | 'root'; to: Oid; label: string }>;
  /** What is staged was looked at, and no history: nothing is signed yet. */
  isStaged?: boolean;
  trustDigest?: string;
  policyDigest?: string;
  /** What the commits were judged under, in words; absent where nobody's signature was asked for. */
  terms?: Terms;
  /** Newest first, each before its parents. */
  commits: readonly ParsedCommit[];
  signatures: ReadonlyMap<Oid, SignatureEvidence>;
  findings: readonly Problem[];
  /** Leaks that are known and silenced; absent where none were looked for. */
  ignored?: number;
}>;

/** What people should know of the rules and the trust behind a verdict. */
export type Terms = Readonly<{
  signatures: string;
  bindIdentity: string;
  isPolicyGiven: boolean;
  /** Distinct usable keys; 0 where nobody is trusted. */
  usableKeys: number;
  /** Expiry is judged as of the date that the committer claims. */
  isAtCommitDate: boolean;
  engine: string;
}>;

/** `undecided` as soon as something could not be judged, `rejected` for any finding, else `accepted`. */
export function verdictOf(findings: readonly Problem[]): CheckVerdict {
  const counting = findings.filter(({ isOnlyTold }) => isOnlyTold !== true);
  if (counting.some(({ kind }) => kind === 'retry')) return 'undecided';
  return counting.length === 0 ? 'accepted' : 'rejected';
}

/** How often each value comes, the most frequent first, equal ones by name. */
export function countBy<T>(
  values: Iterable<T>,
  keyOf: (value: T) => string | undefined,
): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const value of values) {
    const key = keyOf(value);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}
