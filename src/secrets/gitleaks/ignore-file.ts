import { printable } from '../../domain/stop.ts';
import { NO_IGNORES, placeOf } from './ignores.ts';
import type { Ignores } from './ignores.ts';

const MAX_BYTES = 4 * 1024 * 1024;

/** Most entries read; what is beyond them is not ignored, and said so. */
const MAX_ENTRIES = 50_000;

/** A path has at most 4,096 bytes; a commit, a rule and a line are short. */
const MAX_LINE_LENGTH = 5_000;

/** Lines of one kind that a warning names. */
const MAX_NAMED = 5;

const FINGERPRINT = /^([0-9a-f]{32})(?:[ \t]+#.*)?$/;

/** `commit:path:rule:line` or `path:rule:line`; a path may hold colons. */
const PLACE = /^(?:([0-9a-f]{40}|[0-9a-f]{64}):)?(.+):([^:]+):(\d{1,10})$/;

/**
 * Reads a `.gitleaksignore`: places in both of gitleaks' forms, and gitward's own fingerprints, 32 hex
 * digits alone on a line, `# why` behind them if wanted. A line that is neither ignores nothing and is
 * told, and so is a place for any commit, for it hides the next secret there as well. Callers pass the
 * bytes of the protected ref.
 */
export function parseIgnoreFile(bytes: Uint8Array): Ignores {
  if (bytes.length > MAX_BYTES) {
    const text = `the ignore file has more than ${MAX_BYTES} bytes; nothing of it is ignored`;
    return { ...NO_IGNORES, warnings: [text] };
  }
  const [fingerprints, places] = [new Set<string>(), new Set<string>()];
  const [odd, anywhere]: [number[], number[]] = [[], []];
  const lines = new TextDecoder('utf-8').decode(bytes).split('\n');
  let beyond = 0;
  for (const [index, raw] of lines.entries()) {
    const line = raw.length > MAX_LINE_LENGTH ? '' : raw.trim();
    if (raw.length <= MAX_LINE_LENGTH && (line === '' || line.startsWith('#'))) continue;
    const entry = readEntry(line);
    if (entry === undefined) odd.push(index + 1);
    else if (fingerprints.size + places.size >= MAX_ENTRIES) beyond += 1;
    else if (entry.kind === 'fingerprint') fingerprints.add(entry.text);
    else {
      places.add(entry.text);
      if (entry.isAnywhere) anywhere.push(index + 1);
    }
  }
  return { fingerprints, places, warnings: warningsOf(odd, anywhere, beyond) };
}

type Entry =
  | Readonly<{ kind: 'fingerprint'; text: string }>
  | Readonly<{ kind: 'place'; text: string; isAnywhere: boolean }>;

function readEntry(line: string): Entry | undefined {
  const fingerprint = FINGERPRINT.exec(line)?.[1];
  if (fingerprint !== undefined) return { kind: 'fingerprint', text: fingerprint };
  const [, commit, path = '', rule = '', number] = PLACE.exec(line) ?? [];
  if (number === undefined) return undefined;
  // Windows writes them the other way around, and gitleaks takes both.
  const place = placeOf(path.replaceAll('\\', '/'), rule, Number(number));
  if (commit === undefined) return { kind: 'place', text: place, isAnywhere: true };
  return { kind: 'place', text: `${commit}:${place}`, isAnywhere: false };
}

function warningsOf(
  odd: readonly number[],
  anywhere: readonly number[],
  beyond: number,
): readonly string[] {
  const told: string[] = [];
  if (odd.length > 0) {
    told.push(`${named(odd)} of the ignore file cannot be read and ignores nothing`);
  }
  if (anywhere.length > 0) {
    const advice = 'give the fingerprint of the finding instead';
    const danger = 'hides whatever the rule finds at that line, another secret too';
    told.push(`${named(anywhere)} of the ignore file ${danger}; ${advice}`);
  }
  if (beyond > 0) {
    told.push(
      `the ignore file has more than ${MAX_ENTRIES} entries; the other ${beyond} ignore nothing`,
    );
  }
  return told.map(printable);
}

function named(lines: readonly number[]): string {
  const [first = 0, ...more] = lines;
  if (more.length === 0) return `line ${first}`;
  const shown = lines.slice(0, MAX_NAMED).join(', ');
  return lines.length <= MAX_NAMED
    ? `each of the lines ${shown}`
    : `each of the lines ${shown} and ${lines.length - MAX_NAMED} more`;
}
