import { STOP_REASONS } from '../../api/reasons.ts';
import type { StopReason } from '../../api/reasons.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { printable } from '../../domain/stop.ts';
import type { Leak } from '../leaks/leak.ts';
import { items } from './json.ts';
import type { Problem } from './problem.ts';
import type { Report } from './report.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** Where a rule's line stands among all reasons. */
const REASONS_PAGE = 'docs/spec/guardedrepo.md';

/**
 * Writes a report as SARIF 2.1.0: a rule for each reason found, a result for each finding, at the commit
 * as its logical location. A reason that says that nothing was decided is a notification as well.
 */
export function* writeSarif(report: Report, version: string): Generator<string> {
  const rules = rulesOf(report.findings);
  const places = new Map([...rules.keys()].map((id, place) => [id, place]));
  const driver: JsonObject = { name: 'gitward', version, rules: [...rules.values()] };
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
    ...{ trustDigest: trustDigest ?? null, policyDigest: policyDigest ?? null },
    commits: report.commits.length,
  };
  const head = JSON.stringify({ $schema: SCHEMA, version: '2.1.0' }).slice(0, -1);
  yield `${head},"runs":[{"tool":${JSON.stringify({ driver })},\n`;
  yield `"invocations":${JSON.stringify([invocation])},\n"properties":${JSON.stringify(properties)},\n`;
  yield '"results":[';
  yield* items(report.findings, (finding) => resultOf(finding, places));
  yield ']}]}\n';
}

/** A reason, or for a secret the rule that found it. */
function idOf({ reason, leak }: Problem): string {
  return leak === undefined ? reason : `secret/${leak.finding.rule}`;
}

function rulesOf(findings: readonly Problem[]): ReadonlyMap<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const one of findings) {
    const id = idOf(one);
    if (found.has(id)) continue;
    found.set(id, one.leak === undefined ? ruleOf(one.reason) : leakRuleOf(id, one.leak));
  }
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function leakRuleOf(id: string, { description, fix }: Leak): JsonObject {
  const doc = STOP_REASONS.SecretLeakFound.doc;
  return {
    ...{ id, shortDescription: { text: printable(description) } },
    help: { text: printable(`${fix} ${doc}`.trim()) },
    defaultConfiguration: { level: 'error' },
  };
}

function ruleOf(reason: StopReason): JsonObject {
  const { doc, kind } = STOP_REASONS[reason];
  return {
    id: reason,
    shortDescription: { text: doc },
    help: { text: `${doc} See ${REASONS_PAGE}.` },
    defaultConfiguration: { level: levelOf(kind) },
  };
}

function resultOf(problem: Problem, places: ReadonlyMap<string, number>): Json {
  const { reason, kind, message, oid, leak, isOnlyTold } = problem;
  const id = idOf(problem);
  const place = places.get(id);
  const location = locationOf(problem);
  return {
    ruleId: id,
    ...(place === undefined ? {} : { ruleIndex: place }),
    level: isOnlyTold === true ? 'warning' : levelOf(kind),
    message: { text: message },
    ...(location === undefined ? {} : { locations: [location] }),
    // The same finding of the same commit is one alert, and the same secret whichever commit has it.
    partialFingerprints: {
      'gitward/v1': leak?.finding.fingerprint ?? `${reason}:${oid ?? 'range'}`,
    },
  };
}

function locationOf({ oid, leak, gap }: Problem): JsonObject | undefined {
  const path = leak?.finding.path ?? gap?.path;
  const line = leak?.finding.line ?? gap?.gap.line ?? 0;
  const isFile = path !== undefined && !path.startsWith('(');
  if (oid === undefined && !isFile) return undefined;
  return {
    ...(oid === undefined
      ? {}
      : { logicalLocations: [{ name: oid, fullyQualifiedName: oid, kind: 'commit' }] }),
    ...(isFile ? { physicalLocation: placeOf(path, line, leak?.finding.endLine ?? line) } : {}),
  };
}

/** A path as a relative URI (RFC 3986): nothing of it is a scheme, a query or an end of the text. */
function placeOf(path: string, line: number, endLine: number): JsonObject {
  const uri = path.split('/').map(uriPart).join('/');
  return {
    artifactLocation: { uri },
    ...(line === 0 ? {} : { region: { startLine: line, endLine: Math.max(line, endLine) } }),
  };
}

function uriPart(name: string): string {
  // A lone half of a surrogate pair has no place in a URI.
  return encodeURIComponent(Buffer.from(name, 'utf8').toString('utf8'));
}

/** What could not be decided is a warning: it says nothing against the commit. */
function levelOf(kind: Problem['kind']): 'error' | 'warning' {
  return kind === 'retry' ? 'warning' : 'error';
}
