import { matcher } from '../regex/matcher.ts';

/**
 * A test for a Go regex anywhere in a short text (a path, a key), or `undefined` where it cannot be
 * read. The regexes are a file's own, so hostile: linear in time.
 */
export function goRegex(source: string): ((text: string) => boolean) | undefined {
  const made = matcher(source);
  if (!made.ok) return undefined;
  return (text) => made.value.test(text);
}
