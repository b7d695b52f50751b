import { fragmentScanner } from '../../secrets/gitleaks/fragments.ts';
import { workClock } from '../../worker/work-clock.ts';
import { CompatScan } from './compat-scan.ts';
import { wordsOf } from './report.ts';
import type { GivenPlan, ScanGround, Started } from './start.ts';

/** Starts a scan in the dialect of gitleaks. */
export function startCompat(
  { team, salt, options }: GivenPlan,
  { git, list, findings, deadline, clock }: ScanGround,
): Started {
  const monotonic = workClock(() => clock.monotonic());
  const scanner = fragmentScanner(team, { inlineAllow: options.inlineAllow, salt, monotonic });
  const scan = new CompatScan({ git, list, scanner, findings, deadline });
  return { run: () => scan.run(), words: wordsOf(team.rules) };
}
