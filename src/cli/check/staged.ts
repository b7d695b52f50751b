import type { ExitCode, Terminal } from '../terminal.ts';
import { EXIT, usageError } from '../terminal.ts';
import { scanStaged } from '../hook/staged-scan.ts';
import type { Adjust } from '../leaks/team-files.ts';
import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { printable } from '../../domain/stop.ts';
import { resolve } from 'node:path';
import type { CheckOptions } from './options.ts';
import { problemsOf } from './problem.ts';
import { verdictOf } from './report.ts';
import type { Report } from './report.ts';
import { secretsOf } from './secrets-wish.ts';
import { writeReport } from './write.ts';

/** `gitward check --staged`: looks at what is staged, and asks for no signature: nothing is signed yet. */
export async function checkStaged(options: CheckOptions, terminal: Terminal): Promise<ExitCode> {
  const { place } = options;
  if (place.kind === 'remote') return usageError(terminal, '--staged takes a PATH, no URL');
  const secrets = secretsOf(options, undefined);
  const adjust = await readGivenFiles(options, terminal.cwd);
  if (!adjust.ok) return usageError(terminal, adjust.stop);
  const there: Terminal = { ...terminal, cwd: resolve(terminal.cwd, place.path ?? '.') };
  const wish = { secrets, ...(adjust.value === undefined ? {} : { adjust: adjust.value }) };
  const scanned = await scanStaged(wish, there);
  if (!scanned.ok) {
    terminal.err(`gitward: undecided: ${printable(scanned.stop)}\n`);
    return EXIT.undecided;
  }
  const { report } = scanned.value;
  for (const warning of report.warnings) terminal.err(`gitward: ${printable(warning)}\n`);
  const findings = problemsOf(report, secrets.mode === 'Block');
  const told: Report = {
    ...{ verdict: verdictOf(findings), repository: there.cwd, isStaged: true },
    ...{ commits: [], signatures: new Map(), findings, ignored: report.ignored },
  };
  return writeReport(told, options, terminal);
}

/** Mostly none is given; then what reads them need not be loaded. */
async function readGivenFiles(
  options: CheckOptions,
  cwd: string,
): Promise<Result<Adjust | undefined, string>> {
  const { config, ignoreFile, baseline } = options;
  if (config === undefined && ignoreFile === undefined && baseline === undefined) {
    return ok(undefined);
  }
  const { readTeamFiles } = await import('../leaks/team-files.ts');
  return readTeamFiles(options, cwd);
}
