import { createRequire } from 'node:module';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { seedOfRun } from '../support/picker.ts';
import { MAX_INPUT_BYTES } from './mutator.ts';
import type { FuzzNews, FuzzOrder } from './worker.ts';

/** Heap of the thread that parses: what a parser holds must fit. */
const MAX_HEAP_MIB = 512;

/** An input under way for so long is a hang, however busy the machine. */
const HANG_MS = 20_000;
const LOOK_MS = 500;

/** As in the worker: count, length, number of the target, then the bytes from the sixteenth. */
const BYTES_AT = 16;

const seconds = Number(process.env['FUZZ_SECONDS'] || 60);
const seed = seedOfRun();
const mailbox = new SharedArrayBuffer(BYTES_AT + MAX_INPUT_BYTES);

/** The thread runs TypeScript; a loader given as an argument is not taken up by threads on Node 20. */
function entry(): URL {
  const source = JSON.stringify(new URL('./worker.ts', import.meta.url).href);
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm'));
  const loader = JSON.stringify(new URL('./api/index.mjs', tsx).href);
  const code = `import { register } from ${loader}; register(); await import(${source});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

/** The input that was under way. */
function inputUnderWay(): string {
  const length = new Int32Array(mailbox, 0, 4)[1] ?? 0;
  return Buffer.from(new Uint8Array(mailbox, BYTES_AT, length)).toString('base64');
}

function fail(what: string, input: string): void {
  console.error(`fuzz: FAILED: ${what}`);
  console.error(`fuzz: GITWARD_SEED=${seed}, input in base64: ${input}`);
  process.exitCode = 1;
  end();
}

function end(): void {
  clearInterval(watchdog);
  void worker.terminate();
}

function hear(news: FuzzNews): void {
  switch (news.kind) {
    case 'done':
      console.log(`fuzz: ${news.target.padEnd(22)} ${news.executions} executions`);
      return;
    case 'broken':
      fail(`${news.target}: ${news.error}`, news.input);
      return;
    case 'over':
      end();
  }
}

console.log(`fuzz: GITWARD_SEED=${seed} FUZZ_SECONDS=${seconds}`);
const workerData: FuzzOrder = { seed, seconds, mailbox };
const worker = new Worker(entry(), {
  workerData,
  execArgv: [],
  resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
});
worker.on('message', hear);
worker.on('error', (error) => fail(`the thread ended: ${error.message}`, inputUnderWay()));

let last = { count: -1, at: performance.now() };
const watchdog = setInterval(() => {
  const count = Atomics.load(new Int32Array(mailbox, 0, 4), 0);
  if (count !== last.count) last = { count, at: performance.now() };
  else if (performance.now() - last.at > HANG_MS) fail('an input never ends', inputUnderWay());
}, LOOK_MS);
