import type { Allowlist, LeakRule } from '../../rule.ts';
import { rule } from '../define.ts';
import { PLACEHOLDER } from './placeholder.ts';

type Given = Omit<Parameters<typeof rule>[0], 'regex' | 'keywords'> &
  Readonly<{
    /** RE2 syntax, read without regard to case: what the identifier contains. */
    names: readonly string[];
    /** RE2 syntax; groups in it do not capture. */
    value: string;
    keywords: readonly string[];
  }>;

/** Bits a character; random hex has 3.4 and more at 32 digits. */
const ENTROPY = 3;

/** Behind the name: the rest of the identifier. */
const REST = '[0-9A-Za-z_.-]{0,20}';

/** Around a name; the bracket is that of `config['x'] = …`. */
const QUOTES = '[\\\\"\'`\\]]{0,3}';

/** Entries of a list that hold name and value apart: `name: X`, `value: …`, in YAML, HCL and XML. */
const ENTRY = `(?:${QUOTES}\\s{1,24}${QUOTES}value)?`;

/** The same in JSON, where a comma stands between the two. */
const MEMBER = `,[\\\\\\s"'\`]{1,26}value${QUOTES}\\s{0,2}:[\\\\\\s"'\`]{0,3}`;

const SIGN = '(?:=>|:=|\\?=|\\|\\||[=:,>(])[\\\\\\s"\'`=]{0,5}';

const OPERATOR = `${QUOTES}[ \\t]{0,3}(?:${MEMBER}|${SIGN})`;

/** Behind the value; the backslash of `\n` and of `\"` in a quoted string counts. */
const END = '(?:[\\\\\\s"\'`;,)<&]|$)';

/** An identifier that says of its value that it is none to keep. */
const HARMLESS: Allowlist = {
  condition: 'OR',
  paths: [],
  regexes: [
    '(?i)(?:md5|sha_?(?:1|256|512)|hash|checksum|digest|fingerprint|commit|revision|etag|uuid|public)[a-z_.-]{0,12}["\'`\\\\]{0,2}[ \\t]{0,3}[:=]',
  ],
  target: 'match',
  stopwords: [],
  commits: [],
  rules: [],
};

/**
 * A rule for a value that only its name tells: an identifier that contains one of `names`, an operator,
 * the value, its end. One template for all of them, bounded from the name on.
 */
export function assigned({ names, value, allowlists = [], ...given }: Given): LeakRule {
  return rule({
    entropy: ENTROPY,
    ...given,
    regex: `(?i:${names.join('|')})${REST}${ENTRY}${OPERATOR}(${value})${END}`,
    allowlists: [PLACEHOLDER, HARMLESS, ...allowlists],
  });
}

/** A name that holds the provider and, soon behind it, a word for a secret. */
export function keyOf(provider: string): string {
  return `${provider}[0-9a-z_.-]{0,16}(?:key|token|secret|passw|auth|cred)`;
}
