import { shortOid } from '../../domain/oid.ts';
import { printable } from '../../domain/stop.ts';
import type { Gap } from '../../secrets/index.ts';
import type { Leak, LeakGap } from './leak.ts';

/** Longest path shown, in UTF-16 code units: its end names the file. */
const MAX_PATH_LENGTH = 200;

const GAPS: Readonly<Record<Gap['why'], string>> = {
  budget: 'it took too long to look through',
  tooLarge: 'it is too large to look through',
  tooDeep: 'it is nested too deep to look through',
  tooMany: 'it holds more than is told of one file',
  unreadable: 'it cannot be read as what it must be',
};

/** `deploy/app.yaml:12`, or without line where a message or a name is at fault; printable, bounded. */
export function placeOf({ finding: { path, line } }: Pick<Leak, 'finding'>): string {
  return line === 0 ? pathOf(path) : `${pathOf(path)}:${line}`;
}

/**
 * A path for people: it comes from outside, and its end says most. The old form of a forge's commands
 * counts anywhere in a line of a log, so it is broken up.
 */
export function pathOf(path: string): string {
  const safe = printable(path).replaceAll('##[', '## [');
  return safe.length <= MAX_PATH_LENGTH ? safe : `…${safe.slice(1 - MAX_PATH_LENGTH)}`;
}

/** Where inside a file, and how much of it: `data.token, base64; 40 characters`. */
export function detailOf({ finding: { within, hint } }: Pick<Leak, 'finding'>): string {
  return printable(within === undefined ? hint : `${within}; ${hint}`);
}

/** One line about a leak, wherever it is told. */
export function leakLine(leak: Leak): string {
  const { finding, commit, description } = leak;
  const by = commit === undefined ? '' : `commit ${shortOid(commit)} `;
  return printable(
    `${by}${placeOf(leak)} holds a secret (${description}; ${detailOf(leak)}); fingerprint ${finding.fingerprint}`,
  );
}

/** One line about what was not scanned. */
export function gapLine({ gap, path, commit }: LeakGap): string {
  const by = commit === undefined ? '' : `commit ${shortOid(commit)} `;
  const line = gap.line > 1 ? `:${gap.line}` : '';
  const rule = gap.rule === undefined ? '' : ` (rule ${gap.rule})`;
  return printable(`${by}${pathOf(path)}${line} is not scanned: ${GAPS[gap.why]}${rule}`);
}
