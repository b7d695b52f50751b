import { STOP_REASONS } from '../../api/reasons.ts';
import type { StopReason } from '../../api/reasons.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { printable } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import { items } from './json.ts';
import type { Report } from './report.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** Where a rule's line stands among all reasons. */
const REASONS_PAGE = 'docs/spec/guardedrepo.md';

/**
 * Writes a report as SARIF 2.1.0: a rule for each reason found, a result for each finding, at the commit
 * as its logical location. A reason that says that nothing was decided is a notification as well.
 */
export function* writeSarif(report: Report, version: string): Generator<string> {
  const reasons = [...new Set(report.findings.map(({ reason }) => reason))].toSorted();
  const places = new Map(reasons.map((reason, place) => [reason, place]));
  const driver: JsonObject = { name: 'gitward', version, rules: reasons.map(ruleOf) };
  const invocation = {
    executionSuccessful: report.verdict !== 'undecided',
    toolExecutionNotifications: report.findings
      .filter(({ kind }) => kind === 'retry')
      .map(({ message }) => ({ level: 'error', message: { text: message } })),
  };
  const { range, trustDigest, policyDigest } = report;
  const properties: JsonObject = {
    ...{ verdict: report.verdict, repository: printable(report.repository) },
    range: { from: range?.from ?? null, to: range?.to ?? null },
    ...{ trustDigest, policyDigest, commits: report.commits.length },
  };
  const head = JSON.stringify({ $schema: SCHEMA, version: '2.1.0' }).slice(0, -1);
  yield `${head},"runs":[{"tool":${JSON.stringify({ driver })},\n`;
  yield `"invocations":${JSON.stringify([invocation])},\n"properties":${JSON.stringify(properties)},\n`;
  yield '"results":[';
  yield* items(report.findings, (finding) => resultOf(finding, places));
  yield ']}]}\n';
}

function ruleOf(reason: StopReason): Json {
  const { doc, kind } = STOP_REASONS[reason];
  return {
    id: reason,
    shortDescription: { text: doc },
    help: { text: `${doc} See ${REASONS_PAGE}.` },
    defaultConfiguration: { level: levelOf(kind) },
  };
}

function resultOf(
  { reason, kind, message, oid }: Stop,
  places: ReadonlyMap<StopReason, number>,
): Json {
  const place = places.get(reason);
  const location = {
    logicalLocations: [{ name: oid ?? '', fullyQualifiedName: oid ?? '', kind: 'commit' }],
  };
  return {
    ruleId: reason,
    ...(place === undefined ? {} : { ruleIndex: place }),
    level: levelOf(kind),
    message: { text: message },
    ...(oid === undefined ? {} : { locations: [location] }),
    // The same finding of the same commit is one alert, whenever it is found.
    partialFingerprints: { 'gitward/v1': `${reason}:${oid ?? 'range'}` },
  };
}

/** What could not be decided is a warning: it says nothing against the commit. */
function levelOf(kind: Stop['kind']): 'error' | 'warning' {
  return kind === 'retry' ? 'warning' : 'error';
}
