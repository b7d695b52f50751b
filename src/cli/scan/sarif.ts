import type { Json, JsonObject } from '../../domain/json.ts';
import type { Severity } from '../../secrets/index.ts';
import { items } from '../check/json.ts';
import { verdictOf } from './report.ts';
import type { ScanReport, ToldLeak } from './report.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  ...{ critical: 'error', high: 'error', medium: 'warning', low: 'note' },
};

/** Writes a report as SARIF 2.1.0: a result for each leak; what is not covered is a notification. */
export function* writeScanSarif(report: ScanReport, version: string): Generator<string> {
  const rules = new Map(report.leaks.map((leak) => [leak.finding.rule, leak]));
  const ids = [...rules.keys()].toSorted();
  const places = new Map(ids.map((id, place) => [id, place]));
  const driver: JsonObject = {
    ...{ name: 'gitward', version },
    rules: ids.flatMap((id) => ruleOf(id, rules.get(id))),
  };
  const unseen = [
    ...report.uncovered,
    ...report.gaps.map(({ gap, path }) => `${path}: not scanned (${gap.why})`),
  ];
  const invocation = {
    executionSuccessful: unseen.length === 0,
    toolExecutionNotifications: unseen.map((text) => ({ level: 'error', message: { text } })),
  };
  const properties: JsonObject = { verdict: verdictOf(report), range: report.range };
  const head = JSON.stringify({ $schema: SCHEMA, version: '2.1.0' }).slice(0, -1);
  yield `${head},"runs":[{"tool":${JSON.stringify({ driver })},\n`;
  yield `"invocations":${JSON.stringify([invocation])},\n"properties":${JSON.stringify(properties)},\n`;
  yield '"results":[';
  yield* items(report.leaks, (leak) => resultOf(leak, places));
  yield ']}]}\n';
}

function ruleOf(id: string, leak: ToldLeak | undefined): readonly Json[] {
  if (leak === undefined) return [];
  const { description, fix, finding } = leak;
  return [
    {
      id,
      shortDescription: { text: description === '' ? id : description },
      ...(fix === '' ? {} : { help: { text: fix } }),
      defaultConfiguration: { level: LEVELS[finding.severity] },
    },
  ];
}

function resultOf({ finding, commit }: ToldLeak, places: ReadonlyMap<string, number>): Json {
  const { rule, severity, path, line, endLine, fingerprint, hint } = finding;
  const place = places.get(rule);
  const region = line === 0 ? {} : { region: { startLine: line, endLine } };
  return {
    ruleId: rule,
    ...(place === undefined ? {} : { ruleIndex: place }),
    level: LEVELS[severity],
    message: { text: `${rule} in ${path} (${hint}), since commit ${commit}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: encodeURI(path) }, ...region } }],
    partialFingerprints: { 'gitward/v1': fingerprint, commit },
  };
}
