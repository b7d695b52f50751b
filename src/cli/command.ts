import { printable } from '../domain/stop.ts';
import { HELP } from './help.ts';
import { EXIT, usageError } from './terminal.ts';
import type { ExitCode, Terminal } from './terminal.ts';
import { readVersion } from './version.ts';

type Run = (args: readonly string[], terminal: Terminal) => Promise<ExitCode>;

/** Each is loaded when it is asked for: the version needs no crypto. */
const COMMANDS: ReadonlyMap<string, () => Promise<Run>> = new Map([
  ['check', async () => (await import('./check/check.ts')).check],
  ['scan', async () => (await import('./scan/scan.ts')).scan],
  ['hook', async () => (await import('./hook/hook.ts')).hook],
  ['salt', async () => (await import('./salt.ts')).salt],
  ['approve', async () => (await import('./approve/approve.ts')).approve],
  ['signers', async () => (await import('./signers/import.ts')).signers],
]);

/** Runs the sub-command that the arguments name and answers how it ended. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name = 'help', ...rest] = args;
  if (rest.some((arg) => arg === '--help' || arg === '-h')) return help(terminal);
  const load = COMMANDS.get(name);
  if (load !== undefined) return (await load())(rest, terminal);
  switch (name) {
    case 'help':
    case '--help':
    case '-h':
      return help(terminal);
    case 'version':
    case '--version':
    case '-v':
      await terminal.out(`gitward ${await readVersion()}\n`);
      return EXIT.clean;
    default:
      return usageError(
        terminal,
        `there is no command ${printable(name)}; gitward help lists them`,
      );
  }
}

async function help(terminal: Terminal): Promise<ExitCode> {
  await terminal.out(HELP);
  return EXIT.clean;
}
