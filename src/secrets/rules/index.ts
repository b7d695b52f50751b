import type { LeakRule, RuleSet } from '../rule.ts';
import { ownRules } from './compiled.ts';

/** Everything that gitward's own rules know, structure included. */
export const OWN_RULES: RuleSet = { rules: ownRules(), allowlists: [] };

/** Rules that are looked for in text and paths. */
export const TEXT_RULES: readonly LeakRule[] = OWN_RULES.rules.filter(
  ({ regex, path }) => regex !== undefined || path !== undefined,
);
