import { usageError } from '../terminal.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { optimizeLess } from '../leaks/patience.ts';
import { parseCheckOptions } from './options.ts';

/** `gitward check`: judges a history, or what is staged. */
export async function check(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const options = parseCheckOptions(args);
  if (!options.ok) return usageError(terminal, options.stop);
  // Each is loaded when it is asked for: what is staged needs no crypto.
  if (options.value.isStaged) {
    optimizeLess();
    const { checkStaged } = await import('./staged.ts');
    return checkStaged(options.value, terminal);
  }
  const { checkHistory } = await import('./history.ts');
  return checkHistory(options.value, terminal);
}
