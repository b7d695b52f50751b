import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../domain/clock.ts';
import type { RawObject } from '../../../domain/git-object.ts';
import type { Oid } from '../../../domain/oid.ts';
import { ok, stopped } from '../../../domain/result.ts';
import type { Result } from '../../../domain/result.ts';
import { damagedStore } from '../engine.ts';
import type { StoreReader } from '../engine.ts';
import { stopOf } from '../failure.ts';
import type { ScratchRoom } from '../scratch.ts';
import { CatFile, OddAnswer } from './cat-file.ts';
import { makeFrame } from './frame.ts';
import type { PackSums } from './pack-sums.ts';
import type { GitProgram } from './program.ts';

/** A program that nobody asks is ended after this time. */
const IDLE_MS = 2_000;

/** What all readers of one engine share. */
export type ReaderTools = Readonly<{
  git: GitProgram;
  scratch: ScratchRoom;
  sums: PackSums;
  clock: Clock;
}>;

/** Reads raw objects from the packs of one bare folder through one git program. */
export class CatFileReader implements StoreReader {
  readonly #packDir: string;
  readonly #tools: ReaderTools;
  #session: Promise<CatFile | undefined> | undefined;
  #frame: string | undefined;
  #reads = 0;
  #cancelIdle = (): void => undefined;
  #isDamaged = false;

  constructor(gitdir: string, tools: ReaderTools) {
    this.#packDir = join(gitdir, 'objects', 'pack');
    this.#tools = tools;
  }

  /** A pack or index has turned out to be damaged. */
  get isDamaged(): boolean {
    return this.#isDamaged;
  }

  /** Stops with GitTruncated when a pack or index is damaged, RepositoryTooLarge for a huge object. */
  async readMany(oids: readonly Oid[]): Promise<Result<ReadonlyMap<Oid, RawObject>>> {
    if (this.#isDamaged) return stopped(damagedStore());
    this.#cancelIdle();
    this.#reads++;
    try {
      return ok(await this.#readAgain(oids));
    } catch (error) {
      await this.#end();
      this.#isDamaged ||= error instanceof OddAnswer;
      return stopped(this.#isDamaged ? damagedStore() : stopOf(error));
    } finally {
      if (--this.#reads === 0) this.#endWhenIdle();
    }
  }

  /** A program that runs looks for new packs itself, and for moved objects too. */
  refresh(): void {
    // Nothing to do.
  }

  async drop(): Promise<void> {
    const frame = this.#frame;
    this.#frame = undefined;
    await this.#end();
    if (frame !== undefined) await rm(frame, { recursive: true, force: true });
  }

  async forgive(): Promise<void> {
    this.#isDamaged = false;
    await this.drop();
  }

  /** The folder may have been replaced since the program was started: ask another one as well. */
  async #readAgain(oids: readonly Oid[]): Promise<ReadonlyMap<Oid, RawObject>> {
    try {
      return await this.#read(oids);
    } catch (error) {
      if (!(error instanceof OddAnswer)) throw error;
      await this.#end();
      return this.#read(oids);
    }
  }

  async #read(oids: readonly Oid[]): Promise<ReadonlyMap<Oid, RawObject>> {
    const session = await (this.#session ??= this.#start());
    if (session !== undefined) return session.readMany(oids);
    // An empty folder is looked at again the next time.
    this.#session = undefined;
    return new Map();
  }

  async #start(): Promise<CatFile | undefined> {
    const { git, scratch, sums, clock } = this.#tools;
    const soundness = await sums.check(this.#packDir);
    if (soundness === 'none') return undefined;
    if (soundness === 'damaged') throw new OddAnswer('a file is not what its checksum says');
    this.#frame ??= await makeFrame(scratch, this.#packDir);
    return new CatFile(git, this.#frame, clock);
  }

  async #end(): Promise<void> {
    this.#cancelIdle();
    const session = this.#session;
    this.#session = undefined;
    await (await session?.catch(() => undefined))?.end();
  }

  #endWhenIdle(): void {
    this.#cancelIdle();
    if (this.#session === undefined) return;
    this.#cancelIdle = this.#tools.clock.setTimer(IDLE_MS, () => void this.#end());
  }
}
