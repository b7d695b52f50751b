import type { LeakRule } from '../../rule.ts';
import { rule } from '../define.ts';
import { PLACEHOLDER } from './placeholder.ts';

type Given = Omit<Parameters<typeof rule>[0], 'regex' | 'keywords'> &
  Readonly<{
    /** RE2 syntax of the token alone; groups in it do not capture. */
    body: string;
    keywords: readonly string[];
  }>;

/** Behind a token: what no token contains, so that a longer word is not taken for one. */
const END = '(?:[^0-9A-Za-z_-]|$)';

/** Bits a character; below it a token is a placeholder or a word. */
const ENTROPY = 3;

/**
 * A rule for a token that can be told by itself. Only a body that begins with `\b` demands that nothing
 * is glued to its front; an unmistakable prefix is found behind `\n` in a quoted string as well.
 */
export function token({ body, allowlists = [], ...given }: Given): LeakRule {
  return rule({
    entropy: ENTROPY,
    ...given,
    regex: `(${body})${END}`,
    allowlists: [PLACEHOLDER, ...allowlists],
  });
}
