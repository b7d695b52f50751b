import { pause } from '../../domain/clock.ts';
import type { Clock } from '../../domain/clock.ts';
import type { ApiError } from './api-error.ts';
import { isStatus } from './api-stop.ts';
import { leaseJson, parseLease, toMicroTime } from './lease-record.ts';
import type { LeaseRecord } from './lease-record.ts';
import { pathOf } from './request.ts';
import type { ApiClient, ApiRequest } from './request.ts';

/** What an election needs. */
export type ElectionOptions = Readonly<{
  client: ApiClient;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  namespace: string;
  /** Name of the Lease. */
  name: string;
  /** Unique among replicas and restarts. */
  identity: string;
  onGained(): void;
  /** Leadership went without being asked for; the process should end. */
  onLost(): void;
  /** A call for the Lease failed; the election goes on. */
  onFailed?(error: ApiError): void;
}>;

/** One replica's part in the election. */
export interface Election {
  start(): void;
  /** True while this replica leads and its last renewal is younger than the renew deadline. */
  mayWrite(): boolean;
  /** Stops renewing and releases the Lease where it is held. */
  stop(): Promise<void>;
}

/** After the leader's last sign of life nobody else leads for this long. */
export const LEASE_DURATION_MS = 15_000;

/** A leader that could not renew for this long stops writing: well before anybody else may start. */
export const RENEW_DEADLINE_MS = 10_000;

/** Time between tries, renewals included. */
export const RETRY_PERIOD_MS = 2_000;

/** One call; several fit into the renew deadline. */
const CALL_TIMEOUT_MS = 3_000;

const JITTER = 0.2;
const LEASES = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };

/** Leader election on a Lease (coordination.k8s.io/v1), with the times of client-go. */
export function createElection(options: ElectionOptions): Election {
  return new LeaseElection(options);
}

/** What was last seen of the Lease, and when it was last seen to change, by the monotonic clock. */
type Observed = Readonly<{ record: LeaseRecord; changedAt: number }>;

class LeaseElection implements Election {
  readonly #options: ElectionOptions;
  readonly #stopping = new AbortController();
  #observed: Observed | undefined;
  /** Set while this replica leads: when the last successful renewal was sent. */
  #renewedAt: number | undefined;
  #running: Promise<void> = Promise.resolve();
  #cancelDeadline: () => void = () => undefined;

  constructor(options: ElectionOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  mayWrite(): boolean {
    if (this.#renewedAt === undefined) return false;
    return this.#options.clock.monotonic() - this.#renewedAt < RENEW_DEADLINE_MS;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    const leads = this.mayWrite();
    this.#renewedAt = undefined;
    this.#cancelDeadline();
    if (leads) await this.#release();
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#options;
    while (!this.#stopping.signal.aborted) {
      const held = await this.#tryOnce();
      if (this.#stopping.signal.aborted) return;
      if (held === 'lost') return this.#lose();
      await pause(clock, RETRY_PERIOD_MS * (1 + JITTER * random()), this.#stopping.signal);
    }
  }

  /** One try to take or renew. Whoever led and sees another's name, or nothing for too long, has lost. */
  async #tryOnce(): Promise<'leading' | 'waiting' | 'lost'> {
    const { clock } = this.#options;
    const sentAt = clock.monotonic();
    const wasLeading = this.#renewedAt !== undefined;
    const outcome = await this.#takeOrRenew();
    if (outcome === 'taken') {
      // A renewal that came back after the deadline does not count: writes were refused meanwhile.
      if (wasLeading && !this.mayWrite()) return 'lost';
      this.#lead(sentAt);
      return 'leading';
    }
    if (!wasLeading) return 'waiting';
    return outcome === 'theirs' || !this.mayWrite() ? 'lost' : 'leading';
  }

  #lead(sentAt: number): void {
    const isNew = this.#renewedAt === undefined;
    this.#renewedAt = sentAt;
    this.#cancelDeadline();
    const { clock, onGained } = this.#options;
    const left = sentAt + RENEW_DEADLINE_MS - clock.monotonic();
    this.#cancelDeadline = clock.setTimer(Math.max(0, left), () => this.#lose());
    if (isNew) onGained();
  }

  #lose(): void {
    if (this.#renewedAt === undefined) return;
    this.#renewedAt = undefined;
    this.#cancelDeadline();
    this.#stopping.abort();
    this.#options.onLost();
  }

  async #takeOrRenew(): Promise<'taken' | 'theirs' | 'failed'> {
    const { client, identity } = this.#options;
    const answer = await client.call(this.#request('GET'));
    if (!answer.ok) {
      return isStatus(answer.stop, 404) ? this.#write(undefined) : this.#failed(answer.stop);
    }
    const record = parseLease(answer.value, LEASE_DURATION_MS);
    this.#observe(record);
    if (record.holder !== identity && record.holder !== '' && !this.#isExpired()) return 'theirs';
    return this.#write(record);
  }

  /** Clocks of replicas differ: what counts is how long the record stood still before our own eyes. */
  #observe(record: LeaseRecord): void {
    const before = this.#observed?.record;
    const isSame = before?.renewTime === record.renewTime && before.holder === record.holder;
    const changedAt = this.#options.clock.monotonic();
    this.#observed = { record, changedAt: isSame ? (this.#observed?.changedAt ?? 0) : changedAt };
  }

  #isExpired(): boolean {
    if (this.#observed === undefined) return false;
    const { record, changedAt } = this.#observed;
    return this.#options.clock.monotonic() - changedAt >= record.durationMs;
  }

  async #write(before: LeaseRecord | undefined): Promise<'taken' | 'failed'> {
    const { client, clock, identity, namespace, name } = this.#options;
    const now = toMicroTime(clock.now());
    const isOurs = before?.holder === identity;
    const record = {
      holder: identity,
      durationMs: LEASE_DURATION_MS,
      renewTime: now,
      acquireTime: isOurs ? before.acquireTime : now,
      transitions: (before?.transitions ?? 0) + (isOurs || before === undefined ? 0 : 1),
    };
    const version = before === undefined ? {} : { version: before.version };
    const json = leaseJson({ namespace, name, record, ...version });
    const answer = await client.call(this.#request(before === undefined ? 'POST' : 'PUT', json));
    if (!answer.ok) return this.#failed(answer.stop);
    this.#observe(parseLease(answer.value, LEASE_DURATION_MS));
    return 'taken';
  }

  #failed(error: ApiError): 'failed' {
    this.#options.onFailed?.(error);
    return 'failed';
  }

  /** An empty holder lets the next replica take over at its next try. */
  async #release(): Promise<void> {
    const { client, clock, identity, namespace, name } = this.#options;
    const answer = await client.call(this.#request('GET'));
    if (!answer.ok) return;
    const before = parseLease(answer.value, LEASE_DURATION_MS);
    if (before.holder !== identity) return;
    const renewTime = toMicroTime(clock.now());
    const record = { ...before, holder: '', durationMs: 1_000, renewTime };
    await client.call(
      this.#request('PUT', leaseJson({ namespace, name, record, version: before.version })),
    );
  }

  #request(method: 'GET' | 'POST' | 'PUT', json?: ReturnType<typeof leaseJson>): ApiRequest {
    const { namespace, name } = this.#options;
    const rest = method === 'POST' ? [] : [name];
    return {
      method,
      path: pathOf(LEASES, namespace, ...rest),
      lane: 'urgent',
      timeoutMs: CALL_TIMEOUT_MS,
      ...(json === undefined ? {} : { body: { type: 'application/json', json } }),
    };
  }
}
