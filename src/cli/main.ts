#!/usr/bin/env node
import { once } from 'node:events';
import { cwd } from 'node:process';
import { systemClock } from '../wire/clock.ts';
import { workerPool } from '../adapters/worker/pool.ts';
import { placeOfBug } from '../domain/bug.ts';
import { printable } from '../domain/stop.ts';
import { runCommand } from './command.ts';
import { readInput } from './read-input.ts';
import { isSystemError } from './repo/files.ts';
import { removeAllTemporary } from './temporary.ts';
import { EXIT } from './terminal.ts';
import type { ExitCode, Terminal } from './terminal.ts';

const terminal: Terminal = {
  cwd: cwd(),
  env: process.env,
  clock: systemClock,
  out: async (text) => {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  },
  err: (text) => void process.stderr.write(text),
  input: (maxBytes) => readInput(process.stdin, maxBytes),
  isOutTty: process.stdout.isTTY,
  isErrTty: process.stderr.isTTY,
  startWork: (threads) => workerPool({ clock: systemClock, threads }),
  self: [process.execPath, ...process.execArgv, ...process.argv.slice(1, 2)],
};

/** How a process ends that was told to (128 and the signal's number, as shells have it). */
const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const;

/** As a program ends whose reader has gone: `gitward check | head`. It must not look clean. */
const READER_GONE = 141;

for (const [signal, code] of Object.entries(INTERRUPTED)) {
  process.on(signal, () => process.exit(code));
}
process.on('exit', removeAllTemporary);

process.stdout.on('error', () => process.exit(READER_GONE));

// Workers and git programs are not to keep an operator alive, so they do not keep this process either.
const alive = setInterval(() => undefined, 60_000);
process.exitCode = await run();
clearInterval(alive);

/** What fails in a way that nobody foresaw is undecided: never clean, and no finding either. */
async function run(): Promise<ExitCode> {
  try {
    return await runCommand(process.argv.slice(2), terminal);
  } catch (error) {
    const why = isSystemError(error) ? error.message : placeOfBug(error);
    process.stderr.write(`gitward: ${printable(why)}\n`);
    return EXIT.undecided;
  }
}
