import { GitError, incomplete } from './failure.ts';
import type { ProtocolVersion } from './advertisement.ts';
import type { Packet, PacketReader } from './pkt-line.ts';

/** Takes the pack's bytes in order; the next ones come when it is done with these. */
export type PackSink = (bytes: Uint8Array) => void | Promise<void>;

/**
 * Reads upload-pack's answer up to its closing flush and hands on the pack's bytes; progress text is
 * dropped unread. Throws `GitError`: HistoryIncomplete for a shallow boundary (none is ever asked
 * for), GitTruncated without the flush, GitProtocolError for an error band or anything out of place.
 */
export async function receivePack(
  reader: PacketReader,
  version: ProtocolVersion,
  sink: PackSink,
): Promise<void> {
  const first = version === 2 ? await sectionV2(reader) : await acknowledgedV1(reader);
  for (let read = first; read.kind !== 'flush'; read = await mustRead(reader)) {
    if (read.kind !== 'data') throw misplaced();
    switch (read.bytes[0]) {
      case 1:
        await sink(read.bytes.subarray(1));
        break;
      case 2:
        break;
      case 3:
        throw new GitError('GitProtocolError', 'the Git server gave up inside the pack');
      default:
        throw misplaced();
    }
  }
  if ((await reader.next()) !== undefined) throw misplaced();
}

/** The one section that was asked for; its first packet. */
async function sectionV2(reader: PacketReader): Promise<Packet> {
  const section = lineOf(await mustRead(reader));
  if (section === 'shallow-info') throw incomplete();
  if (section !== 'packfile') throw misplaced();
  return mustRead(reader);
}

/** Skips the one ACK or NAK before the pack; the pack's first packet. */
async function acknowledgedV1(reader: PacketReader): Promise<Packet> {
  const answer = lineOf(await mustRead(reader));
  if (/^(?:un)?shallow /.test(answer)) throw incomplete();
  if (answer !== 'NAK' && !/^ACK [0-9a-f]{40}$/.test(answer)) throw misplaced();
  return mustRead(reader);
}

async function mustRead(reader: PacketReader): Promise<Packet> {
  const read = await reader.next();
  if (read !== undefined) return read;
  throw new GitError('GitTruncated', "the Git server's answer ended inside the pack");
}

function lineOf(read: Packet): string {
  return read.kind === 'data' ? read.bytes.toString('latin1').replace(/\n$/, '') : '';
}

function misplaced(): GitError {
  return new GitError('GitProtocolError', 'the Git server answered out of order');
}
