import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '../src/adapters/git/engine.ts';

/** What a client is told to do. */
export type FetchOrder = Readonly<{
  engine: EngineName;
  url: string;
  dataDir: string;
  /** Fetches and publishes; polls twice; reads these objects in batches. */
  work: 'fetch' | 'poll' | 'read';
  have?: string;
  oids?: readonly string[];
  maxPackBytes: number;
}>;

/** How it went. */
export type FetchReport = Readonly<{
  /** `ok`, or the reason of the stop. */
  outcome: string;
  seconds: number;
  /** Most resident memory meanwhile, beyond what the idle process had before. */
  peakBytes: number;
  /** Objects read. */
  count: number;
}>;

const MAIN = fileURLToPath(new URL('./fetch-client-main.mjs', import.meta.url));

/** gitward's Git adapter in a process of its own, as the operator has it. */
export class FetchClient {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<FetchClient> {
    const child = fork(MAIN, [], { execArgv: ['--expose-gc'] });
    await once(child, 'message');
    return new FetchClient(child);
  }

  async run(order: FetchOrder): Promise<FetchReport> {
    this.#child.send(order);
    const [message]: unknown[] = await once(this.#child, 'message');
    return message as FetchReport; // Our own program answers, see fetch-client-main.mjs.
  }

  async close(): Promise<void> {
    const closed = once(this.#child, 'exit');
    this.#child.disconnect();
    await closed;
  }
}
