import type { Json, JsonObject } from '../../domain/json.ts';
import { printable } from '../../domain/stop.ts';
import { items } from '../check/json.ts';
import type { LeakGap } from './findings.ts';
import { verdictOf } from './report.ts';
import type { ScanReport, ToldLeak } from './report.ts';

/** Writes a report as one JSON object (docs/secrets.md), piece by piece. */
export function* writeScanJson(report: ScanReport): Generator<string> {
  const { repository, range, dialect, counts, ignored, uncovered } = report;
  const head: JsonObject = {
    ...{ verdict: verdictOf(report), repository: printable(repository), range, dialect },
    ...{ counts: { ...counts }, ignored, uncovered },
  };
  yield `${JSON.stringify(head).slice(0, -1)},\n"findings":[`;
  yield* items(report.leaks, leakOf);
  yield `],\n"gaps":[`;
  yield* items(report.gaps, gapOf);
  yield ']}\n';
}

function leakOf({ finding, commit, isInTip, facts, description, fix }: ToldLeak): Json {
  const { rule, severity, path, line, endLine, within, fingerprint, hint } = finding;
  return {
    ...{ rule, severity, path, line, endLine, fingerprint, hint, commit },
    ...(within === undefined ? {} : { within }),
    ...(isInTip === undefined ? {} : { isInTip }),
    author: { name: printable(facts.name), email: printable(facts.email), date: facts.date },
    ...{ description, fix },
  };
}

function gapOf({ gap, path, commit }: LeakGap): Json {
  const { why, rule, line } = gap;
  return {
    ...{ why, path, line },
    ...(commit === undefined ? {} : { commit }),
    ...(rule === undefined ? {} : { rule }),
  };
}
