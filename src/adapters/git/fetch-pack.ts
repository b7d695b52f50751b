import { join } from 'node:path';
import type { Oid } from '../../domain/oid.ts';
import type { Deadline } from '../net/deadline.ts';
import type { Conversation } from './conversation.ts';
import type { Disk } from './disk.ts';
import { GitError } from './failure.ts';
import { encodeIdx } from './idx-file.ts';
import { packName } from './merge-packs.ts';
import { TRAILER_BYTES } from './pack-entries.ts';
import { indexPack } from './pack-index.ts';
import type { Fetched } from './quarantine.ts';
import { receivePack } from './receive.ts';
import type { PackStore, Scratch } from './store.ts';

/** What to fetch: everything from `tip` that `have` does not reach. */
export type Wanted = Readonly<{ tip: Oid; have: Oid | undefined; maxPackBytes: number }>;

/** What a fetch works with. */
export type FetchTools = Readonly<{
  conversation: Conversation;
  deadline: Deadline;
  store: PackStore;
  disk: Disk;
}>;

/**
 * Fetches into a fresh scratch folder and answers only when the pack is whole, checked and indexed
 * and the tip is in it or was there before. Whatever fails, the folder is gone. Throws `GitError`,
 * `NetError` and errors of the system.
 */
export async function fetchPack(wanted: Wanted, tools: FetchTools): Promise<Fetched> {
  const { store, disk } = tools;
  const { tip } = wanted;
  const before = await store.published.readMany([tip]);
  const isKnown = wanted.have !== undefined && before.ok && before.value.has(tip);
  const scratch = await store.stage();
  try {
    if (isKnown) return { tip, scratch, pack: undefined };
    return { tip, scratch, pack: await receive(wanted, scratch, tools) };
  } catch (error) {
    await disk.remove(scratch.gitdir);
    throw error;
  }
}

async function receive(
  { tip, have, maxPackBytes }: Wanted,
  { packDir }: Scratch,
  { conversation, deadline, disk }: FetchTools,
): Promise<string> {
  const reader = await conversation.requestPack(tip, have, maxPackBytes);
  const parts: Uint8Array[] = [];
  let length = 0;
  await receivePack(reader, conversation.version, (bytes) => {
    length += bytes.length;
    if (length > maxPackBytes) {
      const message = `the pack is larger than ${maxPackBytes} bytes; raise --max-pack-mib`;
      throw new GitError('RepositoryTooLarge', message);
    }
    parts.push(bytes);
  });
  const pack = Buffer.concat(parts, length);
  // The closure above would keep a second copy of the pack alive.
  parts.length = 0;
  const objects = await indexPack(pack, () => deadline.check());
  if (!objects.some(({ name }) => name === tip)) {
    const message = `the server's pack does not hold ${tip}, which the branch names`;
    throw new GitError('GitProtocolError', message, { oid: tip });
  }
  // The same pack may lie there already, as a link to the published one.
  const store = async (file: string, bytes: Uint8Array): Promise<void> => {
    await disk.write(join(packDir, 'incoming'), once(bytes));
    await disk.rename(join(packDir, 'incoming'), file);
  };
  const sum = pack.subarray(pack.length - TRAILER_BYTES);
  const name = packName(sum);
  await store(join(packDir, `${name}.pack`), pack);
  await store(join(packDir, `${name}.idx`), encodeIdx(objects, sum));
  return name;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
