import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a host was asked and has sent since the last question. */
export type HostTraffic = Readonly<{ requests: number; bytes: number }>;

const MAIN = fileURLToPath(new URL('./git-host-main.ts', import.meta.url));

/** A smart HTTP server in a process of its own, which streams what the real git answers. */
export class GitHost {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** Serves every bare repository below a folder, to everybody on this machine. */
  static async start(root: string): Promise<GitHost> {
    const child = fork(MAIN, [root]);
    const [message]: unknown[] = await once(child, 'message');
    return new GitHost(child, String(message));
  }

  /** What was asked and sent since the last call. */
  async traffic(): Promise<HostTraffic> {
    this.#child.send('traffic');
    const [message]: unknown[] = await once(this.#child, 'message');
    return message as HostTraffic; // Our own program answers, see git-host-main.ts.
  }

  async close(): Promise<void> {
    const closed = once(this.#child, 'exit');
    this.#child.disconnect();
    await closed;
  }
}
