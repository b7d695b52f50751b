import { parseRegex } from '../regex/parse.ts';
import type { Fields } from './fields.ts';

/** Longest regex read, in characters; the longest that people publish have 3,000. */
const MAX_REGEX_LENGTH = 65_536;

/** Refuses the file when a regex is none; answers how many groups it has. Its text is never told. */
export function checkRegex(source: string, name: string, fields: Fields): number {
  if (source.length > MAX_REGEX_LENGTH) {
    throw fields.unfit(`${name} is longer than ${MAX_REGEX_LENGTH} characters`);
  }
  const parsed = parseRegex(source);
  if (parsed.ok) return parsed.value.groups;
  const { offset, text } = parsed.stop;
  // Behind the colon the text quotes the regex, and regexes of allowlists hold secrets.
  const [why = ''] = text.split(': ');
  throw fields.unfit(`${name} cannot be read at character ${offset + 1}: ${why}`);
}
