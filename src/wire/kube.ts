import { describeError } from '../adapters/kube/api-error.ts';
import { createApiClient } from '../adapters/kube/client.ts';
import { createCluster } from '../adapters/kube/cluster.ts';
import type { Cluster } from '../adapters/kube/cluster.ts';
import { connect } from '../adapters/kube/connection.ts';
import { createKinds, followCrds } from '../adapters/kube/kinds.ts';
import type { Kinds } from '../adapters/kube/kinds.ts';
import { createLedger } from '../adapters/kube/ledger.ts';
import { createElection } from '../adapters/kube/lease.ts';
import { DEFAULT_LIMIT } from '../adapters/kube/limiter.ts';
import { createGuardedObjects } from '../adapters/kube/objects.ts';
import { createReport } from '../adapters/kube/report.ts';
import type { ApiClient } from '../adapters/kube/request.ts';
import { createWatches } from '../adapters/kube/watches.ts';
import type { Watches } from '../adapters/kube/watches.ts';
import type { Config } from '../config.ts';
import type { RepoKey } from '../domain/repo-key.ts';
import type {
  ClusterPort,
  GuardedObjects,
  KindPort,
  LedgerPort,
  ReportPort,
  WatchPort,
} from '../reconcile/ports.ts';
import type { Log, Meter } from '../reconcile/telemetry.ts';
import { systemClock } from './clock.ts';
import type { Surroundings } from './operator.ts';

/** Name of the Lease that the replicas share. */
const LEASE_NAME = 'gitward-leader';

/** By then the first try for the Lease is over, and who does not lead stands by. */
const FIRST_TRY_MS = 3_000;

/** What the rest of the operator hears of the cluster. */
export type ClusterListener = Readonly<{
  log: Log;
  meter: Meter;
  onRepo: (key: RepoKey) => void;
  onSigners: () => void;
  /** This replica leads now. */
  onLead: () => void;
}>;

/** Every Kubernetes port, and the life of the connection behind them. */
export type ClusterSide = Readonly<{
  objects: GuardedObjects;
  kinds: KindPort;
  watches: WatchPort;
  ledger: LedgerPort;
  report: ReportPort;
  own: ClusterPort;
  leads(): boolean;
  /** Why this replica cannot serve yet. */
  notReady(): string | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
}>;

type Core = Readonly<{
  client: ApiClient;
  watches: Watches;
  kinds: Kinds;
  closeConnection(): Promise<void>;
}>;

/** Connects to the API server and builds the ports; nothing is watched before `start`. */
export async function connectCluster(
  config: Config,
  surroundings: Surroundings,
  listener: ClusterListener,
): Promise<ClusterSide> {
  const core = await connectCore(config, surroundings, listener);
  const { client, watches, kinds } = core;
  const leadership = buildLeadership(config, surroundings, listener, core);
  const fence = leadership.mayWrite;
  const own = buildOwn(core, listener, fence);
  const readiness = followReadiness(fence);
  return {
    objects: createGuardedObjects({
      ...{ client, kinds, fence, clock: systemClock, random: Math.random },
    }),
    kinds,
    watches,
    ledger: createLedger({ client, namespace: config.namespace, fence }),
    report: buildReport(config, core, listener.log, fence),
    own,
    leads: fence,
    notReady: readiness.notReady,
    start: async () => {
      followCrds(watches, kinds);
      await own.start();
      readiness.synced();
      leadership.start();
    },
    stop: async () => {
      own.close();
      watches.close();
      await leadership.stop();
      await core.closeConnection();
    },
  };
}

function followReadiness(
  leads: () => boolean,
): Readonly<{ synced: () => void; notReady: () => string | undefined }> {
  let syncedAt: number | undefined;
  return {
    synced: () => void (syncedAt = systemClock.monotonic()),
    notReady: () => {
      if (syncedAt === undefined) return 'waiting for GuardedRepos and SignerSets';
      const isTrying = !leads() && systemClock.monotonic() - syncedAt < FIRST_TRY_MS;
      return isTrying ? 'trying for the Lease' : undefined;
    },
  };
}

function buildOwn(
  { client, watches }: Core,
  { log, onRepo, onSigners }: ClusterListener,
  fence: () => boolean,
): Cluster {
  return createCluster({
    ...{ client, watches, fence, clock: systemClock },
    listener: {
      onRepo,
      onSigners,
      onHealth: (state) => {
        if (state.alive) return;
        log.error("gitward's own kinds cannot be seen", { why: state.why.message });
      },
    },
  });
}

function buildReport(
  { identity }: Config,
  { client }: Core,
  log: Log,
  fence: () => boolean,
): ReportPort {
  return createReport({
    ...{ client, fence, clock: systemClock, instance: identity },
    eventLost: (why) =>
      log.warn('an event was not written', {
        why: why === undefined ? 'rate limit' : describeError(why),
      }),
  });
}

async function connectCore(
  config: Config,
  { kubeconfig }: Surroundings,
  { log, meter }: ClusterListener,
): Promise<Core> {
  const clock = systemClock;
  const connected = await connect({
    clock,
    ...(kubeconfig === undefined || kubeconfig === '' ? {} : { kubeconfig }),
  });
  if (!connected.ok) throw new Error(connected.stop.message);
  const connection = connected.value;
  const limit = { ...DEFAULT_LIMIT, qps: config.qps, burst: config.burst };
  const client = createApiClient({ connection, clock, userAgent: 'gitward/0.1.0', limit });
  const kinds = createKinds(client, clock);
  const watches = createWatches({
    client,
    clock,
    random: Math.random,
    relistMs: config.relistMs,
    hooks: {
      kindGone: ({ group }) => kinds.forget(group),
      missedByWatch: (kind, namespace, count) => {
        meter.missedByWatch(count);
        log.warn('the watch missed changes', { kind: kind.kind, namespace, count });
      },
      listenerFailed: (kind, error) =>
        log.error('a watch listener broke', {
          kind: kind.kind,
          error: error instanceof Error ? error.stack : '',
        }),
    },
  });
  return { client, watches, kinds, closeConnection: () => connection.close() };
}

type Leadership = Readonly<{
  mayWrite: () => boolean;
  start(): void;
  stop(): Promise<void>;
}>;

function buildLeadership(
  config: Config,
  { leadershipLost }: Surroundings,
  { log, onLead }: ClusterListener,
  { client }: Core,
): Leadership {
  if (!config.leaderElect) {
    return { mayWrite: () => true, start: onLead, stop: () => Promise.resolve() };
  }
  const election = createElection({
    client,
    clock: systemClock,
    random: Math.random,
    namespace: config.namespace,
    name: LEASE_NAME,
    identity: config.identity,
    onGained: () => {
      log.info('leading', { identity: config.identity });
      onLead();
    },
    onLost: () => {
      log.error('leadership lost', { identity: config.identity });
      leadershipLost();
    },
    onFailed: (why) => log.warn('the lease was not reached', { why: describeError(why) }),
  });
  return {
    mayWrite: () => election.mayWrite(),
    start: () => election.start(),
    stop: () => election.stop(),
  };
}
