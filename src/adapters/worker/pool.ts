import type { Clock } from '../../domain/clock.ts';
import type { Log } from '../../reconcile/telemetry.ts';
import { stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Job, OutputOf, WorkPort } from '../../worker/port.ts';
import { faultOf, Thread, threadEntry } from './thread.ts';
import type { ThreadLimits } from './thread.ts';

/** How the pool works; every number has a default. */
export type PoolOptions = Readonly<{
  clock: Clock;
  /** Told of each thread that had to be given up. */
  log?: Pick<Log, 'warn'>;
  /** Most threads at a time. */
  threads?: number;
  /** An idle thread gives its memory back after this time. */
  idleMs?: number;
  limits?: ThreadLimits;
  /** The thread's code, for tests. */
  entry?: URL;
}>;

const STOPPING = 'gitward is stopping';

const DEFAULT_IDLE_MS = 10_000;

/** Enough for the largest target the render limits let through; the operator stays below 256 MiB. */
const DEFAULT_LIMITS: ThreadLimits = { maxHeapMib: 192 };

/** Does CPU work in threads that start when needed, end when idle, and are killed when they overrun. */
export class WorkerPool implements WorkPort {
  readonly #options: PoolOptions & Required<Omit<PoolOptions, 'log'>>;
  readonly #busy = new Set<Thread>();
  readonly #idle = new Map<Thread, () => void>();
  readonly #queue: (() => void)[] = [];
  #taken = 0;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = {
      threads: 1,
      idleMs: DEFAULT_IDLE_MS,
      limits: DEFAULT_LIMITS,
      entry: options.entry ?? threadEntry(import.meta.url),
      ...options,
    };
  }

  /** The deadline counts from the start of the job, not from its place in the queue. */
  async run<J extends Job>(job: J, deadlineMs: number): Promise<Result<OutputOf<J>>> {
    await this.#takePlace();
    if (this.#isClosed) {
      this.#givePlace();
      return stopped(faultOf(job, STOPPING));
    }
    const thread = this.#wake();
    this.#busy.add(thread);
    try {
      // A thread answers each kind of job with its own kind of output.
      const done = (await thread.run(job, deadlineMs)) as Result<OutputOf<J>>;
      if (!done.ok && thread.isDead) {
        this.#options.log?.warn('worker thread given up', {
          job: job.kind,
          why: done.stop.message,
        });
      }
      return done;
    } finally {
      this.#busy.delete(thread);
      this.#rest(thread);
      this.#givePlace();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const threads = [...this.#busy, ...this.#idle.keys()];
    for (const cancel of this.#idle.values()) cancel();
    this.#idle.clear();
    for (const thread of threads) thread.kill(STOPPING);
    await Promise.all(threads.map((thread) => thread.ended));
  }

  #takePlace(): Promise<void> {
    if (this.#taken < this.#options.threads) {
      this.#taken += 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#queue.push(resolve);
    });
  }

  #givePlace(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#taken -= 1;
    else next();
  }

  #wake(): Thread {
    for (const [thread, cancel] of this.#idle) {
      cancel();
      this.#idle.delete(thread);
      if (!thread.isDead) return thread;
    }
    return new Thread(this.#options);
  }

  #rest(thread: Thread): void {
    if (thread.isDead) return;
    const retire = (): void => {
      this.#idle.delete(thread);
      thread.kill('it was idle');
    };
    this.#idle.set(thread, this.#options.clock.setTimer(this.#options.idleMs, retire));
  }
}

/** A pool that has started nothing yet. */
export function workerPool(options: PoolOptions): WorkPort {
  return new WorkerPool(options);
}
