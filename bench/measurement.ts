import { cpus } from 'node:os';
import process from 'node:process';

/** What a value must not exceed, or must reach. */
export type Bar = Readonly<{ kind: 'atMost' | 'atLeast'; value: number }>;

/**
 * One measured value beside its reference of the same run. `ratio` is above 1 where gitward does
 * better. A measurement that lost something misses its bar whatever its value.
 */
export type Measurement = Readonly<{
  bench: string;
  metric: string;
  value: number;
  unit: string;
  reference: string;
  referenceValue: number;
  ratio: number;
  bar: Bar;
  /** Samples that never came to an end. */
  lost?: number;
  /** Further fields of the line: sample count, percentiles. */
  extra?: Readonly<Record<string, number>>;
}>;

/** One benchmark: measures on a world of its own, tells its progress through `say`, throws when it cannot. */
export type Bench = (
  say: (text: string) => void,
) => Promise<Readonly<{ lines: readonly Measurement[]; serverVersion: string }>>;

/** Does the value reach its bar, with nothing lost? */
export function meetsBar({ value, bar, lost = 0 }: Measurement): boolean {
  const reached = bar.kind === 'atMost' ? value <= bar.value : value >= bar.value;
  return reached && lost === 0;
}

/** The one line of JSON that a measurement prints. */
export function lineOf(measurement: Measurement, serverVersion: string): string {
  const { bench, metric, value, unit, reference, referenceValue, ratio, bar } = measurement;
  const rounded = Object.entries(measurement.extra ?? {}).map(([name, n]) => [name, round(n)]);
  return JSON.stringify({
    ...{ bench, metric, value: round(value), unit },
    ...{ reference, referenceValue: round(referenceValue), ratio: round(ratio) },
    ...{ bar: bar.value, barKind: bar.kind, met: meetsBar(measurement) },
    ...(measurement.lost === undefined ? {} : { lost: measurement.lost }),
    ...Object.fromEntries(rounded),
    ...{ cores: cpus().length, node: process.version, server: serverVersion },
  });
}

/** All bars as a table for people. */
export function tableOf(measurements: readonly Measurement[]): string {
  const rows = measurements.map((one) => [
    meetsBar(one) ? 'met' : 'MISSED',
    `${one.bench} ${one.metric}`,
    `${round(one.value)} ${one.unit}`,
    `${one.bar.kind === 'atMost' ? '≤' : '≥'} ${one.bar.value}`,
    `${round(one.ratio)} × ${one.reference}`,
  ]);
  const all = [['bar', 'metric', 'value', 'wanted', 'ratio'], ...rows];
  const width = (column: number): number =>
    Math.max(...all.map((row) => (row[column] ?? '').length));
  return all
    .map((row) => row.map((cell, column) => cell.padEnd(width(column))).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

/** The value below which `share` (0 to 1) of the samples lie: the nearest rank; NaN of nothing. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle of the samples. */
export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
