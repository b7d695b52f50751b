import { ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { digestPlan, fileScanner } from '../../secrets/index.ts';
import type { FileScanner } from '../../secrets/index.ts';
import type { Job, OutputOf, ScanJob, ScanOutput, WorkPort } from '../../worker/port.ts';
import type { Terminal } from '../terminal.ts';

/** What is scanned in this thread before others are worth their start: some hundred files. */
const HERE_BYTES = 2 * 1024 * 1024;

/** Threads for what is more. */
const THREADS = 2;

/**
 * Scans what is little in this very thread, where a worker's start alone would take longer, and the rest
 * in worker threads under their watchdog. Other jobs go there too.
 */
export class ScanWork implements WorkPort {
  readonly #terminal: Pick<Terminal, 'startWork' | 'clock'>;
  #scanner: Readonly<{ digest: string; files: FileScanner }> | undefined;
  #pool: WorkPort | undefined;
  #bytes = 0;

  constructor(terminal: Pick<Terminal, 'startWork' | 'clock'>) {
    this.#terminal = terminal;
  }

  async run<J extends Job>(job: J, deadlineMs: number): Promise<Result<OutputOf<J>>> {
    if (job.kind === 'scan') {
      this.#bytes += job.files.reduce((sum, { bytes }) => sum + bytes.length, 0);
      // A scan's output is what belongs to a scan.
      if (this.#bytes <= HERE_BYTES) return ok(this.#scan(job) as OutputOf<J>);
    }
    this.#pool ??= this.#terminal.startWork(THREADS);
    return this.#pool.run(job, deadlineMs);
  }

  async close(): Promise<void> {
    await this.#pool?.close();
  }

  #scan({ plan, files }: ScanJob): ScanOutput {
    const digest = digestPlan(plan);
    if (this.#scanner?.digest !== digest) {
      const made = fileScanner(plan, () => this.#terminal.clock.monotonic());
      this.#scanner = { digest, files: made };
    }
    const scanner = this.#scanner.files;
    const scanned = files.map(({ what, ...input }) =>
      what === 'message' ? scanner.scanMessage(input) : scanner.scan(input),
    );
    return { kind: 'scan', files: scanned };
  }
}
