import { parentPort } from 'node:worker_threads';
import type { Result } from '../domain/result.ts';
import type { Job, Output } from './port.ts';
import { placeOfBug } from '../domain/bug.ts';
import { JobRunner } from './run.ts';

/** What crosses to a worker thread. The pool has one job under way in a thread at any time. */
export type ToThread = Readonly<{ job: Job }>;

/**
 * What comes back. `bug` is a thrown error: its kind and where it was thrown, so that it can be mended.
 * Its message stays here: engines quote their input, and that may be a secret.
 */
export type FromThread =
  Readonly<{ kind: 'done'; result: Result<Output> }> | Readonly<{ kind: 'bug'; message: string }>;

const runner = new JobRunner();

parentPort?.on('message', ({ job }: ToThread) => {
  void answer(job).then((message) => parentPort?.postMessage(message, []));
});

async function answer(job: Job): Promise<FromThread> {
  try {
    return { kind: 'done', result: await runner.run(job) };
  } catch (error) {
    return { kind: 'bug', message: placeOfBug(error) };
  }
}
