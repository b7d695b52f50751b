import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { SHELL, underLimits } from '../../adapters/git/native/child.ts';
import type { GitProgram } from '../../adapters/git/native/program.ts';

/** What git programs of a scan are started with. */
export type GitGround = Readonly<{
  git: GitProgram;
  frame: string;
  /** As gitleaks' git has it: objects that `refs/replace` puts in the place of others. */
  honoursReplacements: boolean;
}>;

/** Two blobs of the largest kind and their difference, and windows on the packs. */
const LIMITS = { memoryBytes: 3 * 1024 * 1024 * 1024, fileBytes: 0, cpuSeconds: undefined };

const SETTINGS: Readonly<Record<string, string>> = {
  'core.commitGraph': 'false',
  'core.multiPackIndex': 'false',
  'core.hooksPath': '/dev/null',
  // The address space is bounded: a few windows on packs at a time.
  'core.packedGitWindowSize': '32m',
  'core.packedGitLimit': '256m',
  // Two programs keep bases of deltas at once.
  'core.deltaBaseCacheLimit': '16m',
  'core.quotePath': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
};

/** One git program of a scan, under limits of the system and without anybody's configuration. */
export class GitRun {
  /** Whether it ended well; never rejects. */
  readonly ended: Promise<boolean>;
  readonly #child: ChildProcessWithoutNullStreams;

  constructor({ git, frame, honoursReplacements }: GitGround, args: readonly string[]) {
    const settings = Object.entries(SETTINGS).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    this.#child = spawn(SHELL, underLimits(git.path, [...settings, ...args], LIMITS), {
      cwd: frame,
      env: {
        ...{ PATH: '/usr/bin:/bin', HOME: '/nonexistent', LC_ALL: 'C', GIT_DIR: frame },
        ...{ GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_ATTR_NOSYSTEM: '1' },
        ...{ GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none', GIT_TERMINAL_PROMPT: '0' },
        ...(honoursReplacements ? {} : { GIT_NO_REPLACE_OBJECTS: '1' }),
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', () => resolve(false));
      this.#child.once('close', (code) => resolve(code === 0));
    });
    // What it complains about may hold anything; who ended early is told by `ended`.
    this.#child.stderr.resume();
    this.#child.stdin.on('error', () => undefined);
  }

  get stdin(): Writable {
    return this.#child.stdin;
  }

  get stdout(): Readable {
    return this.#child.stdout;
  }

  /** Ends it at once. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
