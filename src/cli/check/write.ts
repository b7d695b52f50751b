import { readVersion } from '../version.ts';
import { isColoured, writePieces } from '../pieces.ts';
import { EXIT } from '../terminal.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { writeGithub } from './github.ts';
import { writeJson } from './json.ts';
import type { CheckOptions } from './options.ts';
import type { CheckVerdict, Report } from './report.ts';
import { writeSarif } from './sarif.ts';
import { writeTable } from './table.ts';

const EXIT_OF: Readonly<Record<CheckVerdict, ExitCode>> = {
  accepted: EXIT.clean,
  rejected: EXIT.findings,
  undecided: EXIT.undecided,
};

/** Writes a report in the form asked for and answers the exit code of its verdict. */
export async function writeReport(
  report: Report,
  options: CheckOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  await writePieces(await piecesOf(report, options, terminal), terminal);
  return EXIT_OF[report.verdict];
}

async function piecesOf(
  report: Report,
  { output, hasColor, isVerbose }: CheckOptions,
  terminal: Terminal,
): Promise<Iterable<string>> {
  switch (output) {
    case 'table':
      return harmless(writeTable(report, { hasColor: isColoured(hasColor, terminal), isVerbose }));
    case 'json':
      return writeJson(report);
    case 'sarif':
      return writeSarif(report, await readVersion());
    case 'github':
      return writeGithub(report);
  }
}

/** The old form of a forge's commands counts anywhere in a line of a log: names must not hold one. */
function* harmless(pieces: Iterable<string>): Generator<string> {
  for (const piece of pieces) yield piece.replaceAll('##[', '## [');
}
