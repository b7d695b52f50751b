import { sharedProgram } from './engine/program.ts';
import { allowedBy } from './allowed.ts';
import { textScanner } from './engine/scanner.ts';
import { findingOf } from './finding.ts';
import type { Finding } from './finding.ts';
import type { Gap, Hit } from './hit.ts';
import { rarityOf } from './rarity.ts';
import { settle } from './settle.ts';
import type { ScanPlan } from './plan.ts';
import type { LeakRule, RuleSet } from './rule.ts';
import { ownAnalyses, ownMatchers } from './rules/compiled.ts';
import { OWN_RULES } from './rules/index.ts';
import { scanStructure } from './structure/structure.ts';

/** A file, message or path to scan. The bytes are those of the blob as stored. */
export type ScanInput = Readonly<{ path: string; bytes: Uint8Array; commit?: string }>;

/** What one input holds, secrets left behind. */
export type FileScan = Readonly<{ findings: readonly Finding[]; gaps: readonly Gap[] }>;

/** Most findings told of one input; what is beyond them is a gap, never silence. */
const MAX_FINDINGS_PER_FILE = 200;

/** Scans whole files: text, structure, paths. Made once for a plan, used for many files. */
export interface FileScanner {
  /** The file's content and its path. */
  scan(input: ScanInput): FileScan;
  /** The message of a commit or tag: text alone, told at line 0. */
  scanMessage(input: ScanInput): FileScan;
}

/** A scanner for a plan. `monotonic` is milliseconds that never go back, for budgets. */
export function fileScanner(plan: ScanPlan, monotonic: () => number): FileScanner {
  const set = rulesOf(plan);
  const rules = new Map(set.rules.map((rule) => [rule.id, rule]));
  const { dialect, inlineAllow, salt, sops } = plan;
  const text = textScanner(set, {
    ...{ dialect, inlineAllow, monotonic },
    ...{ rarity: rarityOf, analyses: ownAnalyses(), matchers: ownMatchers() },
  });
  const isAllowed = allowedBy(plan.team?.allowlists ?? []);
  const told = (hits: readonly Hit[], path: string): Finding[] =>
    hits.flatMap((hit) => {
      const rule = rules.get(hit.rule);
      return rule === undefined ? [] : [findingOf(hit, rule, { path, salt })];
    });
  return {
    scan: ({ path, bytes, commit }) => {
      const where = { path, ...(commit === undefined ? {} : { commit }) };
      const found = text.scan(bytes, where);
      if (dialect === 'gitleaks') return bounded(told(found.hits, path), found.gaps);
      const structure = scanStructure(bytes, where, { text, sops, inlineAllow });
      const placed = new Set(structure.hits);
      // Only then: what is allowed by its place is not told as a guess instead.
      const hits = settle(found.hits, structure, rules).filter(
        (hit) => !placed.has(hit) || !isAllowed(hit, where),
      );
      return bounded(told(hits, path), [...found.gaps, ...structure.gaps]);
    },
    scanMessage: ({ path, bytes, commit }) => {
      const found = text.scan(bytes, { path, ...(commit === undefined ? {} : { commit }) });
      const findings = told(found.hits, path).map((one) => ({ ...one, line: 0, endLine: 0 }));
      return bounded(findings, found.gaps);
    },
  };
}

/** Makes ready what every scan under our own rules needs, for who has nothing else to do just now. */
export function prepareOwnRules(): void {
  const known = { analyses: ownAnalyses(), matchers: ownMatchers() };
  sharedProgram(OWN_RULES, 'gitward', known);
}

/** The rules in force under a plan: our own but the disabled ones, and the team's. */
export function rulesOf({ dialect, team }: ScanPlan): RuleSet {
  if (dialect === 'gitleaks') return team ?? { rules: [], allowlists: [] };
  // The very same set: what was made for it is found again.
  if (team === undefined) return OWN_RULES;
  const disabled = new Set(team.disabled);
  const theirs = team.rules;
  const replaced = new Set(theirs.map(({ id }) => id));
  const isKept = ({ id }: LeakRule): boolean => !disabled.has(id) && !replaced.has(id);
  return {
    rules: [...OWN_RULES.rules.filter(isKept), ...theirs],
    allowlists: [...OWN_RULES.allowlists, ...team.allowlists],
  };
}

function bounded(findings: readonly Finding[], gaps: readonly Gap[]): FileScan {
  const rest = findings[MAX_FINDINGS_PER_FILE];
  if (rest === undefined) return { findings, gaps };
  const beyond: Gap = { why: 'tooMany', line: rest.line };
  return { findings: findings.slice(0, MAX_FINDINGS_PER_FILE), gaps: [...gaps, beyond] };
}
