import type { ExitCode, Terminal } from '../terminal.ts';
import { refuse } from './answer.ts';
import { judgeDoor } from './door.ts';
import { protectedHere } from './protected.ts';
import { MAX_INPUT_BYTES, parseReceived, parseUpdate } from './updates.ts';
import type { RefUpdate } from './updates.ts';

/** `gitward hook pre-receive`: judges all refs of one push together, while its objects are in quarantine. */
export async function preReceive(terminal: Terminal): Promise<ExitCode> {
  const input = await terminal.input(MAX_INPUT_BYTES);
  if (input === undefined) return refuse(terminal, 'the push names too many refs');
  const updates = parseReceived(input.toString('utf8'));
  return updates.ok ? receive(updates.value, terminal) : refuse(terminal, updates.stop);
}

/** `gitward hook update REF OLD NEW`: the same for one ref, for servers that let others through. */
export async function update(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const read = parseUpdate(args);
  return read.ok ? receive([read.value], terminal) : refuse(terminal, read.stop);
}

/** What every ref of the server reaches was judged before: `old` has no say, so a forced push is as any. */
function receive(updates: readonly RefUpdate[], terminal: Terminal): Promise<ExitCode> {
  return judgeDoor({ updates, known: [], refs: ['--all'], find: protectedHere }, terminal);
}
