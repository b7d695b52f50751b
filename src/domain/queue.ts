import type { Clock } from './clock.ts';

/** What a run asks for. */
export type Next =
  | Readonly<{ kind: 'done' }>
  /** Run again after a while; the backoff is forgotten. */
  | Readonly<{ kind: 'again'; afterMs: number }>
  /** Run again with exponential backoff, not before `atLeastMs`. */
  | Readonly<{ kind: 'retry'; atLeastMs?: number }>;

/** What a queue needs. */
export type QueueOptions<K extends string> = Readonly<{
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Most keys worked on at once. */
  workers: number;
  work: (key: K) => Promise<Next>;
  hooks?: QueueHooks<K>;
}>;

/** For metrics and logs; times in milliseconds. */
export type QueueHooks<K extends string> = Readonly<{
  added?(key: K): void;
  started?(key: K, waitedMs: number): void;
  finished?(key: K, tookMs: number, next: Next['kind']): void;
  /** `work` threw: a bug; the key is retried. */
  failed?(key: K, error: unknown): void;
}>;

/** Keys waiting for work: each at most once, never two runs of one key at a time. */
export interface WorkQueue<K extends string> {
  /** Runs the key soon; a wish made during its run is kept for one more run. */
  add(key: K): void;
  /** Runs the key after a while; the earliest of several wishes counts. */
  addAfter(key: K, delayMs: number): void;
  /** Drops every wish for the key and its backoff; a run under way finishes and asks for nothing. */
  forget(key: K): void;
  /** Keys ready to run. */
  depth(): number;
  /** Keys being worked on. */
  active(): number;
  /** Starts nothing more; resolves when the runs under way are over. */
  stop(): Promise<void>;
}

/** First and longest delay of the backoff, as client-go's work queues have it. */
export const MIN_BACKOFF_MS = 5;
export const MAX_BACKOFF_MS = 1_000_000;

/** Most of a backoff delay that chance adds. */
const JITTER = 0.25;

/** The delay before retry number `failures` (from 1), jitter included. */
export function backoffMs(failures: number, random: () => number): number {
  const plain = Math.min(MIN_BACKOFF_MS * 2 ** (failures - 1), MAX_BACKOFF_MS);
  return Math.min(plain * (1 + JITTER * random()), MAX_BACKOFF_MS);
}

/** A running queue. */
export function createQueue<K extends string>(options: QueueOptions<K>): WorkQueue<K> {
  return new KeyedQueue(options);
}

type Delayed = Readonly<{ due: number; cancel: () => void }>;

class KeyedQueue<K extends string> implements WorkQueue<K> {
  readonly #options: QueueOptions<K>;
  /** Ready keys in order, with the time they became ready. */
  readonly #ready = new Map<K, number>();
  readonly #delayed = new Map<K, Delayed>();
  readonly #failures = new Map<K, number>();
  /** Keys at work; true when asked for again meanwhile. */
  readonly #running = new Map<K, boolean>();
  /** Keys at work that were forgotten meanwhile. */
  readonly #forgotten = new Set<K>();
  #stopped: (() => void) | undefined;
  #isStopped = false;

  constructor(options: QueueOptions<K>) {
    this.#options = options;
  }

  add(key: K): void {
    if (this.#isStopped) return;
    this.#forgotten.delete(key);
    if (this.#running.has(key)) {
      this.#running.set(key, true);
      return;
    }
    if (this.#ready.has(key)) return;
    this.#ready.set(key, this.#options.clock.monotonic());
    this.#options.hooks?.added?.(key);
    this.#startWork();
  }

  addAfter(key: K, delayMs: number): void {
    if (this.#isStopped) return;
    if (delayMs <= 0) return this.add(key);
    this.#forgotten.delete(key);
    const due = this.#options.clock.monotonic() + delayMs;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.due <= due) return;
    known?.cancel();
    const cancel = this.#options.clock.setTimer(delayMs, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { due, cancel });
  }

  forget(key: K): void {
    this.#ready.delete(key);
    this.#failures.delete(key);
    this.#dropDelayed(key);
    if (!this.#running.has(key)) return;
    this.#running.set(key, false);
    this.#forgotten.add(key);
  }

  depth(): number {
    return this.#ready.size;
  }

  active(): number {
    return this.#running.size;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#ready.clear();
    for (const key of this.#delayed.keys()) this.#dropDelayed(key);
    if (this.#running.size === 0) return;
    const before = this.#stopped;
    await new Promise<void>((resolve) => {
      this.#stopped = () => {
        before?.();
        resolve();
      };
    });
  }

  #dropDelayed(key: K): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }

  #startWork(): void {
    for (const [key, since] of this.#ready) {
      if (this.#isStopped || this.#running.size >= this.#options.workers) return;
      this.#ready.delete(key);
      // This run answers every wish made before it.
      this.#dropDelayed(key);
      this.#running.set(key, false);
      void this.#run(key, since);
    }
  }

  async #run(key: K, since: number): Promise<void> {
    const { clock, hooks } = this.#options;
    const started = clock.monotonic();
    hooks?.started?.(key, started - since);
    const next = await this.#work(key);
    hooks?.finished?.(key, clock.monotonic() - started, next.kind);
    const again = this.#running.get(key) === true;
    this.#running.delete(key);
    if (!this.#forgotten.delete(key)) this.#schedule(key, next);
    if (again) this.add(key);
    this.#startWork();
    if (this.#running.size === 0) this.#stopped?.();
  }

  async #work(key: K): Promise<Next> {
    try {
      return await this.#options.work(key);
    } catch (error) {
      this.#options.hooks?.failed?.(key, error);
      return { kind: 'retry' };
    }
  }

  #schedule(key: K, next: Next): void {
    switch (next.kind) {
      case 'done':
        this.#failures.delete(key);
        return;
      case 'again':
        this.#failures.delete(key);
        this.addAfter(key, next.afterMs);
        return;
      case 'retry': {
        const failures = (this.#failures.get(key) ?? 0) + 1;
        this.#failures.set(key, failures);
        const delay = backoffMs(failures, this.#options.random);
        this.addAfter(key, Math.max(delay, next.atLeastMs ?? 0));
      }
    }
  }
}
