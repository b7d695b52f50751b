import { systemClock } from '../../src/wire/clock.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { runCommand } from '../../src/cli/command.ts';
import type { ExitCode, Terminal } from '../../src/cli/terminal.ts';
import { inlineWork } from '../../src/worker/inline.ts';

/** What a command in this very process printed, and how it ended. */
export type CliRun = Readonly<{ code: ExitCode; out: string; err: string }>;

/** Where and when a command runs; nothing of the person who runs the tests but PATH. */
export type CliPlace = Readonly<{
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  /** The moment it is said to be. */
  at?: number;
  /** What is on standard input. */
  input?: string;
}>;

/** Runs `gitward` with these arguments, without a process of its own and without a terminal. */
export async function gitward(args: readonly string[], place: CliPlace = {}): Promise<CliRun> {
  const { cwd = '/', env = {}, at, input = '' } = place;
  let [out, err] = ['', ''];
  const clock: Clock = at === undefined ? systemClock : { ...systemClock, now: () => at };
  const terminal: Terminal = {
    ...{ cwd, clock, isOutTty: false, isErrTty: false, startWork: inlineWork, self: [] },
    input: async () => Buffer.from(input),
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', ...env },
    out: async (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  };
  const code = await runCommand(args, terminal);
  return { code, out, err };
}
