import { setImmediate } from 'node:timers/promises';
import { Errors, readObject } from 'isomorphic-git';
import type { PromiseFsClient } from 'isomorphic-git';
import type { Clock } from '../../domain/clock.ts';
import type { GitObjectType, RawObject } from '../../domain/git-object.ts';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { damagedStore } from './engine.ts';
import type { StoreReader } from './engine.ts';
import { stopOf } from './failure.ts';
import { MAX_TOGETHER_BYTES, tooMuch } from './pack-entries.ts';
import { packFs } from './pack-fs.ts';

/** Bytes of objects after which the cache is dropped: isomorphic-git keeps what it has inflated. */
const MAX_CACHED_BYTES = 16 * 1024 * 1024;

/** A cache that nobody reads from is dropped after this time: it holds whole packs. */
const IDLE_MS = 2_000;

/** Objects read before other work of the process gets its turn. */
const OBJECTS_PER_TURN = 64;

const TYPES: ReadonlySet<string> = new Set<GitObjectType>(['commit', 'tree', 'blob', 'tag']);

/**
 * Reads raw objects from the packs of one bare folder. Once a pack or index has turned out to be
 * damaged every read stops, until `forgive`: the caller is to reset the store, not to read around it.
 */
export class PackReader implements StoreReader {
  readonly #gitdir: string;
  readonly #clock: Clock;
  #fs: PromiseFsClient;
  #cache: object = {};
  #bytes = 0;
  #cancelDrop = (): void => undefined;
  #isDamaged = false;

  constructor(gitdir: string, clock: Clock) {
    this.#gitdir = gitdir;
    this.#clock = clock;
    this.#fs = packFs(gitdir);
  }

  /** Stops with GitTruncated when a pack or index is damaged or cannot be read. */
  async readMany(oids: readonly Oid[]): Promise<Result<ReadonlyMap<Oid, RawObject>>> {
    if (this.#isDamaged) return stopped(damagedStore());
    const found = new Map<Oid, RawObject>();
    let bytes = 0;
    this.#cancelDrop();
    try {
      for (const [at, oid] of oids.entries()) {
        if (at % OBJECTS_PER_TURN === OBJECTS_PER_TURN - 1) await setImmediate();
        const object = await this.#readAgain(oid);
        if (object !== undefined) found.set(oid, object);
        bytes += object?.bytes.length ?? 0;
        if (bytes > MAX_TOGETHER_BYTES) return stopped(stopOf(tooMuch(oids.length)));
      }
      return ok(found);
    } catch (error) {
      this.#forget();
      // A volume that fails for a moment, or too many open files, is no reason to fetch everything.
      this.#isDamaged = !(error instanceof Error && 'syscall' in error);
      return stopped(this.#isDamaged ? damagedStore() : stopOf(error));
    } finally {
      this.#cancelDrop = this.#clock.setTimer(IDLE_MS, () => this.#forget());
    }
  }

  /** A pack or index has turned out to be damaged. */
  get isDamaged(): boolean {
    return this.#isDamaged;
  }

  /** The list of packs is read anew. */
  refresh(): void {
    this.#forget();
  }

  /** Gives the memory back. */
  async drop(): Promise<void> {
    this.#forget();
  }

  #forget(): void {
    this.#cancelDrop();
    this.#cache = {};
    this.#fs = packFs(this.#gitdir);
    this.#bytes = 0;
  }

  /** The folder was emptied: reads are served again. */
  async forgive(): Promise<void> {
    this.#isDamaged = false;
    this.#forget();
  }

  /** A pack may have been merged into another since the cache learned of it: look twice. */
  async #readAgain(oid: Oid): Promise<RawObject | undefined> {
    try {
      return await this.#read(oid);
    } catch {
      this.#forget();
      return this.#read(oid);
    }
  }

  async #read(oid: Oid): Promise<RawObject | undefined> {
    if (this.#bytes > MAX_CACHED_BYTES) this.#forget();
    const gitdir = this.#gitdir;
    const where = { fs: this.#fs, dir: gitdir, gitdir, cache: this.#cache };
    try {
      const read = await readObject({ ...where, oid, format: 'content' });
      if (!(read.object instanceof Uint8Array) || !isType(read.type)) return undefined;
      this.#bytes += read.object.length;
      return { oid, type: read.type, bytes: read.object };
    } catch (error) {
      if (error instanceof Errors.NotFoundError) return undefined;
      throw error;
    }
  }
}

function isType(type: string | undefined): type is GitObjectType {
  return type !== undefined && TYPES.has(type);
}
