import { setFlagsFromString } from 'node:v8';
import { findGit } from '../../adapters/git/native/program.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';
import { Progress } from '../check/progress.ts';
import { optimizeLess } from '../leaks/patience.ts';
import { locateRepo } from '../repo/locate.ts';
import { makeTemporary, removeTemporary } from '../temporary.ts';
import { usageError } from '../terminal.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { Deadline } from './deadline.ts';
import { Findings } from './findings.ts';
import { fillScanFrame, isShallow } from './frame.ts';
import type { GitGround } from './git-run.ts';
import { readIgnores, readRules, readSalt } from './given.ts';
import type { GivenRules } from './given.ts';
import { readFacts } from './history-facts.ts';
import { hushed } from './hushed-facts.ts';
import { startListing } from './listing-run.ts';
import type { Listing } from './listing-run.ts';
import { parseScanOptions } from './options.ts';
import type { ScanOptions } from './options.ts';
import { ALL, resolveRange } from './range.ts';
import { inOrder } from './report.ts';
import type { ScanReport, ToldLeak } from './report.ts';
import { chooseSalt } from './salt.ts';
import { startScan } from './start.ts';
import type { ScanGround } from './start.ts';
import { writeScanReport } from './write.ts';

/** What is collected is little: threads to help with it cost more than they do, most of all to wake. */
const ALONE = '--no-parallel-scavenge';

/** What is made here dies young: room for more of it only keeps buffers of git's answers longer. */
const SMALL = '--semi-space-growth-factor=1';

/** `gitward scan`: looks for leaks in the whole history of a repository, without a cluster. */
export async function scan(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  optimizeLess();
  for (const flag of [ALONE, SMALL]) setFlagsFromString(flag);
  const options = parseScanOptions(args);
  if (!options.ok) return usageError(terminal, options.stop);
  const located = await locateRepo(terminal.cwd, options.value.path);
  if (!located.ok) return usageError(terminal, located.stop);
  const looked = findGit(terminal.env['PATH']);
  if (!('found' in looked)) return usageError(terminal, looked.missing);
  const frame = await makeTemporary('scan');
  try {
    await fillScanFrame(frame, located.value);
    const honoursReplacements = options.value.dialect === 'gitleaks';
    const git: GitGround = { git: looked.found, frame, honoursReplacements };
    const report = await scanRepository(options.value, git, terminal);
    if (!report.ok) return usageError(terminal, report.stop);
    const uncovered = (await isShallow(located.value)) ? [SHALLOW] : [];
    const told = { ...report.value, repository: located.value.gitDir };
    const whole = { ...told, uncovered: [...uncovered, ...told.uncovered] };
    return await writeScanReport(whole, options.value, terminal);
  } finally {
    await removeTemporary(frame);
  }
}

const SHALLOW =
  'the repository is shallow: the history before its boundary is not here and not covered; fetch it with git fetch --unshallow';

type Told = Omit<ScanReport, 'repository'>;

async function scanRepository(
  options: ScanOptions,
  git: GitGround,
  terminal: Terminal,
): Promise<Result<Told, string>> {
  const began = terminal.clock.monotonic();
  const deadline = new Deadline(terminal.clock, options.maxSeconds);
  const isAll = options.range === undefined;
  const start = (revisions: readonly string[]): Listing =>
    startListing(options, git, { revisions, deadline });
  const early = isAll ? start(ALL) : undefined;
  const [range, given] = await Promise.all([
    resolveRange(options, git),
    readRules(options, terminal),
  ]);
  if (!range.ok || !given.ok) {
    early?.kill();
    return range.ok ? stopped(given.ok ? '' : given.stop) : range;
  }
  const list = early ?? start(range.value.revisions);
  try {
    const ground = { git, range: range.value, list, deadline, began };
    return await scanRange(ground, given.value, { options, terminal });
  } finally {
    list.kill();
  }
}

type Ground = Pick<ScanGround, 'git' | 'range' | 'list' | 'deadline'> & Readonly<{ began: number }>;

async function scanRange(
  { git, range, list, deadline, began }: Ground,
  given: GivenRules,
  { options, terminal }: Readonly<{ options: ScanOptions; terminal: Terminal }>,
): Promise<Result<Told, string>> {
  const { clock } = terminal;
  const named = await readSalt(options, terminal);
  if (!named.ok) return named;
  const salt = named.value ?? (await chooseSalt(git, range.tip));
  const ignores = await readIgnores(options, salt, terminal);
  if (!ignores.ok) return stopped(ignores.stop);
  for (const text of [...given.warnings, ...ignores.value.warnings]) {
    terminal.err(`gitward: ${printable(text)}\n`);
  }
  const findings = new Findings(ignores.value, options.dialect === 'gitleaks');
  const progress = new Progress(clock, terminal.isErrTty ? terminal.err : () => undefined);
  findings.onCount = ({ commits, blobs }) =>
    progress.show(`${commits} commits listed, ${blobs} files scanned`);
  const plan = { team: given.team, salt, options };
  const started = await startScan(plan, { git, range, list, findings, deadline, clock });
  const isWhole = await started.run();
  progress.clear();
  const known = await readFacts(git, [...new Set(findings.leaks.map(({ commit }) => commit))]);
  const facts = await hushed(known, { ...plan, monotonic: () => clock.monotonic() });
  const leaks = findings.leaks.map((leak): ToldLeak => {
    const { description = '', fix = '' } = started.words.get(leak.finding.rule) ?? {};
    const who = facts.get(leak.commit) ?? { name: '', email: '', date: '' };
    return { ...leak, facts: who, description, fix };
  });
  return ok({
    ...{ range: range.label, dialect: options.dialect, leaks: inOrder(leaks) },
    ...{ gaps: findings.gaps, ignored: findings.ignored, counts: findings.counts },
    uncovered: uncoveredOf(deadline.isOver, isWhole, options),
    seconds: (clock.monotonic() - began) / 1_000,
  });
}

function uncoveredOf(
  isOver: boolean,
  isWhole: boolean,
  { maxSeconds = 0 }: ScanOptions,
): readonly string[] {
  if (isOver) {
    return [
      `the scan was cut off after ${maxSeconds} seconds; what it did not reach is not covered`,
    ];
  }
  if (isWhole) return [];
  return ['git could not read the whole history; run git fsck there'];
}
