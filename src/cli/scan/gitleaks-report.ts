import type { Json } from '../../domain/json.ts';
import { items } from '../check/json.ts';
import type { ScanReport, ToldLeak } from './report.ts';

/**
 * Writes a report as gitleaks does, always redacted: no secret, no match, and no message of a commit,
 * which may hold one. `GitwardFingerprint` is the name by content; a baseline is read by it.
 */
export function* writeGitleaksReport({ leaks }: ScanReport): Generator<string> {
  yield '[';
  yield* items(leaks, entryOf);
  yield leaks.length === 0 ? ']\n' : '\n]\n';
}

function entryOf({ finding, commit, facts, description }: ToldLeak): Json {
  const { rule, path, line, endLine, fingerprint } = finding;
  return {
    ...{ RuleID: rule, Description: description, StartLine: line, EndLine: endLine },
    ...{ StartColumn: 0, EndColumn: 0, Match: 'REDACTED', Secret: 'REDACTED' },
    ...{ File: path, SymlinkFile: '', Commit: commit, Entropy: 0 },
    ...{ Author: facts.name, Email: facts.email, Date: facts.date, Message: '', Tags: [] },
    Fingerprint: `${commit}:${path}:${rule}:${line}`,
    GitwardFingerprint: fingerprint,
  };
}
