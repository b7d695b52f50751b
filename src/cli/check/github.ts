import { printable } from '../../domain/stop.ts';
import type { Problem } from './problem.ts';
import type { Report } from './report.ts';

/** What an annotation is made of. */
type Annotation = Readonly<{
  level: 'error' | 'warning' | 'notice';
  title: string;
  message: string;
  file?: string;
  line?: number;
}>;

/** Most annotations of one step; the forge shows fewer still. */
const MAX_ANNOTATIONS = 500;

/** Lines written in one piece. */
const LINES_AT_ONCE = 100;

/**
 * Writes a report as workflow commands of GitHub Actions, one line each: findings become annotations of
 * the change. Whatever comes from the repository is escaped, so that no path or message is a command.
 */
export function* writeGithub(report: Report): Generator<string> {
  const { findings, verdict } = report;
  const shown = findings.slice(0, MAX_ANNOTATIONS).map(annotationOf);
  for (let start = 0; start < shown.length; start += LINES_AT_ONCE) {
    yield shown
      .slice(start, start + LINES_AT_ONCE)
      .map(commandOf)
      .join('');
  }
  const more = findings.length - shown.length;
  const rest = more > 0 ? `; ${more} more are not shown` : '';
  const message = `${verdict}: ${findings.length} findings${rest}`;
  yield commandOf({ level: 'notice', title: 'gitward check', message });
}

function annotationOf({ reason, kind, message, leak, gap, isOnlyTold }: Problem): Annotation {
  const isMild = kind === 'retry' || isOnlyTold === true;
  const path = leak?.finding.path ?? gap?.path;
  const line = leak?.finding.line ?? gap?.gap.line ?? 0;
  const isFile = path !== undefined && !path.startsWith('(');
  return {
    level: isMild ? 'warning' : 'error',
    title: leak === undefined ? reason : `${reason}: ${leak.finding.rule}`,
    message,
    ...(isFile ? { file: path } : {}),
    ...(isFile && line > 0 ? { line } : {}),
  };
}

/** One workflow command, escaped as the runner undoes it. */
export function commandOf({ level, title, message, file, line }: Annotation): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${escapeProperty(printable(file))}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    `title=${escapeProperty(printable(title))}`,
  ];
  return `::${level} ${properties.join(',')}::${escapeData(printable(message))}\n`;
}

/** A percent sign begins an escape, a line end would begin the next line of the log. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** Between colons and commas stand the properties. */
function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
