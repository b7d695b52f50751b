import type { Result } from '../../domain/result.ts';
import type { RuleSet } from '../rule.ts';
import { OWN_RULES } from '../rules/index.ts';
import type { GitleaksConfig, LoadFile } from './config-reading.ts';
import { parseWholeConfig, readingOf } from './whole-config.ts';

/**
 * Reads a configuration of gitleaks, whole, or says in one line why it cannot be: a regex that is
 * none, a rule that could find nothing, two rules of one id, a file that is missing. Then no rule of it
 * is in force, so that none is lost unnoticed; the caller decides nothing without them. What is not
 * understood but loses no rule is a warning. Neither a fault nor a warning holds a regex or a word of
 * an allowlist. Callers pass the bytes of the protected ref, `load` reads there as well.
 *
 * `defaults` is what `useDefault` stands for, all of it then being part of the answer. Without it
 * `useDefault` stands for gitward's own rules, which apply anyway: only those that the file changes are
 * answered.
 */
export function parseGitleaksConfig(
  bytes: Uint8Array,
  load: LoadFile = () => undefined,
  defaults?: RuleSet,
): Result<GitleaksConfig, string> {
  if (defaults !== undefined) return parseWholeConfig(bytes, load, defaults);
  return readingOf(bytes, load, { rules: OWN_RULES, areOwn: true });
}
