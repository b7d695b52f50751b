import { readVersion } from '../version.ts';
import { EXIT } from '../terminal.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
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

/** Length at which pieces are handed on: fewer calls of the system for a long report. */
const PIECE_LENGTH = 65_536;

/** Writes a report in the form asked for and answers the exit code of its verdict. */
export async function writeReport(
  report: Report,
  options: CheckOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  let held = '';
  for (const piece of await piecesOf(report, options, terminal)) {
    held += piece;
    if (held.length < PIECE_LENGTH) continue;
    await terminal.out(held);
    held = '';
  }
  await terminal.out(held);
  return EXIT_OF[report.verdict];
}

async function piecesOf(
  report: Report,
  { output, hasColor, isVerbose }: CheckOptions,
  { isOutTty, env }: Terminal,
): Promise<Iterable<string>> {
  switch (output) {
    case 'table': {
      // https://no-color.org: any value but the empty one.
      const isPlain = (env['NO_COLOR'] ?? '') !== '';
      return writeTable(report, { hasColor: hasColor && isOutTty && !isPlain, isVerbose });
    }
    case 'json':
      return writeJson(report);
    case 'sarif':
      return writeSarif(report, await readVersion());
  }
}
