import type { Clock } from '../domain/clock.ts';
import { printable } from '../domain/stop.ts';
import type { WorkPort } from '../worker/port.ts';

/** How a command ended, as the process tells it. */
export const EXIT = { clean: 0, findings: 1, usage: 2, undecided: 3 } as const;

/** One of the four exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a command gets to see of the world; passed in, so that tests own it. */
export type Terminal = Readonly<{
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  /** Resolves when there is room for more. */
  out: (text: string) => Promise<void>;
  err: (text: string) => void;
  /** All that was written to standard input, or `undefined` where it is more than that. */
  input: (maxBytes: number) => Promise<Buffer | undefined>;
  isOutTty: boolean;
  isErrTty: boolean;
  /** Starts that many workers, for signatures and long scans. */
  startWork: (threads: number) => WorkPort;
  /** The command line that starts gitward again, without its arguments; empty where there is none. */
  self: readonly string[];
}>;

/** Tells one helpful line and ends as a usage error. */
export function usageError(terminal: Terminal, problem: string): ExitCode {
  terminal.err(`gitward: ${printable(problem)}\n`);
  return EXIT.usage;
}
