import type { LeakRule } from '../rule.ts';
import { STRUCTURE_RULES } from '../structure/rules.ts';
import { GENERIC_RULES } from './generic/index.ts';
import { PROVIDER_RULES } from './provider/index.ts';

/**
 * Our own rules as they are written, structure included. What runs reads the same from one module,
 * `compiled.ts`, which `make rules` makes of them: half a hundred modules take long to load.
 */
export const WRITTEN_RULES: readonly LeakRule[] = [
  ...PROVIDER_RULES,
  ...GENERIC_RULES,
  ...STRUCTURE_RULES,
];
