import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { GitProgram } from './program.ts';

/** What the system lets one git program take. */
export type OsLimits = Readonly<{
  /** Address space. */
  memoryBytes: number;
  /** Longest file that it can write. */
  fileBytes: number;
  /** Of the processor; none for a program that lives long. */
  cpuSeconds: number | undefined;
  /** It reads one long stream. */
  isFed?: boolean;
}>;

/** Sets the limits and becomes the program. */
export const SHELL = '/bin/sh';

/** How a git program ended; `error` when it never started. */
export type Ending = Readonly<{
  code: number | null;
  /** What killed it, by its number. */
  signal: number | undefined;
  error?: Error;
}>;

/** The limits are set by a shell; every value is an argument, never program text. */
const LIMITED =
  'umask 077 && ulimit -c 0 && ulimit -v "$1" && ulimit -f "$2" && ulimit -t "$3" && shift 3 && ';

const ASKED = `${LIMITED} exec "$0" "$@"`;

/**
 * `cat` holds another 200 KiB between this process and git. Without it git runs dry whenever this
 * process waits for its turn: a clone on a busy machine took 13 % longer.
 */
const FED = `${LIMITED} cat | "$0" "$@"`;

/** How the shell tells that a program was killed: 128 and the signal. */
const SHELL_SIGNAL = 128;

const KIB = 1_024;
/** POSIX counts files in these. */
const FILE_BLOCK_BYTES = 512;

/** Most that is kept of what git says on stderr; it is looked at, never shown. */
const MAX_COMPLAINT_CHARS = 4_096;

/** Kinds of complaints of git's that make a difference. */
export type Complaint = 'memory' | 'size' | 'volume' | 'other';

const COMPLAINTS: readonly (readonly [Complaint, RegExp])[] = [
  ['memory', /out of memory|too large to fit|mmap failed/i],
  ['size', /exceeds maximum allowed size/i],
  ['volume', /no space left|quota exceeded|input\/output error|read-only file/i],
];

const SETTINGS: Readonly<Record<string, string>> = {
  // What is worth keeping is made durable when it is published.
  'core.fsync': 'none',
  'core.multiPackIndex': 'false',
  'core.commitGraph': 'false',
  'core.hooksPath': '/dev/null',
  // Larger blobs are streamed instead of held.
  'core.bigFileThreshold': '32m',
  'core.deltaBaseCacheLimit': '32m',
  // A few windows on packs at a time: the address space is bounded.
  'core.packedGitWindowSize': '32m',
  'core.packedGitLimit': '128m',
  'pack.writeReverseIndex': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
};

/** What the shell is to be told so that it becomes a program under limits. */
export function underLimits(
  program: string,
  args: readonly string[],
  { memoryBytes, fileBytes, cpuSeconds, isFed = false }: OsLimits,
): string[] {
  const limits = [
    Math.ceil(memoryBytes / KIB),
    Math.ceil(fileBytes / FILE_BLOCK_BYTES),
    cpuSeconds ?? 'unlimited',
  ];
  return ['-c', isFed ? FED : ASKED, program, ...limits.map(String), ...args];
}

/** The whole environment of a child; nothing is inherited, so no credential or trace switch can be. */
function environmentOf(frame: string): Record<string, string> {
  const settings = Object.entries(SETTINGS);
  return {
    PATH: '/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    // Each thread would reserve address space for a heap of its own.
    MALLOC_ARENA_MAX: '2',
    GIT_DIR: frame,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], at) => [
        [`GIT_CONFIG_KEY_${at}`, key],
        [`GIT_CONFIG_VALUE_${at}`, value],
      ]),
    ),
  };
}

/** One git program in a process group of its own, in a frame, under limits of the system. */
export class GitChild {
  /** Resolves when it is gone and all its output was read; never rejects. */
  readonly closed: Promise<Ending>;
  readonly #child: ChildProcessWithoutNullStreams;
  #complaint = '';

  constructor(git: GitProgram, frame: string, args: readonly string[], limits: OsLimits) {
    this.#child = spawn(SHELL, underLimits(git.path, args, limits), {
      cwd: frame,
      env: environmentOf(frame),
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.closed = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve({ code: null, signal: undefined, error }));
      this.#child.once('close', (code, name) => {
        const told = code !== null && code > SHELL_SIGNAL ? code - SHELL_SIGNAL : undefined;
        resolve({ code, signal: name === null ? told : constants.signals[name] });
      });
    });
    // Who ended early is told by `closed`.
    this.#child.stdin.on('error', () => undefined);
    this.#child.stderr.setEncoding('latin1').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(0, MAX_COMPLAINT_CHARS);
    });
  }

  get stdin(): Writable {
    return this.#child.stdin;
  }

  get stdout(): Readable {
    return this.#child.stdout;
  }

  /** What it complained about on stderr so far. The text itself may hold anything and is never shown. */
  get complaint(): Complaint {
    const found = COMPLAINTS.find(([, words]) => words.test(this.#complaint));
    return found?.[0] ?? 'other';
  }

  /** Ends the whole process group at once. */
  kill(): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  }

  /** Whether it alone keeps this process alive. */
  holdProcess(isHeld: boolean): void {
    for (const part of [this.#child, this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      if (!(part instanceof Socket) && part !== this.#child) continue;
      if (isHeld) part.ref();
      else part.unref();
    }
  }
}
