import { isColoured, writePieces } from '../pieces.ts';
import { EXIT } from '../terminal.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { readVersion } from '../version.ts';
import { writeGitleaksReport } from './gitleaks-report.ts';
import { writeScanJson } from './json.ts';
import type { ScanOptions } from './options.ts';
import { verdictOf } from './report.ts';
import type { ScanReport, ScanVerdict } from './report.ts';
import { writeScanSarif } from './sarif.ts';
import { summaryOf, writeScanTable } from './table.ts';

const EXIT_OF: Readonly<Record<ScanVerdict, ExitCode>> = {
  clean: EXIT.clean,
  leaks: EXIT.findings,
  incomplete: EXIT.undecided,
};

/** Writes a report in the form asked for and answers the exit code of its verdict. */
export async function writeScanReport(
  report: ScanReport,
  options: ScanOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  await writePieces(await piecesOf(report, options, terminal), terminal);
  // That report has no room for what is not covered, and a list without findings looks clean.
  if (options.report === 'gitleaks') terminal.err(summaryOf(report));
  return EXIT_OF[verdictOf(report)];
}

async function piecesOf(
  report: ScanReport,
  { report: form, hasColor }: ScanOptions,
  terminal: Terminal,
): Promise<Iterable<string>> {
  switch (form) {
    case 'table':
      return writeScanTable(report, isColoured(hasColor, terminal));
    case 'json':
      return writeScanJson(report);
    case 'sarif':
      return writeScanSarif(report, await readVersion());
    case 'gitleaks':
      return writeGitleaksReport(report);
  }
}
