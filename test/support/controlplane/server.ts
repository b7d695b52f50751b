import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const LOG_TAIL_LINES = 30;
const SETPRIV = '/usr/bin/setpriv';

/** One server process that cannot outlive this one. */
export interface Server {
  readonly name: string;
  running(): boolean;
  /** The last lines it wrote, both streams. */
  logTail(): string;
  /** Ends it as a crash would (SIGKILL) and waits until it is gone. */
  kill(): Promise<void>;
}

export interface ServerSpec {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Its working directory; `<name>.log` is appended to there. */
  readonly directory: string;
}

const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** Starts a server with an empty environment, so that no proxy or cloud setting of the caller reaches it. */
export function startServer(spec: ServerSpec): Server {
  const logFile = join(spec.directory, `${spec.name}.log`);
  const log = openSync(logFile, 'a', 0o600);
  const [file, args] = withDeathSignal(spec.file, spec.args);
  const child = spawn(file, args, {
    cwd: spec.directory,
    env: { PATH: '/usr/bin:/bin', HOME: spec.directory },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  alive.add(child);
  child.once('exit', () => alive.delete(child));
  child.once('error', () => alive.delete(child));
  child.unref();
  const running = (): boolean => alive.has(child) && child.pid !== undefined;
  return {
    name: spec.name,
    running,
    logTail: () =>
      readFileSync(logFile, 'utf8').trim().split('\n').slice(-LOG_TAIL_LINES).join('\n'),
    kill: async () => {
      if (!running()) return;
      child.ref();
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

// An exit hook does not run when a test worker is killed; the kernel's parent-death signal does (prctl(2)).
function withDeathSignal(file: string, args: readonly string[]): [string, string[]] {
  try {
    accessSync(SETPRIV, constants.X_OK);
  } catch {
    return [file, [...args]];
  }
  return [SETPRIV, ['--pdeathsig', 'KILL', '--', file, ...args]];
}
