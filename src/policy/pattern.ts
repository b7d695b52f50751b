/** Longest pattern taken, in UTF-16 code units. */
export const MAX_PATTERN_LENGTH = 512;

/** What other tools give a meaning of their own; a rule must not look like one of theirs. */
const FOREIGN = /[[\]{}()!\\|^$:"<>]/;

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

const ANY_DEPTH = '**';

/**
 * Says what is wrong with a pattern of a path-scoped rule, or `undefined`. A pattern is a path from
 * the root of the repository, `/` between its parts: `**` alone in a part stands for any number of
 * parts, `*` for any text and `?` for one character within a part.
 */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length === 0 || pattern.length > MAX_PATTERN_LENGTH) {
    return `must have 1 to ${MAX_PATTERN_LENGTH} characters`;
  }
  if (CONTROL.test(pattern)) return 'has control characters';
  if (FOREIGN.test(pattern))
    return 'has characters that no pattern may have; ?, * and ** are known';
  for (const part of pattern.split('/')) {
    if (part === '') return 'has an empty part; write no slash in front, behind or twice';
    if (part === '.' || part === '..') return 'has a part "." or ".."';
    if (part !== ANY_DEPTH && part.includes(ANY_DEPTH)) return 'has ** beside other text in a part';
  }
  return undefined;
}

/**
 * Tells whether a rule's pattern covers a path: case-sensitive, whole path, no regular expression.
 * `a/**` covers all below `a` and not `a` itself; a `**` in front or between covers no part too. A
 * pattern with a problem covers every path: a broken rule must not open what it was to guard.
 * Takes at most pattern length × path length steps.
 */
export function matchesPath(pattern: string, path: string): boolean {
  if (patternProblem(pattern) !== undefined) return true;
  const parts = pattern.split('/');
  // A `**` at the end wants at least one part: the same as `**` and any part.
  const wanted = parts.at(-1) === ANY_DEPTH ? [...parts, '*'] : parts;
  return matches(wanted, path.split('/'), {
    isStar: (part) => part === ANY_DEPTH,
    fits: matchesPart,
  });
}

function matchesPart(pattern: string, part: string): boolean {
  return matches(Array.from(pattern), Array.from(part), {
    isStar: (character) => character === '*',
    fits: (wanted, character) => wanted === '?' || wanted === character,
  });
}

type Rules = Readonly<{
  isStar: (wanted: string) => boolean;
  fits: (wanted: string, found: string) => boolean;
}>;

/**
 * Matches a sequence in which stars stand for any number of items. Only the last star seen has to
 * be tried again: what an earlier one took is settled once the items behind it have matched.
 */
function matches(wanted: readonly string[], found: readonly string[], rules: Rules): boolean {
  let at = 0;
  let star: Readonly<{ next: number; taken: number }> | undefined;
  for (let i = 0; i < found.length;) {
    const want = wanted[at];
    if (want !== undefined && rules.isStar(want)) {
      star = { next: at + 1, taken: i };
      at += 1;
    } else if (want !== undefined && rules.fits(want, found[i] ?? '')) {
      at += 1;
      i += 1;
    } else if (star !== undefined) {
      star = { next: star.next, taken: star.taken + 1 };
      at = star.next;
      i = star.taken;
    } else {
      return false;
    }
  }
  return wanted.slice(at).every(rules.isStar);
}
