import type { Oid } from '../../domain/oid.ts';
import type { ServerRef } from '../../reconcile/ports.ts';
import type { Deadline } from '../net/deadline.ts';
import type { Conversation } from './conversation.ts';
import type { Disk } from './disk.ts';
import type { Engine } from './engine.ts';
import { GitError } from './failure.ts';
import type { Fetched } from './quarantine.ts';
import { receivePack } from './receive.ts';
import { together } from './together.ts';
import type { PackStore, Scratch } from './store.ts';

/** What to fetch: everything that the refs reach and `have` does not. */
export type Wanted = Readonly<{
  refs: ReadonlyMap<string, ServerRef>;
  have: Oid | undefined;
  maxPackBytes: number;
}>;

/** What a fetch works with. */
export type FetchTools = Readonly<{
  conversation: Conversation;
  deadline: Deadline;
  store: PackStore;
  engine: Engine;
  disk: Disk;
}>;

/**
 * Fetches into a fresh scratch folder and answers only when the pack is whole, checked and indexed
 * and what the refs name is in it or was there before. Whatever fails, the folder is gone. Throws `GitError`,
 * `NetError` and errors of the system.
 */
export async function fetchPack(wanted: Wanted, tools: FetchTools): Promise<Fetched> {
  const { store, disk } = tools;
  const { refs } = wanted;
  const named = [...new Set([...refs.values()].map(({ oid }) => oid))];
  const before = await store.published.readMany(named);
  const isKnown = (oid: Oid): boolean =>
    wanted.have !== undefined && before.ok && before.value.has(oid);
  const wants = named.filter((oid) => !isKnown(oid));
  const scratch = await store.stage();
  try {
    if (wants.length === 0) return { refs, scratch, pack: undefined };
    return { refs, scratch, pack: await receive({ ...wanted, wants }, scratch, tools) };
  } catch (error) {
    await disk.remove(scratch.gitdir);
    throw error;
  }
}

async function receive(
  { wants, have, maxPackBytes }: Wanted & Readonly<{ wants: readonly Oid[] }>,
  { packDir }: Scratch,
  { conversation, deadline, engine }: FetchTools,
): Promise<string> {
  const [reader, intake] = await together(
    conversation.requestPack(wants, have, maxPackBytes),
    engine.take(packDir, { maxPackBytes, deadline }),
    (taking) => taking.cancel(),
  );
  let length = 0;
  try {
    await receivePack(reader, conversation.version, (bytes) => {
      length += bytes.length;
      if (length > maxPackBytes) throw tooLarge(maxPackBytes);
      return intake.write(bytes);
    });
    const { name, missing } = await intake.finish(wants);
    const [lacking] = missing;
    if (lacking === undefined) return name;
    const message = `the server's pack does not hold ${lacking}, which a ref names`;
    throw new GitError('GitProtocolError', message, { oid: lacking });
  } catch (error) {
    await intake.cancel();
    throw error;
  }
}

function tooLarge(maxPackBytes: number): GitError {
  const message = `the pack is larger than ${maxPackBytes} bytes; raise --max-pack-mib`;
  return new GitError('RepositoryTooLarge', message);
}
