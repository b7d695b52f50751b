import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Meter } from '../../reconcile/telemetry.ts';

/** Seconds; from a quick drift verdict to a slow first clone. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The meters of the lines, and the text that `/metrics` answers. */
export type Telemetry = Readonly<{
  meter: Meter;
  /** Prometheus text exposition format 0.0.4. */
  expose(): Promise<string>;
  contentType: string;
}>;

/** Builds a registry of its own, so that several operators can live in one process. */
export function promMeter(): Telemetry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const total = (name: string, help: string, labelNames: readonly string[]): Counter =>
    new Counter({ name, help, labelNames: [...labelNames], registers });
  const time = (name: string, help: string, labelNames: readonly string[]): Histogram =>
    new Histogram({ name, help, labelNames: [...labelNames], buckets: BUCKETS, registers });

  const reconciles = total('controller_runtime_reconcile_total', 'Passes of the repo line.', [
    'controller',
    'result',
  ]);
  const reconcileTime = time('controller_runtime_reconcile_time_seconds', 'Time of one pass.', [
    'controller',
  ]);
  const verdicts = total('gitward_verdicts_total', 'Verdicts on heads.', ['result', 'reason']);
  const drifts = total('gitward_drift_total', 'Drift by what was done.', ['outcome']);
  const stages = time('gitward_drift_stage_seconds', 'From event to stage.', ['stage']);
  const missed = total('gitward_missed_by_watch_total', 'Changes only a relist saw.', []);
  const guarded = new Gauge({ name: 'gitward_guarded_objects', help: 'Guarded now.', registers });

  const controller = 'guardedrepo';
  const meter: Meter = {
    reconciled: (result, seconds) => {
      reconciles.inc({ controller, result });
      reconcileTime.observe({ controller }, seconds);
    },
    verdict: (result, reason) => verdicts.inc({ result, reason }),
    drift: (outcome) => drifts.inc({ outcome }),
    driftStage: (stage, seconds) => stages.observe({ stage }, seconds),
    missedByWatch: (count) => missed.inc(count),
    guarded: (objects) => guarded.set(objects),
  };
  return { meter, expose: () => registry.metrics(), contentType: registry.contentType };
}
