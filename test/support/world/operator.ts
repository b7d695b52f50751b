import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

/** How long a start or a stop may take before the test gives up. */
const DEADLINE_MS = 30_000;

/** How to start the real operator process. */
export type OperatorOptions = Readonly<{
  kubeconfig: string;
  dataDir: string;
  flags?: readonly string[];
  nodeFlags?: readonly string[];
}>;

/** One line of the operator's log. */
export type LogLine = Readonly<Record<string, unknown> & { msg?: string; level?: string }>;

/** The real operator, as its own process. It dies with this one. */
export class OperatorProcess {
  readonly #child: ChildProcess;
  readonly #lines: LogLine[] = [];
  #errors = '';
  #closed = false;
  #rest = '';
  #waiting = new Set<() => void>();

  private constructor(options: OperatorOptions) {
    const flags = [
      ...['--data-dir', options.dataDir, '--probe-port', '0', '--metrics-port', '0'],
      ...['--allow-http', '--allow-private-addresses', ...(options.flags ?? [])],
    ];
    this.#child = spawn(process.execPath, [...(options.nodeFlags ?? []), ENTRY, ...flags], {
      env: { PATH: process.env['PATH'], KUBECONFIG: options.kubeconfig },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kill = (): void => void this.#child.kill('SIGKILL');
    process.once('exit', kill);
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#read(chunk.toString()));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    this.#child.on('close', () => {
      process.off('exit', kill);
      this.#closed = true;
      this.#wake();
    });
  }

  /** Starts it and resolves when `/readyz` says yes, unless `wait` is false. */
  static async start(options: OperatorOptions, wait = true): Promise<OperatorProcess> {
    const operator = new OperatorProcess(options);
    await operator.logged((line) => line.msg === 'listening');
    if (wait) await operator.ready();
    return operator;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get exited(): boolean {
    // Only then the last byte of its output is here.
    return this.#closed;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** Every line so far. */
  get log(): readonly LogLine[] {
    return this.#lines;
  }

  /** Every byte it printed so far, as text: what must hold no secret. */
  get output(): string {
    return this.#lines.map((line) => JSON.stringify(line)).join('\n') + this.#errors;
  }

  /** Resolves with the first line, past or future, that fits. */
  async logged(fits: (line: LogLine) => boolean, deadlineMs = DEADLINE_MS): Promise<LogLine> {
    const until = Date.now() + deadlineMs;
    for (;;) {
      const found = this.#lines.find(fits);
      if (found !== undefined) return found;
      if (this.exited) throw new Error(`the operator ended: ${this.#errors}${this.tail()}`);
      if (Date.now() > until) throw new Error(`not logged in time:\n${this.tail()}`);
      await this.#next(until - Date.now());
    }
  }

  /** The last lines, for a failing test's message. */
  tail(count = 20): string {
    return this.#lines
      .slice(-count)
      .map((line) => JSON.stringify(line))
      .join('\n');
  }

  /** Answers of `/readyz`, `/healthz` (probe port) or `/metrics`. */
  async page(path: string): Promise<Readonly<{ status: number; text: string }>> {
    const listening = await this.logged((line) => line.msg === 'listening');
    const port = path === '/metrics' ? listening['metrics'] : listening['probes'];
    const answer = await fetch(`http://127.0.0.1:${String(port)}${path}`);
    return { status: answer.status, text: await answer.text() };
  }

  /** Resolves when `/readyz` answers 200. */
  async ready(deadlineMs = DEADLINE_MS): Promise<void> {
    const until = Date.now() + deadlineMs;
    while ((await this.page('/readyz')).status !== 200) {
      if (this.exited || Date.now() > until) throw new Error(`never ready:\n${this.tail()}`);
      await this.#next(50);
    }
  }

  /** Peak resident memory so far, in bytes (Linux). */
  peakRss(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    await this.#gone();
    return this.#child.exitCode;
  }

  /** SIGKILL, as a crash. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone();
  }

  async #gone(): Promise<void> {
    const until = Date.now() + DEADLINE_MS;
    while (!this.exited) {
      if (Date.now() > until) throw new Error(`the operator does not end:\n${this.tail()}`);
      await this.#next(until - Date.now());
    }
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    // The operator's own log is JSON lines; anything else is a bug that should be loud.
    for (const line of lines) this.#lines.push(JSON.parse(line) as LogLine);
    this.#wake();
  }

  #wake(): void {
    for (const waiting of this.#waiting) waiting();
    this.#waiting.clear();
  }

  #next(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(done);
        resolve();
      }, timeoutMs);
      this.#waiting.add(done);
    });
  }
}
