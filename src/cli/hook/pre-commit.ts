import { DEFAULT_SECRETS } from '../leaks/defaults.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { answer, refuse } from './answer.ts';
import { scanStaged } from './staged-scan.ts';

/** `gitward hook pre-commit`: looks at what is staged, before it is a commit. */
export async function preCommit(terminal: Terminal): Promise<ExitCode> {
  const scanned = await scanStaged({ secrets: DEFAULT_SECRETS }, terminal);
  if (!scanned.ok) return refuse(terminal, scanned.stop);
  const { report, guarded } = scanned.value;
  const branch = guarded.ref.replace(/^refs\/heads\//, '');
  const objections = { leaks: report, stops: [], branch, isBlocking: true, canApprove: false };
  return answer('commit', objections, terminal);
}
