import type { PacketReader } from '../pkt-line.ts';

/** How one request is bounded, and whether another one follows. */
export type Asking = Readonly<{
  /** Most bytes of the answer. */
  maxBytes: number;
  /** The last request of the conversation: the server is told that nothing follows. */
  isLast: boolean;
}>;

/**
 * The way to one server's upload-pack, for one conversation. Every byte is counted and every wait
 * has a deadline. Throws `GitError` and `NetError`.
 */
export interface Wire {
  /** Each answer is a stream of its own, which ends with the message. */
  readonly isStateless: boolean;
  /** What the server says before it is asked: its capabilities, or all its refs. */
  greeting(maxBytes: number): Promise<PacketReader>;
  /** Sends a request; the answer is to be read whole before the next one. */
  ask(body: Uint8Array, asking: Asking): Promise<PacketReader>;
  /** Ends the connection, whatever is under way. */
  close(): void;
}
