import { chmod, rename, rm, stat } from 'node:fs/promises';
import { availableParallelism, constants } from 'node:os';
import { join } from 'node:path';
import type { Oid } from '../../../domain/oid.ts';
import type { IntakeLimits, PackIntake, TakenPack } from '../engine.ts';
import { GitError } from '../failure.ts';
import { GitChild } from './child.ts';
import type { Ending, OsLimits } from './child.ts';
import { missingIn } from './idx-lookup.ts';
import type { PackSums } from './pack-sums.ts';
import type { GitProgram } from './program.ts';

/** Enough for a pack of 300 MB and for one of 400,000 objects, each with room to spare. */
const MEMORY_BYTES = 512 * 1024 * 1024;

/** An index is smaller than its pack, but for packs of very small objects. */
const FILE_SLACK_BYTES = 64 * 1024 * 1024;

const CPU_SECONDS = 900;

/** More gain little and take memory. */
const MAX_THREADS = 4;

/** How the system ends who writes too much, takes too long, or has the memory of others. */
const { SIGXFSZ, SIGXCPU, SIGKILL } = constants.signals;
const KILLED_BY_LIMIT: ReadonlySet<number | undefined> = new Set([SIGXFSZ, SIGXCPU, SIGKILL]);

/** What may wait for git to read it: it pauses now and then, and the network need not. */
const MAX_QUEUED_BYTES = 4 * 1024 * 1024;

const MAX_ANSWER_BYTES = 8_192;
const OWNER_ONLY = 0o600;

/** What an intake works with; `frame` is a fresh one with an empty folder for packs. */
export type IntakeTools = Readonly<{ git: GitProgram; frame: string; sums: PackSums }>;

/**
 * A pack that streams into `git index-pack`, which checks every object of it (with collision
 * detection), away from everything else; only a good pack and its index reach the folder.
 */
export class IndexPackIntake implements PackIntake {
  readonly #packDir: string;
  readonly #limits: IntakeLimits;
  readonly #tools: IntakeTools;
  readonly #child: GitChild;
  readonly #stopWatching: () => void;
  #ending: Ending | undefined;
  #wake = (): void => undefined;
  #answer = '';
  #written = 0;

  constructor(packDir: string, limits: IntakeLimits, tools: IntakeTools) {
    this.#packDir = packDir;
    this.#limits = limits;
    this.#tools = tools;
    const threads = Math.min(availableParallelism(), MAX_THREADS);
    const size = `--max-input-size=${limits.maxPackBytes}`;
    const args = ['index-pack', '--stdin', size, `--threads=${threads}`];
    this.#child = new GitChild(tools.git, tools.frame, args, osLimits(limits.maxPackBytes));
    this.#child.stdout.setEncoding('latin1').on('data', (text: string) => {
      this.#answer = (this.#answer + text).slice(0, MAX_ANSWER_BYTES);
    });
    void this.#child.closed.then((ending) => {
      this.#ending = ending;
      this.#wake();
    });
    this.#stopWatching = this.#watchDeadline();
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#written += bytes.length;
    this.#child.stdin.write(bytes, () => this.#wake());
    while (this.#ending === undefined && this.#child.stdin.writableLength > MAX_QUEUED_BYTES) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.#limits.deadline.check();
    // Who ends before the pack does has found something wrong in it.
    if (this.#ending !== undefined) throw this.#failure(this.#ending);
  }

  async finish(wanted: readonly Oid[]): Promise<TakenPack> {
    this.#child.stdin.end();
    const ending = await this.#child.closed;
    this.#limits.deadline.check();
    const name = /^pack\t([0-9a-f]{40})\n$/.exec(this.#answer)?.[1];
    if (ending.code !== 0 || name === undefined) throw this.#failure(ending);
    const taken = `pack-${name}`;
    const made = join(this.#tools.frame, 'objects', 'pack', taken);
    // What follows a pack is not read by git.
    if ((await stat(`${made}.pack`)).size !== this.#written) throw damaged();
    const missing = await missingIn(`${made}.idx`, wanted);
    for (const suffix of ['.pack', '.idx']) {
      const target = join(this.#packDir, taken + suffix);
      await chmod(made + suffix, OWNER_ONLY);
      await rename(made + suffix, target);
      await this.#tools.sums.trust(target);
    }
    await this.#clear();
    return { name: taken, missing };
  }

  async cancel(): Promise<void> {
    this.#child.kill();
    await this.#child.closed;
    await this.#clear();
  }

  async #clear(): Promise<void> {
    this.#stopWatching();
    await rm(this.#tools.frame, { recursive: true, force: true });
  }

  #watchDeadline(): () => void {
    const { signal } = this.#limits.deadline;
    const onAbort = (): void => this.#child.kill();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    return () => signal.removeEventListener('abort', onAbort);
  }

  #failure({ error, signal }: Ending): Error {
    if (error !== undefined) return error;
    const complaint = KILLED_BY_LIMIT.has(signal) ? 'size' : this.#child.complaint;
    switch (complaint) {
      case 'volume':
        return new GitError(
          'StoreUnavailable',
          'the Git store on --data-dir failed; check volume and space',
        );
      case 'memory':
      case 'size':
        return new GitError(
          'RepositoryTooLarge',
          'the pack takes more memory, time or space than one fetch may',
        );
      case 'other':
        return damaged();
    }
  }
}

function osLimits(maxPackBytes: number): OsLimits {
  const fileBytes = 2 * maxPackBytes + FILE_SLACK_BYTES;
  return { memoryBytes: MEMORY_BYTES, fileBytes, cpuSeconds: CPU_SECONDS, isFed: true };
}

function damaged(): GitError {
  return new GitError('GitTruncated', 'the pack ended early or was damaged: git refuses it');
}
