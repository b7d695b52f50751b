import type { Result } from '../domain/result.ts';
import type { Job, OutputOf, WorkPort } from './port.ts';
import { JobRunner } from './run.ts';

/** Does jobs in this very thread, without deadline: for tests and short-lived commands. */
export function inlineWork(): WorkPort {
  const runner = new JobRunner();
  return {
    run: async <J extends Job>(job: J) =>
      // The runner answers each kind of job with its own kind of output.
      (await runner.run(job)) as Result<OutputOf<J>>,
    close: () => Promise.resolve(),
  };
}
