import { allowedPaths } from '../../secrets/gitleaks/allowed-paths.ts';
import { fileScanner, rulesOf } from '../../secrets/index.ts';
import type { ScanPlan } from '../../secrets/index.ts';
import { workClock } from '../../worker/work-clock.ts';
import { readTags, readTip } from './history-facts.ts';
import { HistoryScan } from './history-scan.ts';
import { wordsOf } from './report.ts';
import { readSopsFiles } from './sops-files.ts';
import type { GivenPlan, ScanGround, Started } from './start.ts';

/** Starts a scan with gitward's own rules. */
export async function startOwn(
  { team, salt, options }: GivenPlan,
  { git, range, list, findings, deadline, clock }: ScanGround,
): Promise<Started> {
  const { inlineAllow } = options;
  const tip =
    range.tip === undefined ? new Map<string, Set<string>>() : await readTip(git, range.tip);
  const sops = await readSopsFiles(tip, { git, findings });
  const plan: ScanPlan = { dialect: 'gitward', team, inlineAllow, salt, sops };
  const set = rulesOf(plan);
  const scan = new HistoryScan({
    ...{ git, list, findings, deadline },
    scanner: fileScanner(
      plan,
      workClock(() => clock.monotonic()),
    ),
    isAllowed: allowedPaths(set.allowlists),
    tip,
    tags: range.isAll ? await readTags(git) : [],
  });
  return { run: () => scan.run(), words: wordsOf(set.rules) };
}
