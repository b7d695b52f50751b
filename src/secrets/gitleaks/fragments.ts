import { textScanner } from '../engine/scanner.ts';
import { findingOf } from '../finding.ts';
import type { Finding } from '../finding.ts';
import type { Gap, Where } from '../hit.ts';
import type { LeakRule, RuleSet } from '../rule.ts';
import { allowedPaths, withoutAllowedPaths } from './allowed-paths.ts';

/** What fragments are scanned with. */
export type FragmentOptions = Readonly<{
  inlineAllow: boolean;
  /** Key of the fingerprints. */
  salt: string;
  /** Milliseconds that never go back. */
  monotonic: () => number;
}>;

/** What one fragment holds, secrets left behind. */
export type FragmentScan = Readonly<{ findings: readonly Finding[]; gaps: readonly Gap[] }>;

/** Finds in the added lines of a hunk what gitleaks finds there with the same rules. */
export interface FragmentScanner {
  /** Is the path harmless whatever it holds? */
  isAllowed(path: string): boolean;
  /** False only if no part of these bytes that begins and ends at line ends can hold a finding. */
  touches(bytes: Uint8Array, where: Where): boolean;
  /** `firstLine` is that of the fragment in its file. */
  scan(bytes: Uint8Array, where: Where, firstLine: number): FragmentScan;
}

const NOTHING: FragmentScan = { findings: [], gaps: [] };

/** A scanner of fragments for a team's rules. */
export function fragmentScanner(set: RuleSet, options: FragmentOptions): FragmentScanner {
  const { inlineAllow, salt, monotonic } = options;
  const isAllowed = allowedPaths(set.allowlists, 'gitleaks');
  const text = textScanner(
    { ...set, allowlists: withoutAllowedPaths(set.allowlists) },
    { dialect: 'gitleaks', inlineAllow, monotonic },
  );
  const rules = new Map(set.rules.map((rule): [string, LeakRule] => [rule.id, rule]));
  return {
    isAllowed,
    touches: (bytes, where) => !isAllowed(where.path) && text.touches(bytes, where),
    scan: (bytes, where, firstLine) => {
      if (isAllowed(where.path)) return NOTHING;
      const { hits, gaps } = text.scan(bytes, where);
      const findings = hits.flatMap((hit): readonly Finding[] => {
        const rule = rules.get(hit.rule);
        if (rule === undefined) return [];
        const found = findingOf(hit, rule, { path: where.path, salt });
        // A finding by the path alone stands at no line.
        if (found.line === 0) return [found];
        const before = firstLine - 1;
        return [{ ...found, line: found.line + before, endLine: found.endLine + before }];
      });
      return { findings, gaps };
    },
  };
}
