import type { LeakRule } from '../rule.ts';

type Given = Pick<LeakRule, 'id' | 'description' | 'severity' | 'fix' | 'reference'> &
  Partial<LeakRule>;

/** A rule with what most rules have: no allowlist, nothing required, told, specific. */
export function rule(given: Given): LeakRule {
  return {
    keywords: [],
    allowlists: [],
    required: [],
    isSilent: false,
    isGeneric: false,
    ...given,
  };
}
