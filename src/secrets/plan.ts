import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/json.ts';
import type { TeamRules } from './rule.ts';
import { OWN_DIGEST } from './rules/compiled.ts';
import type { SopsConfig } from './structure/sops-config.ts';

/** Raised when the same rules start to find something else, so that what was scanned is scanned again. */
const SCAN_SCHEMA = 2;

/** How to scan; plain data that crosses to a thread. */
export type ScanPlan = Readonly<{
  /** `gitleaks`: the team's rules alone, read as gitleaks reads them. */
  dialect: 'gitward' | 'gitleaks';
  /** From the protected ref. */
  team?: TeamRules;
  /** Whether `gitleaks:allow` on a line silences it. */
  inlineAllow: boolean;
  /** Key of the fingerprints. */
  salt: string;
  /** Which files must be encrypted; the protected ref's and the commit's own, which can only add. */
  sops: readonly SopsConfig[];
}>;

/**
 * Names a plan and gitward's own rules: what was scanned under one digest need not be scanned under it
 * again, and a release with other rules gives another digest.
 */
export function digestPlan(plan: ScanPlan): string {
  const named = canonicalJson({ schema: SCAN_SCHEMA, own: OWN_DIGEST, plan });
  return createHash('sha256').update(named).digest('hex');
}
