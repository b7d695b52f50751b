import { EXIT } from '../terminal.ts';
import type { ExitCode, Terminal } from '../terminal.ts';
import { refuse } from './answer.ts';
import { judgeDoor } from './door.ts';
import { protectedAtHome } from './protected.ts';
import { MAX_INPUT_BYTES, parsePushed } from './updates.ts';

/** A remote that has a name; of a push to a bare URL git gives the URL as the name. */
const REMOTE_NAME = /^(?!-)[\w.-]+(?:\/[\w.-]+)*$/;

/** `gitward hook pre-push NAME URL`: judges what the remote has not, before it leaves this machine. */
export async function prePush(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const input = await terminal.input(MAX_INPUT_BYTES);
  if (input === undefined) return refuse(terminal, 'the push names too many refs');
  const updates = parsePushed(input.toString('utf8'));
  if (!updates.ok) return refuse(terminal, updates.stop);
  if (updates.value.length === 0) return EXIT.clean;
  const [name = '', url] = args;
  // Without a named remote both are the same (githooks(5)); a path may look like a name.
  const remote = REMOTE_NAME.test(name) && name !== url ? name : undefined;
  const known = updates.value.flatMap(({ old }) => (old === undefined ? [] : [old]));
  return judgeDoor(
    {
      ...{ updates: updates.value, known },
      // Nothing is known of what a URL without a name has, but for the refs it told.
      refs: remote === undefined ? [] : [`--remotes=${remote}`],
      find: (repo) => protectedAtHome(repo, remote ?? 'origin'),
    },
    terminal,
  );
}
