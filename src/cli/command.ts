import { printable } from '../domain/stop.ts';
import { HELP } from './help.ts';
import { EXIT, usageError } from './terminal.ts';
import type { ExitCode, Terminal } from './terminal.ts';
import { readVersion } from './version.ts';

/** Runs the sub-command that the arguments name and answers how it ended. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name = 'help', ...rest] = args;
  if (rest.some((arg) => arg === '--help' || arg === '-h')) return help(terminal);
  // Each is loaded when it is asked for: the version needs no crypto.
  switch (name) {
    case 'check': {
      const { check } = await import('./check/check.ts');
      return check(rest, terminal);
    }
    case 'approve': {
      const { approve } = await import('./approve/approve.ts');
      return approve(rest, terminal);
    }
    case 'signers': {
      const { signers } = await import('./signers/import.ts');
      return signers(rest, terminal);
    }
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
