import type { ParsedCommit } from '../../commit/parse.ts';
import { toTimestamp } from '../../domain/clock.ts';
import { shortOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { printable } from '../../domain/stop.ts';
import { detailOf, placeOf } from '../leaks/text.ts';
import type { SignatureEvidence } from '../../signature/index.ts';
import type { Problem } from './problem.ts';
import { countBy } from './report.ts';
import type { Report, Terms } from './report.ts';

/** How a table is drawn. */
export type TableOptions = Readonly<{ hasColor: boolean; isVerbose: boolean }>;

const RED = '\u001b[31m';
const GREEN = '\u001b[32m';
const RESET = '\u001b[0m';

const DATE_LENGTH = 'YYYY-MM-DD'.length;
const COMMITTER_WIDTH = 24;
const REASON_WIDTH = 28;

/** Most names in one line of the summary. */
const MAX_LISTED = 12;

/** Writes a report for people, piece by piece: a head, a line for each commit with a problem, a summary. */
export function* writeTable(report: Report, options: TableOptions): Generator<string> {
  yield headOf(report);
  const byCommit = groupByCommit(report.findings);
  const inRange = new Set(report.commits.map(({ oid }) => oid));
  for (const finding of report.findings) {
    if (finding.oid === undefined || !inRange.has(finding.oid)) yield looseLine(finding, options);
  }
  for (const commit of report.commits) {
    const problems = byCommit.get(commit.oid) ?? [];
    if (problems.length > 0) {
      yield badLine(commit, problems, options);
      yield problems.map(leakLines).join('');
    } else if (options.isVerbose)
      yield goodLine(commit, report.signatures.get(commit.oid), options);
  }
  yield summaryOf(report, options);
}

function groupByCommit(findings: readonly Problem[]): ReadonlyMap<Oid, readonly Problem[]> {
  const groups = new Map<Oid, Problem[]>();
  for (const finding of findings) {
    if (finding.oid === undefined) continue;
    const group = groups.get(finding.oid);
    if (group === undefined) groups.set(finding.oid, [finding]);
    else group.push(finding);
  }
  return groups;
}

function headOf({ repository, range, terms, isStaged }: Report): string {
  const what = isStaged === true ? ', what is staged' : '';
  const lines = [`gitward check ${printable(repository)}${what}`];
  if (range !== undefined) {
    const from = range.from === 'root' ? 'the root' : shortOid(range.from);
    lines.push(`range    ${from} to ${printable(range.label)} (${range.to})`);
  }
  if (terms !== undefined) lines.push(...termsOf(terms));
  return `${lines.join('\n')}\n\n`;
}

function termsOf(terms: Terms): readonly string[] {
  const lines: string[] = [];
  const given = terms.isPolicyGiven
    ? ''
    : '; no --policy: whose e-mail a commit names is not compared with its key';
  lines.push(
    `policy   signatures ${terms.signatures}, bindIdentity ${terms.bindIdentity}, linear history${given}`,
    terms.usableKeys === 0
      ? 'signers  none given with --signers: nobody is trusted'
      : `signers  ${terms.usableKeys} keys`,
  );
  if (terms.isAtCommitDate) {
    lines.push(
      'expiry   as of the date that each commit claims: a claim of its committer, no proof',
    );
  }
  return lines;
}

function badLine(
  commit: ParsedCommit,
  problems: readonly Problem[],
  { hasColor }: TableOptions,
): string {
  const reasons = [...new Set(problems.map(({ reason }) => reason))].join(',');
  const others = problems.filter(({ leak }) => leak === undefined);
  const details = others.map(({ message }) => shortened(message, commit.oid)).join('; ');
  const shown = paint(reasons.padEnd(REASON_WIDTH), RED, hasColor);
  return `${startOf(commit)}  ${shown}  ${printable(details)}\n`;
}

function goodLine(
  commit: ParsedCommit,
  found: SignatureEvidence | undefined,
  { hasColor }: TableOptions,
): string {
  const good = found?.kind === 'good' ? `${found.format} by ${found.signer.name}` : 'not required';
  return `${startOf(commit)}  ${paint('ok'.padEnd(REASON_WIDTH), GREEN, hasColor)}  ${printable(good)}\n`;
}

function startOf({ oid, committer }: ParsedCommit): string {
  const date = toTimestamp(committer.when).slice(0, DATE_LENGTH);
  const who = committer.name === '' ? committer.email : committer.name;
  return `${shortOid(oid)}  ${date}  ${fit(printable(who), COMMITTER_WIDTH)}`;
}

/** What concerns the range, or an object outside of it. */
function looseLine(problem: Problem, { hasColor }: TableOptions): string {
  const { reason, message } = problem;
  return `${paint(reason, RED, hasColor)}  ${message}\n`;
}

/** A secret below the commit that brings it: where, by which rule, and its name. */
function leakLines({ leak }: Problem): string {
  if (leak === undefined) return '';
  const { rule, severity, fingerprint } = leak.finding;
  const what = printable(`${rule} (${severity}; ${detailOf(leak)})`);
  return `    ${placeOf(leak)}  ${what}  ${fingerprint}\n`;
}

/** The line begins with the commit already. */
function shortened(message: string, oid: Oid): string {
  const start = `commit ${shortOid(oid)} `;
  return message.startsWith(start) ? message.slice(start.length) : message;
}

function summaryOf(report: Report, { hasColor }: TableOptions): string {
  const { commits, signatures, findings, verdict, ignored, isStaged } = report;
  const known = commits.flatMap(({ oid }) => signatures.get(oid) ?? []);
  const good = known.flatMap((found) => (found.kind === 'good' ? [found] : []));
  const formats = countBy(good, ({ format }) => format);
  const reasons = countBy(findings, ({ reason }) => reason);
  const signers = countBy(good, ({ signer }) => `${signer.name} (${signer.signerSet})`);
  const strangers = countBy(known, (found) =>
    found.kind === 'bad' && found.reason === 'SignerUntrusted' ? found.key : undefined,
  );
  const signed = [
    ['commits', `${commits.length}`],
    ['good', good.length === 0 ? '0' : `${good.length}: ${listed(formats)}`],
  ];
  const rows = [
    ...(isStaged === true ? [] : signed),
    ['findings', findings.length === 0 ? '0' : `${findings.length}: ${listed(reasons)}`],
    ...(ignored === undefined || ignored === 0 ? [] : [['ignored', `${ignored} known secrets`]]),
    ...(isStaged === true ? [] : [['signers', signers.length === 0 ? 'none' : listed(signers)]]),
    ...(strangers.length === 0 ? [] : [['others', listed(strangers)]]),
  ];
  const lines = rows.map(([name = '', text = '']) => `${name.padEnd(8)} ${printable(text)}\n`);
  const color = verdict === 'accepted' ? GREEN : RED;
  const gap = findings.length === 0 ? '' : '\n';
  return `${gap}${lines.join('')}${paint(verdict, color, hasColor)}\n`;
}

function listed(counts: readonly (readonly [string, number])[]): string {
  const shown = counts.slice(0, MAX_LISTED).map(([name, count]) => `${count} ${name}`);
  const more = counts.length - shown.length;
  return [...shown, ...(more === 0 ? [] : [`and ${more} more`])].join(', ');
}

function fit(text: string, width: number): string {
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`;
}

function paint(text: string, color: string, hasColor: boolean): string {
  return hasColor ? `${color}${text}${RESET}` : text;
}
