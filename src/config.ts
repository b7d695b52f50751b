import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';

/** Everything the operator may be told from outside; frozen, read once at start. */
export type Config = Readonly<{
  dataDir: string;
  /** The operator's own namespace: ledger and lease live there. */
  namespace: string;
  /** Name of this replica in the lease. */
  identity: string;
  metricsPort: number;
  probePort: number;
  allowHttp: boolean;
  allowPrivateAddresses: boolean;
  /** Lets a GuardedRepo have targets in other namespaces than its own. */
  allowCrossNamespace: boolean;
  /** Calls per second to the API server, and how many may come at once after a pause. */
  qps: number;
  burst: number;
  leaderElect: boolean;
  /** GuardedRepos handled at the same time. */
  concurrency: number;
  /** Which Git engine works; `auto` takes a usable git program where PATH has one. */
  git: GitEngine;
  /** PATH: where that program is looked for. */
  searchPath: string | undefined;
  /** Most bytes of one pack; `undefined` leaves it to the engine. */
  maxPackBytes: number | undefined;
  /** Full relist of every watched kind, in milliseconds. */
  relistMs: number;
  logLevel: LogLevel;
}>;

/** What is written to the log. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The Git engines, as `--git` spells them. */
export type GitEngine = 'auto' | 'native' | 'embedded';

const ENGINES: readonly GitEngine[] = ['auto', 'native', 'embedded'];

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

const FLAGS = {
  'data-dir': { type: 'string', default: '/var/lib/gitward' },
  namespace: { type: 'string', default: 'gitward-system' },
  identity: { type: 'string', default: '' },
  'metrics-port': { type: 'string', default: '8080' },
  'probe-port': { type: 'string', default: '8081' },
  'allow-http': { type: 'boolean', default: false },
  'allow-private-addresses': { type: 'boolean', default: false },
  'allow-cross-namespace': { type: 'boolean', default: false },
  qps: { type: 'string', default: '300' },
  burst: { type: 'string', default: '600' },
  'leader-elect': { type: 'boolean', default: true },
  concurrency: { type: 'string', default: '4' },
  git: { type: 'string', default: 'auto' },
  'max-pack-mib': { type: 'string', default: '' },
  'relist-seconds': { type: 'string', default: '600' },
  'log-level': { type: 'string', default: 'info' },
} as const;

type FlagName = keyof typeof FLAGS;

/** A flag or variable that cannot be used; the message says which and what it takes. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads flags, then the environment (`--data-dir` is `GITWARD_DATA_DIR`), then defaults.
 * Throws `ConfigError`: the process must not start half configured.
 */
export function readConfig(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Config {
  const given = parse(args);
  const text = (name: FlagName): string => {
    const value = given[name] ?? environment[variable(name)] ?? FLAGS[name].default;
    return String(value);
  };
  return Object.freeze({
    dataDir: text('data-dir'),
    namespace: text('namespace'),
    identity: text('identity') || `${environment['HOSTNAME'] ?? 'gitward'}_${randomUUID()}`,
    metricsPort: whole('metrics-port', text('metrics-port'), 0, 65_535),
    probePort: whole('probe-port', text('probe-port'), 0, 65_535),
    allowHttp: flag('allow-http', text('allow-http')),
    allowPrivateAddresses: flag('allow-private-addresses', text('allow-private-addresses')),
    allowCrossNamespace: flag('allow-cross-namespace', text('allow-cross-namespace')),
    qps: whole('qps', text('qps'), 1, 10_000),
    burst: whole('burst', text('burst'), 1, 20_000),
    leaderElect: flag('leader-elect', text('leader-elect')),
    concurrency: whole('concurrency', text('concurrency'), 1, 64),
    git: oneOf('git', text('git'), ENGINES),
    searchPath: environment['PATH'],
    maxPackBytes: packBytes(text('max-pack-mib')),
    relistMs: whole('relist-seconds', text('relist-seconds'), 1, 86_400) * 1000,
    logLevel: oneOf('log-level', text('log-level'), LEVELS),
  });
}

function parse(args: readonly string[]): Partial<Record<FlagName, string | boolean>> {
  const options = Object.fromEntries(
    Object.entries(FLAGS).map(([name, { type }]) => [name, { type }]),
  );
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true, allowNegative: true });
    return values;
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}

function variable(name: FlagName): string {
  return `GITWARD_${name.toUpperCase().replaceAll('-', '_')}`;
}

function whole(name: FlagName, text: string, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new ConfigError(`--${name} takes a whole number from ${min} to ${max}`);
}

function flag(name: FlagName, text: string): boolean {
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw new ConfigError(`--${name} takes true or false`);
}

function packBytes(text: string): number | undefined {
  return text === '' ? undefined : whole('max-pack-mib', text, 1, 2_000) * 1024 * 1024;
}

function oneOf<T extends string>(name: FlagName, text: string, known: readonly T[]): T {
  const found = known.find((candidate) => candidate === text);
  if (found !== undefined) return found;
  throw new ConfigError(`--${name} takes one of ${known.join(', ')}`);
}
