import { placeOfBug } from '../../domain/bug.ts';
import { printable } from '../../domain/stop.ts';
import { optimizeLess } from '../leaks/patience.ts';
import { isSystemError } from '../repo/files.ts';
import { EXIT, usageError } from '../terminal.ts';
import type { ExitCode, Terminal } from '../terminal.ts';

/**
 * `gitward hook`: the check at the door. Whatever goes wrong refuses, with one line that says what:
 * a hook that fails must not let anything through.
 */
export async function hook(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name = '', ...rest] = args;
  try {
    return await run(name, rest, terminal);
  } catch (error) {
    const why = isSystemError(error) ? error.message : placeOfBug(error);
    terminal.err(`gitward: refused, for the check failed: ${printable(why)}\n`);
    return EXIT.undecided;
  }
}

async function run(name: string, args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  // Each is loaded when it is asked for: a commit does not wait for what a server needs.
  switch (name) {
    case 'install': {
      const { installHooks } = await import('./install.ts');
      return installHooks(args, terminal);
    }
    case 'uninstall': {
      const { uninstallHooks } = await import('./install.ts');
      return uninstallHooks(args, terminal);
    }
    case 'pre-commit': {
      optimizeLess();
      const { preCommit } = await import('./pre-commit.ts');
      return preCommit(terminal);
    }
    case 'pre-push': {
      const { prePush } = await import('./pre-push.ts');
      return prePush(args, terminal);
    }
    case 'pre-receive': {
      const { preReceive } = await import('./pre-receive.ts');
      return preReceive(terminal);
    }
    case 'update': {
      const { update } = await import('./pre-receive.ts');
      return update(args, terminal);
    }
    default:
      return usageError(
        terminal,
        'hook takes install, uninstall, pre-commit, pre-push, pre-receive or update',
      );
  }
}
