import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../domain/clock.ts';
import { stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { FromThread } from '../../worker/main.ts';
import type { Job, Output } from '../../worker/port.ts';
import { placeOfBug } from '../../domain/bug.ts';
import { packJob } from './arena.ts';

/** Bounds of one thread's memory. */
export type ThreadLimits = Readonly<{ maxHeapMib: number }>;

/** What a thread is made with. */
export type ThreadOptions = Readonly<{ clock: Clock; entry: URL; limits: ThreadLimits }>;

const YOUNG_GENERATION_MIB = 16;

type Pending = Readonly<{ job: Job; settle: (result: Result<Output>) => void }>;

/** One worker thread that does one job at a time. Once it is dead it stays dead: make another. */
export class Thread {
  readonly #clock: Clock;
  readonly #worker: Worker;
  /** Resolves when the thread is gone and its memory is back. */
  readonly ended: Promise<void>;
  #pending: Pending | undefined;
  #isDead = false;

  constructor({ clock, entry, limits }: ThreadOptions) {
    this.#clock = clock;
    this.#worker = new Worker(entry, {
      execArgv: [],
      // Nothing of the operator's environment is needed there, and credentials may be in it.
      env: {},
      resourceLimits: {
        maxOldGenerationSizeMb: limits.maxHeapMib,
        maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB,
      },
    });
    this.#worker.unref();
    this.#worker.on('message', (message: FromThread) => this.#receive(message));
    this.#worker.on('messageerror', () => this.kill('its answer could not be read'));
    // Only what the runtime says of its own limits; else a message may quote what was worked on.
    this.#worker.on('error', (error) => this.kill(endOf(error)));
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.kill('its thread ended');
        resolve();
      });
    });
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Does one job; whatever goes wrong, the deadline included, is a stop, and the thread is dead then. */
  run(job: Job, deadlineMs: number): Promise<Result<Output>> {
    return new Promise((resolve) => {
      const late = (): void => this.kill(`it took longer than ${deadlineMs} ms`);
      const cancel = this.#clock.setTimer(deadlineMs, late);
      const settle = (result: Result<Output>): void => {
        cancel();
        this.#pending = undefined;
        this.#worker.unref();
        resolve(result);
      };
      this.#pending = { job, settle };
      if (this.#isDead) return this.kill('its thread ended');
      this.#worker.ref();
      const packed = packJob(job);
      this.#worker.postMessage({ job: packed.job }, [...packed.transfer]);
    });
  }

  /** Ends the thread now, in the middle of a loop too. */
  kill(why: string): void {
    const pending = this.#pending;
    if (!this.#isDead) {
      this.#isDead = true;
      void this.#worker.terminate();
    }
    pending?.settle(stopped(faultOf(pending.job, why)));
  }

  #receive(message: FromThread): void {
    if (message.kind === 'bug') return this.kill(`gitward has a bug: ${message.message}`);
    this.#pending?.settle(message.result);
  }
}

function endOf(error: Error & Readonly<{ code?: unknown }>): string {
  return error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? 'it took more memory than a thread may have'
    : `it ended with ${placeOfBug(error)}`;
}

/** The thread's code beside this file: built, or as source where tests and tools run it through tsx. */
export function threadEntry(here: string): URL {
  if (!here.endsWith('.ts')) return new URL('../../worker/main.js', here);
  const source = JSON.stringify(new URL('../../worker/main.ts', here).href);
  const tsx = pathToFileURL(createRequire(here).resolve('tsx/esm'));
  const loader = JSON.stringify(new URL('./api/index.mjs', tsx).href);
  // A loader given as an argument is not taken up by threads on Node 20.
  const code = `import { register } from ${loader}; register(); await import(${source});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

/**
 * The stop of a job that did not end by itself. Files that cannot be parsed within the bounds are at
 * fault; commits are bounded each, so the thread is, and the next pass tries again.
 */
export function faultOf(job: Job, why: string): Stop {
  switch (job.kind) {
    case 'verify': {
      const message = `the signatures of ${job.commits.length} commits could not be checked: ${why}`;
      return stop('CheckIncomplete', message);
    }
    case 'parse': {
      const message = `${job.blobs.length} files could not be read as manifests: ${why}; make them smaller or simpler`;
      return stop('RenderLimitExceeded', message);
    }
    case 'scan': {
      const message = `${job.files.length} files could not be scanned for leaks: ${why}; make them smaller or simpler`;
      return stop('ScanIncomplete', message);
    }
  }
}
