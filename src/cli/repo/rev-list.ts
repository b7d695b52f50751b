import { GitChild } from '../../adapters/git/native/child.ts';
import type { OsLimits } from '../../adapters/git/native/child.ts';
import type { GitProgram } from '../../adapters/git/native/program.ts';
import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import type { Hints } from './read-ahead.ts';

/** It holds every commit that it has seen. */
const LIMITS: OsLimits = {
  memoryBytes: 1_024 * 1024 * 1024,
  fileBytes: 0,
  cpuSeconds: undefined,
};

/** A line is an oid and its end. */
const LINE_LENGTH = 41;

/** Most text kept that was not asked for yet: two million commits. */
const MAX_PENDING_LENGTH = 2_000_000 * LINE_LENGTH;

/** The commits that a tip reaches as git lists them: a guess what to read next, never evidence. */
export class RevList implements Hints {
  readonly #child: GitChild;
  #pending = '';
  #at = 0;
  #length = 0;
  #hasEnded = false;

  constructor(git: GitProgram, frame: string, tip: Oid) {
    this.#child = new GitChild(git, frame, ['rev-list', tip], LIMITS);
    this.#child.holdProcess(false);
    this.#child.stdin.end();
    void this.#child.closed.then(() => (this.#hasEnded = true));
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#length += chunk.length;
      this.#pending = this.#pending.slice(this.#at) + chunk.toString('latin1');
      this.#at = 0;
      if (this.#pending.length > MAX_PENDING_LENGTH) this.#child.kill();
    });
  }

  next(): Oid | undefined {
    const oid = parseOid(this.#pending.slice(this.#at, this.#at + LINE_LENGTH - 1));
    if (oid !== undefined) this.#at += LINE_LENGTH;
    return oid;
  }

  /** How many there probably are, once all are listed. */
  expected(): number | undefined {
    return this.#hasEnded ? Math.floor(this.#length / LINE_LENGTH) : undefined;
  }

  /** Ends it; resolves when it is gone. */
  async end(): Promise<void> {
    this.#child.kill();
    await this.#child.closed;
  }
}
