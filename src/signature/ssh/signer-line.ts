import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Life } from '../trust.ts';
import { parseKeyLine } from './key-line.ts';
import type { SshPublicKey } from './key.ts';
import { matchesPrincipal } from './principal.ts';
import { parseSignerTime } from './timestamp.ts';
import type { SignerTime } from './timestamp.ts';

/** One line of a file of allowed signers; `notes` say what was read in another way than OpenSSH does. */
export type SignerLine = Readonly<{
  patterns: readonly string[];
  key: SshPublicKey;
  isAuthority: boolean;
  life: Life;
  notes: readonly string[];
}>;

/** Longest list of principals read, in characters. */
const MAX_PRINCIPALS_LENGTH = 4_096;

/** A word, or one with a quoted end, as OpenSSH's `strdelim` cuts it. */
const PRINCIPALS = /^(?<open>[^ \t"]*)(?:"(?<quoted>[^"]*)"[ \t]*|[ \t]+)(?<rest>.*)$/;

/** Up to the first blank outside of quotes; `\"` is a quote that quotes nothing. */
const OPTIONS =
  /^(?<options>(?:[^ \t"\\]|\\"|\\(?!")|"(?:[^"\\]|\\"|\\(?!"))*")+)[ \t]+(?<rest>.*)$/;

const OPTION =
  /(?:(?<flag>cert-authority)|(?<name>namespaces|valid-after|valid-before)="(?<value>(?:[^"\\]|\\"|\\(?!"))*)")?(?<next>,|$)/iy;

const KEY_TYPE = /^(?:ssh-|ecdsa-|sk-)/;

/** All blanks and control characters but tab: C programs end a line at some of them, others do not. */
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

const SECOND_MS = 1_000;

/**
 * Reads one line that is neither empty nor a comment (ssh-keygen(1), ALLOWED SIGNERS), or says why it
 * does not count: what OpenSSH would not read, and what does not count for signatures of git.
 */
export function parseSignerLine(line: string): Result<SignerLine, string> {
  if (CONTROL.test(line)) return stopped('it holds control characters');
  const { open = '', quoted = '', rest = '' } = PRINCIPALS.exec(line)?.groups ?? {};
  if (rest === '') return stopped('it has no principals or no key');
  const patterns = parsePrincipals(open + quoted);
  if (!patterns.ok) return patterns;
  const cut = cutKey(rest);
  const options = parseOptions(cut.options);
  if (!options.ok) return options;
  const key = parseKeyLine(cut.key);
  return key.ok ? ok({ patterns: patterns.value, key: key.value, ...options.value }) : key;
}

function cutKey(text: string): Readonly<{ options: string; key: string }> {
  const cut = KEY_TYPE.test(text) ? undefined : OPTIONS.exec(text)?.groups;
  return { options: cut?.['options'] ?? '', key: cut?.['rest'] ?? text };
}

function parsePrincipals(text: string): Result<readonly string[], string> {
  if (text.length > MAX_PRINCIPALS_LENGTH) {
    return stopped(`its principals are longer than ${MAX_PRINCIPALS_LENGTH}`);
  }
  const patterns = text.split(',').filter((one) => one !== '');
  const isSomebody = patterns.some((one) => !one.startsWith('!'));
  return isSomebody ? ok(patterns) : stopped('its principals name nobody');
}

type Options = Omit<SignerLine, 'patterns' | 'key'>;

function parseOptions(text: string): Result<Options, string> {
  const cut = cutOptions(text);
  if (!cut.ok) return cut;
  const { isAuthority, values } = cut.value;
  const namespaces = values.get('namespaces');
  if (namespaces !== undefined && !matchesPrincipal(namespaces.split(','), 'git')) {
    return stopped('its namespaces do not allow git');
  }
  const life = parseLife(values);
  return life.ok ? ok({ isAuthority, ...life.value }) : life;
}

function parseLife(
  values: ReadonlyMap<string, string>,
): Result<Pick<SignerLine, 'life' | 'notes'>, string> {
  const from = parseTime(values.get('valid-after'));
  if (!from.ok) return from;
  const until = parseTime(values.get('valid-before'));
  if (!until.ok) return until;
  const [first, last] = [from.value, until.value];
  if (first !== undefined && last !== undefined && last.instant <= first.instant) {
    return stopped('it ends before it begins');
  }
  const isLocal = [first, last].some((time) => time?.isLocal);
  return ok({
    life: {
      ...(first === undefined ? {} : { notBefore: first.instant }),
      // The second that it names still counts.
      ...(last === undefined ? {} : { notAfter: last.instant + SECOND_MS }),
    },
    notes: isLocal ? ['a time without Z is read as UTC, not as local time'] : [],
  });
}

function parseTime(text: string | undefined): Result<SignerTime | undefined, string> {
  return text === undefined ? ok(undefined) : parseSignerTime(text);
}

type CutOptions = Readonly<{ isAuthority: boolean; values: ReadonlyMap<string, string> }>;

function cutOptions(text: string): Result<CutOptions, string> {
  const values = new Map<string, string>();
  let isAuthority = false;
  let isLast = text === '';
  const pattern = new RegExp(OPTION);
  while (!isLast) {
    const { flag, name, value, next } = pattern.exec(text)?.groups ?? {};
    if (next === undefined) return stopped('it has an option that OpenSSH does not know');
    isLast = next === '';
    const isEmpty = flag === undefined && name === undefined;
    if (isLast && isEmpty) return stopped('its options end with a comma');
    if (flag !== undefined) isAuthority = true;
    const option = name?.toLowerCase();
    if (option === undefined || value === undefined) continue;
    if (values.has(option)) return stopped(`it has the option ${option} twice`);
    values.set(option, value.replaceAll('\\"', '"'));
  }
  return ok({ isAuthority, values });
}
