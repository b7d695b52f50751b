import { createSecretKey, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DEFAULT_PACK_MIB, chooseEngine } from '../adapters/git/choose.ts';
import type { EngineChoice } from '../adapters/git/choose.ts';
import { scanProgress } from '../adapters/fs/scan-progress.ts';
import { gitSource } from '../adapters/git/source.ts';
import { servePages, textPage } from '../adapters/http/probes.ts';
import type { Listening } from '../adapters/http/probes.ts';
import { pinoLog } from '../adapters/telemetry/log.ts';
import { promMeter } from '../adapters/telemetry/meter.ts';
import type { Telemetry } from '../adapters/telemetry/meter.ts';
import { workerPool } from '../adapters/worker/pool.ts';
import type { Config } from '../config.ts';
import { createGuard } from '../guard/guard.ts';
import type { Guard } from '../guard/guard.ts';
import { Controller } from '../reconcile/controller.ts';
import type { LineRules } from '../reconcile/line.ts';
import type { Log, Meter } from '../reconcile/telemetry.ts';
import { DEFAULT_RENDER_LIMITS } from '../render/limits.ts';
import type { WorkPort } from '../worker/port.ts';
import { systemClock } from './clock.ts';
import { connectCluster } from './kube.ts';
import type { ClusterSide } from './kube.ts';

/** Most commits judged in one pass: a first sight of a long history wants `startAt`. */
const MAX_RANGE_COMMITS = 20_000;

/** A pass is never held up longer by the history; it goes on right after. */
const HISTORY_BUDGET_MS = 2_000;

/** Guarded objects written at the same time; the API server's own fairness decides the rest. */
const WRITERS = 16;

/** As long as the digests of secret values that are made with it. */
const DIGEST_KEY_BYTES = 32;

/** What only the process itself can say. */
export type Surroundings = Readonly<{
  /** Path list of kubeconfig files; absent inside a cluster. */
  kubeconfig: string | undefined;
  /** Called when another replica leads: this one must end at once. */
  leadershipLost: () => void;
}>;

/** A running operator. */
export type Operator = Readonly<{
  /** Drains, tells the last status, releases the lease. */
  stop(): Promise<void>;
}>;

/**
 * Builds and starts the whole operator. Throws when the API server cannot be reached at all or a
 * port is taken: the kubelet starts it again.
 */
export async function startOperator(config: Config, surroundings: Surroundings): Promise<Operator> {
  const log = pinoLog(config.logLevel);
  const telemetry = promMeter();
  const cluster = await connectCluster(config, surroundings, {
    log,
    meter: telemetry.meter,
    onRepo: (key) => controller.wake(key),
    onSigners: () => controller.wakeAll(),
    onLead: () => controller.start(),
  });
  const work = workerPool({ log, clock: systemClock });
  const controller: Controller = buildController(config, cluster, work, { log, telemetry });
  const servers = await serve(config, telemetry, controller, cluster);
  log.info('listening', { probes: servers[0]?.port, metrics: servers[1]?.port });
  await cluster.start();
  return {
    stop: async () => {
      log.info('draining');
      await controller.stop();
      await cluster.stop();
      await work.close();
      await Promise.all(servers.map((server) => server.close()));
      log.info('stopped');
    },
  };
}

function buildController(
  config: Config,
  cluster: ClusterSide,
  work: WorkPort,
  { log, telemetry }: Readonly<{ log: Log; telemetry: Telemetry }>,
): Controller {
  const { meter } = telemetry;
  const engine = chooseEngine(config.git, config.searchPath);
  log.info('git', describeEngine(engine));
  const controller: Controller = new Controller({
    git: gitSource({
      engine,
      dataDir: join(config.dataDir, 'git'),
      allowHttp: config.allowHttp,
      allowPrivateAddresses: config.allowPrivateAddresses,
      clock: systemClock,
    }),
    work,
    kinds: cluster.kinds,
    ledger: cluster.ledger,
    scans: scanProgress({ dataDir: config.dataDir, warn: (message) => log.warn(message) }),
    cluster: cluster.own,
    objects: cluster.objects,
    report: cluster.report,
    guard: buildGuard(cluster, { log, meter }, () => controller),
    clock: systemClock,
    random: Math.random,
    concurrency: config.concurrency,
    log,
    meter,
    rules: rulesOf(config, engine),
  });
  return controller;
}

/** The guard tells the controller, which is built around it: hence the late look-up. */
function buildGuard(
  cluster: ClusterSide,
  { log, meter }: Readonly<{ log: Log; meter: Meter }>,
  controller: () => Controller,
): Guard {
  return createGuard({
    objects: cluster.objects,
    kinds: cluster.kinds,
    watches: cluster.watches,
    clock: systemClock,
    random: Math.random,
    digestKey: createSecretKey(randomBytes(DIGEST_KEY_BYTES)),
    sink: {
      changed: (repo, record) => controller().drifted(repo, record),
      health: (repo) => controller().watchChanged(repo),
    },
    observe: (stage, object, elapsedMs) => {
      meter.driftStage(stage, elapsedMs / 1000);
      log.debug('drift stage', { stage, object, elapsedMs });
    },
  });
}

/** Which engine works and why, for the log. */
function describeEngine(engine: EngineChoice): Readonly<Record<string, string>> {
  switch (engine.name) {
    case 'native':
      return { engine: engine.name, path: engine.git.path, version: engine.git.version };
    case 'embedded':
      return { engine: engine.name, why: engine.why };
  }
}

function rulesOf(config: Config, engine: EngineChoice): LineRules {
  return {
    allowHttp: config.allowHttp,
    allowCrossNamespace: config.allowCrossNamespace,
    ownNamespace: config.namespace,
    maxPackBytes: config.maxPackBytes ?? DEFAULT_PACK_MIB[engine.name] * 1024 * 1024,
    maxRangeCommits: MAX_RANGE_COMMITS,
    render: DEFAULT_RENDER_LIMITS,
    historyBudgetMs: HISTORY_BUDGET_MS,
    writers: WRITERS,
  };
}

async function serve(
  config: Config,
  telemetry: Telemetry,
  controller: Controller,
  cluster: ClusterSide,
): Promise<readonly Listening[]> {
  const probes = await servePages(config.probePort, {
    '/healthz': () => Promise.resolve(textPage(200, 'ok')),
    '/readyz': () => {
      const why = cluster.notReady() ?? (cluster.leads() ? controller.notReady() : undefined);
      return Promise.resolve(why === undefined ? textPage(200, 'ok') : textPage(503, why));
    },
  });
  const metrics = await servePages(config.metricsPort, {
    '/metrics': async () => ({
      status: 200,
      type: telemetry.contentType,
      body: await telemetry.expose(),
    }),
  });
  return [probes, metrics];
}
