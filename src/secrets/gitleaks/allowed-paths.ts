import { matcher } from '../regex/matcher.ts';
import type { Matcher } from '../regex/matcher.ts';
import type { Allowlist } from '../rule.ts';

/** Most answers remembered; a history names each of its paths again and again. */
const MAX_REMEMBERED = 100_000;

/**
 * Tells which paths are harmless under all rules whatever they hold, so that nobody needs to read them.
 * A regex that cannot be read allows nothing. In the dialect of gitleaks the regexes of a list are one:
 * a flag set in one of them holds in those behind it.
 */
export function allowedPaths(
  allowlists: readonly Allowlist[],
  dialect: 'gitward' | 'gitleaks' = 'gitward',
): (path: string) => boolean {
  const matchers = allowlists.filter(isOfPathsAlone).flatMap(({ paths }) => {
    const joined = dialect === 'gitleaks' && paths.length > 1 ? read(`(?:${paths.join('|')})`) : [];
    return joined.length > 0 ? joined : paths.flatMap(read);
  });
  const known = new Map<string, boolean>();
  return (path) => {
    const answer = known.get(path);
    if (answer !== undefined) return answer;
    const bytes = Buffer.from(path, 'utf8').toString('latin1');
    const isAllowed = path !== '' && matchers.some((one) => one.test(bytes));
    if (known.size < MAX_REMEMBERED) known.set(path, isAllowed);
    return isAllowed;
  };
}

/** The allowlists that are left to those who asked `allowedPaths` before. */
export function withoutAllowedPaths(allowlists: readonly Allowlist[]): readonly Allowlist[] {
  return allowlists.flatMap((list) => {
    if (!isOfPathsAlone(list)) return [list];
    // Where all must hold, and there is nothing but paths, nothing is left.
    return list.condition === 'AND' ? [] : [{ ...list, paths: [] }];
  });
}

/** Of all rules, and by the path alone. */
function isOfPathsAlone({ rules, condition, regexes, stopwords, commits }: Allowlist): boolean {
  if (rules.length > 0) return false;
  return condition === 'OR' || regexes.length + stopwords.length + commits.length === 0;
}

function read(source: string): readonly Matcher[] {
  const made = matcher(source);
  return made.ok ? [made.value] : [];
}
