import type { Clock } from '../../domain/clock.ts';
import type { TeamRules } from '../../secrets/index.ts';
import type { Deadline } from './deadline.ts';
import type { Findings } from './findings.ts';
import type { GitGround } from './git-run.ts';
import type { Listing } from './listing-run.ts';
import type { ScanOptions } from './options.ts';
import type { ScanRange } from './range.ts';
import type { RuleWords } from './report.ts';

/** How to scan. */
export type GivenPlan = Readonly<{
  team: TeamRules;
  salt: string;
  options: ScanOptions;
}>;

/** What is scanned, and where what is found goes. */
export type ScanGround = Readonly<{
  git: GitGround;
  range: ScanRange;
  /** Lists the range, and has begun to. */
  list: Listing;
  findings: Findings;
  deadline: Deadline;
  clock: Clock;
}>;

/** A scan that has begun: true once all was scanned. */
export type Started = Readonly<{ run: () => Promise<boolean>; words: RuleWords }>;

const NO_RULES: TeamRules = { rules: [], allowlists: [], disabled: [] };

/** Starts the scan in the dialect that was asked for; what the other one needs is not even loaded. */
export async function startScan(
  {
    team = NO_RULES,
    ...given
  }: Omit<GivenPlan, 'team'> & Readonly<{ team: TeamRules | undefined }>,
  ground: ScanGround,
): Promise<Started> {
  const plan = { ...given, team };
  if (plan.options.dialect === 'gitleaks') {
    return (await import('./start-compat.ts')).startCompat(plan, ground);
  }
  return (await import('./start-own.ts')).startOwn(plan, ground);
}
