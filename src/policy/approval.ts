import { readBlock } from '../commit/armor.ts';
import { latin1 } from '../commit/grammar.ts';
import { APPROVAL_HEADER, parseStatement } from './statement.ts';
import type { Approval } from './statement.ts';

export { repositoryIdentity } from './identity.ts';
export { APPROVAL_NAMESPACE, approvalProblem, formatStatement } from './statement.ts';
export type { Approval } from './statement.ts';

/** An approval with its signature, not yet verified; `payload` is exactly what `armor` must cover. */
export type SignedApproval = Readonly<{
  statement: Approval;
  payload: Uint8Array;
  format: 'openpgp' | 'ssh' | 'x509';
  armor: Uint8Array;
}>;

/** What a note says. Problems are for people and never quote the note. */
export type ParsedApprovals = Readonly<{
  approvals: readonly SignedApproval[];
  problems: readonly string[];
}>;

/** Largest note read. */
export const MAX_NOTE_BYTES = 65_536;

/** Most approvals of one note. */
export const MAX_APPROVALS = 64;

const BEGIN = /^-----BEGIN ([A-Z ]{1,32})-----$/;

/** Lines of one approval: the statement and the block, by number. */
type Frame = Readonly<{ start: number; begin: number; end: number }>;

/**
 * Reads the approvals of a note: each a statement and an armored block directly below, one empty
 * line between two. One that is malformed is left out and named; where it is not certain which lines
 * belong together, none counts.
 */
export function parseApprovals(note: Uint8Array): ParsedApprovals {
  if (note.length > MAX_NOTE_BYTES) return refused(`it has more than ${MAX_NOTE_BYTES} bytes`);
  // One character a byte: lines are cut and put together again without a loss.
  const lines = latin1(note).split('\n');
  if (lines.at(-1) === '') lines.pop();
  const frames = readFrames(lines);
  if (typeof frames === 'string') return refused(frames);
  const read = frames.map((frame) => readFrame(lines, frame));
  return {
    approvals: read.filter((found) => typeof found !== 'string'),
    problems: read.flatMap((found, i) =>
      typeof found === 'string' ? [`approval ${i + 1}: ${found}`] : [],
    ),
  };
}

function refused(problem: string): ParsedApprovals {
  return { approvals: [], problems: [`the note does not count: ${problem}`] };
}

function readFrames(lines: readonly string[]): readonly Frame[] | string {
  const frames: Frame[] = [];
  let next = 0;
  do {
    if (frames.length >= MAX_APPROVALS) return `it has more than ${MAX_APPROVALS} approvals`;
    const frame = findFrame(lines, next);
    const where = `in approval ${frames.length + 1}`;
    if (typeof frame === 'string') return `${where} ${frame}`;
    frames.push(frame);
    next = frame.end + 2;
    const between = lines[frame.end + 1] ?? '';
    if (between !== '') return `${where} something stands directly behind the signature`;
  } while (next <= lines.length);
  return frames;
}

function findFrame(lines: readonly string[], start: number): Frame | string {
  if (lines[start] !== APPROVAL_HEADER) return `the first line is not "${APPROVAL_HEADER}"`;
  const begin = lines.findIndex((line, i) => i > start && endsStatement(line));
  const label = BEGIN.exec(lines[begin] ?? '')?.[1];
  if (label === undefined) return 'no signature follows the statement';
  const end = lines.findIndex((line, i) => i > begin && line.startsWith('-'));
  if (lines[end] !== `-----END ${label}-----`) return 'the signature has no END line of its own';
  return { start, begin, end };
}

function endsStatement(line: string): boolean {
  return line === '' || line.startsWith('-') || line === APPROVAL_HEADER;
}

function readFrame(lines: readonly string[], frame: Frame): SignedApproval | string {
  const payload = join(lines.slice(frame.start, frame.begin));
  const statement = parseStatement(payload);
  if (statement === undefined) return 'the statement is not in the one form that counts';
  const block = readBlock(join(lines.slice(frame.begin, frame.end + 1)));
  if (!block.ok) return block.stop;
  const { format, armor } = block.value;
  if (format === 'unknown') return 'the signature is of a kind that gitward does not know';
  return { statement, payload, format, armor };
}

function join(lines: readonly string[]): Uint8Array {
  return Buffer.from(`${lines.join('\n')}\n`, 'latin1');
}
