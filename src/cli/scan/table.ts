import { printable } from '../../domain/stop.ts';
import { verdictOf } from './report.ts';
import type { ScanReport, ToldLeak } from './report.ts';

const [RED, YELLOW, GREEN, RESET] = ['\u001b[31m', '\u001b[33m', '\u001b[32m', '\u001b[0m'];

/** Digits of a commit that are shown. */
const SHORT = 12;

/** Gaps that are listed one by one. */
const MAX_LISTED_GAPS = 20;

const GAP_WORDS = {
  budget: 'took too long',
  tooLarge: 'is too large',
  tooDeep: 'is nested too deep',
  tooMany: 'holds too many findings',
  unreadable: 'cannot be read',
} as const;

/** Writes a report for people: a paragraph for each leak, then what was not covered, then the sum. */
export function* writeScanTable(report: ScanReport, hasColor: boolean): Generator<string> {
  for (const leak of report.leaks) yield paragraphOf(leak, hasColor);
  const { gaps } = report;
  for (const { gap, path, commit } of gaps.slice(0, MAX_LISTED_GAPS)) {
    const rule = gap.rule === undefined ? '' : `, rule ${gap.rule}`;
    const at = commit === undefined ? '' : ` of ${commit.slice(0, SHORT)}`;
    const what = `${path}${at}${rule}: ${GAP_WORDS[gap.why]}`;
    yield `${paint('not scanned', YELLOW, hasColor)}  ${printable(what)}\n`;
  }
  if (gaps.length > MAX_LISTED_GAPS) yield `and ${gaps.length - MAX_LISTED_GAPS} more\n`;
  if (report.leaks.length + gaps.length > 0) yield '\n';
  yield summaryOf(report, hasColor);
}

/** The sum of a scan: what was looked at, what was found, what is not covered. */
export function summaryOf(report: ScanReport, hasColor = false): string {
  const { counts, leaks, ignored, uncovered, gaps, seconds } = report;
  const known = ignored === 0 ? '' : `, and ${ignored} that are known`;
  const verdict = verdictOf(report);
  const color = { clean: GREEN, leaks: RED, incomplete: YELLOW }[verdict];
  const lines = [
    `scanned   ${report.repository}, ${report.range}: ${counts.commits} commits, ${counts.blobs} files in ${seconds.toFixed(1)} s`,
    ...(counts.allowed === 0 ? [] : [`allowed   ${counts.allowed} files by their path`]),
    `leaks     ${leaks.length}${known}`,
    ...(gaps.length === 0 ? [] : [`gaps      ${gaps.length} places were not scanned`]),
    ...uncovered.map((why) => `history   not covered: ${why}`),
  ];
  return `${lines.map((line) => `${printable(line)}\n`).join('')}${paint(verdict, color, hasColor)}\n`;
}

function paragraphOf(leak: ToldLeak, hasColor: boolean): string {
  const { finding, commit, facts, isInTip, description, fix } = leak;
  const { rule, path, line, hint, fingerprint, within } = finding;
  const at = line === 0 ? path : `${path}:${line}`;
  const wrapped = within === undefined ? '' : ` in ${within}`;
  const still = isInTip === undefined ? '' : isInTip ? '; still in the tip' : '; gone from the tip';
  const who = facts.email === '' ? '' : ` by ${facts.name} <${facts.email}>, ${facts.date}`;
  const rows = [
    `  ${description === '' ? rule : description}${wrapped} (${hint})`,
    `  since    ${commit.slice(0, SHORT)}${who}${still}`,
    `  known as ${fingerprint}`,
    ...(fix === '' ? [] : [`  do       ${fix}`]),
  ];
  const head = `${paint(rule, RED, hasColor)}  ${printable(at)}\n`;
  return `${head}${rows.map((row) => `${printableRow(row)}\n`).join('')}\n`;
}

/** Without the blanks at its start it would not line up. */
function printableRow(row: string): string {
  return `  ${printable(row.trimStart())}`;
}

function paint(text: string, color: string, hasColor: boolean): string {
  return hasColor ? `${color}${text}${RESET}` : text;
}
