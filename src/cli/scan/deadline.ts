import type { Clock } from '../../domain/clock.ts';
import type { GitRun } from './git-run.ts';

/** Ends the git programs of a scan when its time is up. */
export class Deadline {
  readonly #end: number;
  readonly #clock: Clock;
  readonly #runs: GitRun[] = [];
  #isOver = false;

  constructor(clock: Clock, maxSeconds: number | undefined) {
    this.#clock = clock;
    this.#end = maxSeconds === undefined ? Infinity : clock.monotonic() + maxSeconds * 1_000;
  }

  /** Whether the scan was cut off. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** This program is ended with the others. */
  bind(run: GitRun): GitRun {
    this.#runs.push(run);
    return run;
  }

  /** Looks at the clock; true when there is no time left, and then every program has been told to end. */
  check(): boolean {
    if (!this.#isOver && this.#clock.monotonic() > this.#end) {
      this.#isOver = true;
      for (const run of this.#runs) run.kill();
    }
    return this.#isOver;
  }
}
