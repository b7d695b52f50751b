import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { latin1 } from './grammar.ts';
import type { Problem } from './grammar.ts';
import { unfold } from './payload.ts';

/** A signature as the commit or tag carries it: one block from BEGIN to END, LF after each line. */
export type CommitSignature = Readonly<{
  format: 'openpgp' | 'ssh' | 'x509' | 'unknown';
  armor: Uint8Array;
}>;

/** What stands between BEGIN and the dashes, per format (git-config `gpg.format`). */
const LABELS = {
  openpgp: 'PGP SIGNATURE',
  ssh: 'SSH SIGNATURE',
  x509: 'SIGNED MESSAGE',
} as const satisfies Record<Exclude<CommitSignature['format'], 'unknown'>, string>;

/** Printable ASCII without a dash in front: what lines between BEGIN and END consist of. */
const INNER_LINE = /^(?!-)[\x20-\x7e]*$/;

/**
 * Reads the value of a signature header; an empty value is no signature. A block of a known format
 * must be alone: a byte before BEGIN, after END or a second block is a place where other readers
 * find headers. GitHub ends its signatures with one empty line more, and only that is let through.
 * Another BEGIN, or none, is a signature of `unknown` format.
 */
export function readSignature(value: Uint8Array): Result<CommitSignature | undefined, Problem> {
  const armor = unfold(value);
  return latin1(armor).trim() === '' ? ok(undefined) : readBlock(armor);
}

/** Reads a block that stands alone and ends with LF, by the rules of `readSignature`. */
export function readBlock(armor: Uint8Array): Result<CommitSignature, Problem> {
  const text = latin1(armor);
  const format = formatOf(text);
  if (format === 'unknown') return ok({ format, armor });
  const lines = text.split('\n');
  // The text ends with LF, so the last line is empty; one more is GitHub's.
  lines.pop();
  if (lines.at(-1) === '') lines.pop();
  const inner = lines.slice(1, -1);
  if (lines.at(-1) !== `-----END ${LABELS[format]}-----`) {
    return stopped('its signature does not end with the END line');
  }
  if (!inner.every((line) => INNER_LINE.test(line))) {
    return stopped('its signature is not one plain block from BEGIN to END');
  }
  return ok({ format, armor: armor.subarray(0, lines.join('\n').length + 1) });
}

function formatOf(text: string): CommitSignature['format'] {
  if (text.startsWith(`-----BEGIN ${LABELS.openpgp}-----\n`)) return 'openpgp';
  if (text.startsWith(`-----BEGIN ${LABELS.ssh}-----\n`)) return 'ssh';
  return text.startsWith(`-----BEGIN ${LABELS.x509}-----\n`) ? 'x509' : 'unknown';
}
