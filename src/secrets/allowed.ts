import { CompiledAllowlist, Matchers } from './engine/allowlist.ts';
import type { Hit, Where } from './hit.ts';
import type { Allowlist } from './rule.ts';

/** Is a hit harmless under allowlists? */
export type IsAllowed = (hit: Hit, where: Where) => boolean;

/**
 * The team's global allowlists for what structure finds; the text scanner asks them itself. What looks at
 * lines sees the match.
 */
export function allowedBy(allowlists: readonly Allowlist[]): IsAllowed {
  const matchers = new Matchers(new Map());
  const lists = allowlists.map((list) => {
    const rules = new Set(list.rules);
    return { rules, list: new CompiledAllowlist(list, 'gitward', matchers) };
  });
  return ({ rule, secret, match }, { path, commit = '' }) => {
    const place = { path: Buffer.from(path, 'utf8').toString('latin1'), commit };
    const suspect = { secret, match, lines: () => match };
    return lists.some(({ rules, list }) => {
      const isFor = rules.size === 0 || rules.has(rule);
      return isFor && (list.allowsPlace(place) || list.allows(suspect, place));
    });
  };
}
