import { constants } from 'node:os';
import type { Clock } from '../../../domain/clock.ts';
import type { GitObjectType, RawObject } from '../../../domain/git-object.ts';
import type { Oid } from '../../../domain/oid.ts';
import { GitError } from '../failure.ts';
import { MAX_OBJECT_BYTES, MAX_TOGETHER_BYTES, tooMuch } from '../pack-entries.ts';
import { ByteQueue } from '../byte-queue.ts';
import { GitChild } from './child.ts';
import type { Ending, OsLimits } from './child.ts';
import type { GitProgram } from './program.ts';

/** One object of the largest size, twice, its base, and windows on the packs. */
const LIMITS: OsLimits = {
  memoryBytes: 512 * 1024 * 1024,
  // It writes no file; the pipes are none.
  fileBytes: 0,
  cpuSeconds: undefined,
};

/** Longest time without a byte of an answer. */
const SILENCE_MS = 120_000;

const MAX_HEADER_BYTES = 128;

const HEADER = /^([0-9a-f]{40}) (?:(missing)|(commit|tree|blob|tag) (\d{1,15}))$/;

/** Git's program ended, or answered with something else than was asked: what it reads is not sound. */
export class OddAnswer extends Error {
  override readonly name = 'OddAnswer';
}

type Batch = {
  readonly oids: readonly Oid[];
  /** Of all that was answered so far. */
  bytes: number;
  readonly found: Map<Oid, RawObject>;
  readonly resolve: (found: ReadonlyMap<Oid, RawObject>) => void;
  readonly reject: (error: Error) => void;
};

/** One `git cat-file --batch`: questions are sent ahead, and answered in order. */
export class CatFile {
  readonly #child: GitChild;
  readonly #clock: Clock;
  readonly #bytes = new ByteQueue();
  readonly #batches: Batch[] = [];
  /** Answers read of the first batch. */
  #answered = 0;
  #header: Readonly<{ type: GitObjectType; size: number }> | undefined;
  #failed: Error | undefined;
  #hasHeard = false;
  #cancelSilence = (): void => undefined;

  constructor(git: GitProgram, frame: string, clock: Clock) {
    this.#clock = clock;
    this.#child = new GitChild(git, frame, ['cat-file', '--batch'], LIMITS);
    this.#child.holdProcess(false);
    this.#child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    void this.#child.closed.then((ending) => this.#fail(this.#endOf(ending)));
  }

  /**
   * Asks for objects; what is not there is missing from the answer. Rejects with `OddAnswer`, with
   * `GitError` (RepositoryTooLarge for an object above the limit, StoreUnavailable) and errors of the system; then this
   * program has ended. Objects that are too much together reject with RepositoryTooLarge and end nothing:
   * ask for fewer.
   */
  readMany(oids: readonly Oid[]): Promise<ReadonlyMap<Oid, RawObject>> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    if (oids.length === 0) return Promise.resolve(new Map());
    return new Promise((resolve, reject) => {
      this.#batches.push({ oids, bytes: 0, found: new Map(), resolve, reject });
      if (this.#batches.length === 1) this.#await();
      this.#child.stdin.write(`${oids.join('\n')}\n`);
    });
  }

  /** Ends it once it has answered what was asked; resolves when it is gone. */
  async end(): Promise<void> {
    if (this.#batches.length === 0) this.#child.kill();
    else this.#child.stdin.end();
    await this.#child.closed;
  }

  #await(): void {
    this.#child.holdProcess(true);
    this.#cancelSilence();
    this.#cancelSilence = this.#clock.setTimer(SILENCE_MS, () => {
      if (!this.#hasHeard) return this.#fail(silent());
      this.#hasHeard = false;
      this.#await();
    });
  }

  #receive(chunk: Buffer): void {
    this.#hasHeard = true;
    this.#bytes.push(chunk);
    try {
      while (this.#failed === undefined && this.#step());
    } catch (error) {
      this.#fail(error instanceof Error ? error : new OddAnswer('unknown'));
    }
  }

  /** Reads one header or one object; false when more bytes are needed. */
  #step(): boolean {
    const [batch] = this.#batches;
    const oid = batch?.oids[this.#answered];
    if (batch === undefined || oid === undefined) {
      if (this.#bytes.length > 0) throw new OddAnswer('nothing was asked');
      return false;
    }
    if (this.#header === undefined) return this.#readHeader(batch, oid);
    const { type, size } = this.#header;
    if (this.#bytes.length < size + 1) return false;
    const bytes = this.#bytes.take(size);
    batch.bytes += size;
    if (batch.bytes > MAX_TOGETHER_BYTES) batch.found.clear();
    else batch.found.set(oid, { oid, type, bytes });
    if (this.#bytes.take(1)[0] !== 0x0a) throw new OddAnswer('an object without its end');
    this.#header = undefined;
    this.#next(batch);
    return true;
  }

  #readHeader(batch: Batch, oid: Oid): boolean {
    const line = this.#bytes.takeLine(MAX_HEADER_BYTES);
    if (line === undefined) {
      if (this.#bytes.length >= MAX_HEADER_BYTES) throw new OddAnswer('a header without an end');
      return false;
    }
    const [, name, missing, type, size] = HEADER.exec(line) ?? [];
    if (name !== oid) throw new OddAnswer('another object than the one asked for');
    if (missing !== undefined) {
      this.#next(batch);
      return true;
    }
    if (!isType(type)) throw new OddAnswer('an object of no type');
    if (Number(size) > MAX_OBJECT_BYTES) throw tooLarge(oid);
    this.#header = { type, size: Number(size) };
    return true;
  }

  #next(batch: Batch): void {
    this.#answered++;
    if (this.#answered < batch.oids.length) return;
    this.#answered = 0;
    this.#batches.shift();
    if (this.#batches.length === 0) {
      this.#cancelSilence();
      this.#child.holdProcess(false);
    }
    if (batch.bytes > MAX_TOGETHER_BYTES) batch.reject(tooMuch(batch.oids.length));
    else batch.resolve(batch.found);
  }

  #endOf({ error, signal }: Ending): Error {
    if (error !== undefined) return error;
    // By the system, for want of memory: whoever is killed by us has failed before.
    if (signal !== constants.signals.SIGKILL && this.#child.complaint !== 'memory')
      return new OddAnswer('it ended');
    return new GitError('StoreUnavailable', 'reading a Git object took more memory than there is');
  }

  #fail(error: Error): void {
    if (this.#failed !== undefined) return;
    this.#failed = error;
    this.#cancelSilence();
    this.#child.kill();
    this.#child.holdProcess(false);
    for (const { reject } of this.#batches.splice(0)) reject(error);
  }
}

function isType(type: string | undefined): type is GitObjectType {
  return type === 'commit' || type === 'tree' || type === 'blob' || type === 'tag';
}

function silent(): GitError {
  const message = `git read nothing from --data-dir within ${SILENCE_MS} ms; check the volume`;
  return new GitError('StoreUnavailable', message);
}

function tooLarge(oid: Oid): GitError {
  const message = `the Git object ${oid} is larger than ${MAX_OBJECT_BYTES} bytes`;
  return new GitError('RepositoryTooLarge', message, { oid });
}
