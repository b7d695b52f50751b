import type { Holder, HolderKey } from '../trust.ts';
import { isPlainPrincipal } from './principal.ts';
import { parseSignerLine } from './signer-line.ts';
import type { SignerLine } from './signer-line.ts';

export { matchesPrincipal } from './principal.ts';

/** Longest file read, in characters. */
export const MAX_SIGNERS_LENGTH = 1_048_576;

/** Most lines read. */
export const MAX_SIGNERS_LINES = 10_000;

/** What a file of allowed signers comes to; problems say what does not count, or is read differently. */
export type ImportedSigners = Readonly<{
  holders: readonly Holder[];
  problems: readonly string[];
}>;

/** A line that counts, and its number. */
type Counted = Readonly<{ number: number; line: SignerLine }>;

/**
 * Imports a team's file of allowed signers (ssh-keygen(1), ALLOWED SIGNERS) for signatures of git: what
 * ssh-keygen refuses by that file, gitward refuses by these holders. A line is a key of a holder whose
 * name is its first plain principal and whose e-mails are its patterns; lines with the same principals
 * are one holder. A key listed again with the same options gains the principals; else the first line
 * counts alone, for a holder's key has one life. A line's namespaces are asked for `git` alone. Never
 * throws; a file too large counts for nothing.
 */
export function importAllowedSigners(text: string, signerSet: string): ImportedSigners {
  const lines = text.length > MAX_SIGNERS_LENGTH ? [] : text.replace(/\n$/, '').split('\n');
  if (text.length > MAX_SIGNERS_LENGTH || lines.length > MAX_SIGNERS_LINES) {
    const limit = `${MAX_SIGNERS_LENGTH} characters or ${MAX_SIGNERS_LINES} lines`;
    return { holders: [], problems: [`the file of allowed signers has more than ${limit}`] };
  }
  const problems: string[] = [];
  const counted = new Map<string, Counted>();
  for (const [i, raw] of lines.entries()) {
    const trimmed = raw.replace(/\r$/, '').replace(/^[ \t]+/, '');
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const number = i + 1;
    const read = parseSignerLine(trimmed);
    if (!read.ok) {
      problems.push(`line ${number} of the allowed signers is left out: ${read.stop}`);
      continue;
    }
    problems.push(...read.value.notes.map((note) => `line ${number}: ${note}`));
    const problem = count(counted, { number, line: read.value });
    if (problem !== undefined) problems.push(problem);
  }
  return { holders: toHolders([...counted.values()], signerSet), problems };
}

function count(counted: Map<string, Counted>, next: Counted): string | undefined {
  const { isAuthority, key, patterns } = next.line;
  const id = `${isAuthority ? 'authority' : 'key'} ${key.fingerprint}`;
  const first = counted.get(id);
  if (first === undefined) {
    counted.set(id, next);
    return undefined;
  }
  const { number, line } = first;
  // With a negation, two lists are not one: it would take off what the other line lists.
  const isNegated = [...line.patterns, ...patterns].some((pattern) => pattern.startsWith('!'));
  if (isNegated || !isSameLife(line, next.line)) {
    return `line ${next.number} is left out: line ${number} lists its key with other options`;
  }
  const all = [...new Set([...line.patterns, ...patterns])];
  counted.set(id, { number, line: { ...line, patterns: all } });
  return undefined;
}

function isSameLife({ life: a }: SignerLine, { life: b }: SignerLine): boolean {
  return a.notBefore === b.notBefore && a.notAfter === b.notAfter;
}

function toHolders(counted: readonly Counted[], signerSet: string): readonly Holder[] {
  const holders = new Map<string, Holder>();
  for (const { line } of counted) {
    const { patterns } = line;
    const id = patterns.join(',');
    const name = patterns.find(isPlainPrincipal) ?? id;
    const none = { class: 'person', signerSet, name, roles: [], life: {} } as const;
    const known = holders.get(id) ?? { ...none, emails: patterns, keys: [] };
    holders.set(id, { ...known, keys: [...known.keys, toKey(line)] });
  }
  return [...holders.values()];
}

function toKey({ key, isAuthority, patterns, life }: SignerLine): HolderKey {
  const line = `${key.type} ${key.blob.toString('base64')}`;
  const material = isAuthority
    ? ({ kind: 'sshAuthority', line, principals: patterns } as const)
    : ({ kind: 'ssh', line } as const);
  return { material, life };
}
