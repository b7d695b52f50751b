import type { Oid } from '../../domain/oid.ts';
import { stop } from '../../domain/stop.ts';
import type { Stop } from '../../domain/stop.ts';
import type { ObjectReader } from '../../reconcile/ports.ts';
import type { Deadline } from '../net/deadline.ts';

/** Reads the objects of one bare folder. What it holds open it gives back after a while by itself. */
export interface StoreReader extends ObjectReader {
  /** A pack or index has turned out to be damaged: every read stops until `forgive`. */
  readonly isDamaged: boolean;
  /** Packs were added, or merged into others that hold the same objects. */
  refresh(): void;
  /** Gives memory, files and processes back; the next read begins anew. */
  drop(): Promise<void>;
  /** The folder was emptied: reads are served again. */
  forgive(): Promise<void>;
}

/** A checked pack: its name without ending, and what of the objects asked for is not in it. */
export type TakenPack = Readonly<{ name: string; missing: readonly Oid[] }>;

/** Takes one pack in, piece by piece. Ends with exactly one of `finish` and `cancel`. */
export interface PackIntake {
  /** Resolves when there is room for more. Throws as `finish` does. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Answers once pack and index lie in the folder, every object of it checked. Throws `GitError`
   * (GitTruncated, GitProtocolError, RepositoryTooLarge), `NetError` at the deadline, and errors of
   * the system.
   */
  finish(wanted: readonly Oid[]): Promise<TakenPack>;
  /** Lets go of everything; nothing runs or writes any more afterwards. */
  cancel(): Promise<void>;
}

/** What an intake is bound by. */
export type IntakeLimits = Readonly<{ maxPackBytes: number; deadline: Deadline }>;

/** The names of the engines, as the operator's flag spells them. */
export type EngineName = 'embedded' | 'native';

/**
 * The two things that differ between our own Git and the git program: how a stream becomes a checked
 * pack with its index, and how objects are read. Transport, store and quarantine are shared.
 */
export interface Engine {
  readonly name: EngineName;
  /** Takes a pack into `packDir`, beside what lies there. */
  take(packDir: string, limits: IntakeLimits): Promise<PackIntake>;
  /** Reads from `<gitdir>/objects/pack`, and from nothing else in there. */
  reader(gitdir: string): StoreReader;
}

/** What reads stop with once a store is damaged. */
export function damagedStore(): Stop {
  return stop('GitTruncated', 'objects kept on --data-dir are damaged; they are fetched anew');
}
