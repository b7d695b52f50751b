import { ByteQueue } from './byte-queue.ts';
import { GitError } from './failure.ts';

/** Longest pkt-line, its four length digits included (git's protocol-common). */
export const MAX_PACKET_BYTES = 65_520;

/** Ends a message; separates its sections. */
export const FLUSH = Buffer.from('0000');
export const DELIMITER = Buffer.from('0001');

/** One pkt-line, or one of the lengths below four that carry nothing. */
export type Packet =
  | Readonly<{ kind: 'data'; bytes: Buffer }>
  | Readonly<{ kind: 'flush' }>
  | Readonly<{ kind: 'delimiter' }>
  | Readonly<{ kind: 'end' }>;

/** Text as a pkt-line. */
export function packet(text: string): Buffer {
  const length = Buffer.byteLength(text) + 4;
  return Buffer.from(length.toString(16).padStart(4, '0') + text);
}

/**
 * Reads pkt-lines from a stream of chunks. Throws `GitError`: GitProtocolError for what is no
 * pkt-line or an `ERR` line, GitTruncated for an end inside one.
 */
export class PacketReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #held = new ByteQueue();

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next packet; `undefined` at the end of the stream. */
  async next(): Promise<Packet | undefined> {
    if (!(await this.#hold(4))) {
      if (this.#held.length === 0) return undefined;
      throw truncated();
    }
    const length = lengthOf(this.#held.take(4));
    if (length < 4) return specialOf(length);
    if (!(await this.#hold(length - 4))) throw truncated();
    const bytes = this.#held.take(length - 4);
    if (bytes.subarray(0, 4).equals(ERROR)) throw refused();
    return { kind: 'data', bytes };
  }

  /** The next packet of a message that is not over; an end here is GitTruncated. */
  async mustNext(): Promise<Packet> {
    const read = await this.next();
    if (read === undefined) throw truncated();
    return read;
  }

  /** Passes only at the end of the stream; anything more is GitProtocolError. */
  async mustEnd(): Promise<void> {
    if ((await this.next()) === undefined) return;
    throw new GitError('GitProtocolError', 'the Git server sent more than was asked for');
  }

  async #hold(wanted: number): Promise<boolean> {
    while (this.#held.length < wanted) {
      const step = await this.#chunks.next();
      if (step.done === true) return false;
      const { buffer, byteOffset, byteLength } = step.value;
      this.#held.push(Buffer.from(buffer, byteOffset, byteLength));
    }
    return true;
  }
}

const ERROR = Buffer.from('ERR ');

function lengthOf(digits: Buffer): number {
  const text = digits.toString('latin1');
  const length = /^[0-9a-fA-F]{4}$/.test(text) ? Number.parseInt(text, 16) : Number.NaN;
  if (length <= MAX_PACKET_BYTES && length !== 3) return length;
  throw new GitError('GitProtocolError', 'the server answered with something else than Git');
}

function specialOf(length: number): Packet {
  if (length === 0) return { kind: 'flush' };
  return length === 1 ? { kind: 'delimiter' } : { kind: 'end' };
}

function truncated(): GitError {
  return new GitError('GitTruncated', "the Git server's answer ended early");
}

function refused(): GitError {
  const message = 'the Git server refused the request with an error of its own; its log says why';
  return new GitError('GitProtocolError', message);
}
