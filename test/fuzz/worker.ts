import { parentPort, workerData } from 'node:worker_threads';
import { picker } from '../support/picker.ts';
import { mutateInput } from './mutator.ts';
import { TARGETS } from './targets.ts';
import type { Target } from './target.ts';

/** What the main thread hands over. `mailbox` shows it the input under way: a hang can be told too. */
export type FuzzOrder = Readonly<{ seed: number; seconds: number; mailbox: SharedArrayBuffer }>;

/** What comes back: a target that is through, or the input that broke it. */
export type FuzzNews =
  | Readonly<{ kind: 'done'; target: string; executions: number }>
  | Readonly<{ kind: 'broken'; target: string; error: string; input: string }>
  | Readonly<{ kind: 'over' }>;

/** Where things lie in the mailbox, in words of 32 bits: count of inputs, length, number of the target; then the bytes. */
export const MAILBOX = { count: 0, length: 1, target: 2, bytes: 16 } as const;

/** Longest one input may take; looked at twice, for the machine may have been busy. */
const SLOW_MS = 1_000;

/** Memory outside the heap that may be held between two inputs. */
const MAX_BUFFER_BYTES = 256 * 1_048_576;

const BETWEEN_LOOKS = 1_000;

const order = workerData as FuzzOrder; // Only our own main thread starts this file.
const state = new Int32Array(order.mailbox, 0, 4);
const bytes = new Uint8Array(order.mailbox, MAILBOX.bytes);

async function fuzz(target: Target, number: number): Promise<FuzzNews> {
  const pick = picker(order.seed + number);
  const seeds = await target.seeds();
  for (const seed of seeds) await target.run(seed);
  const end = performance.now() + (order.seconds * 1_000) / TARGETS.length;
  let executions = seeds.length;
  for (; performance.now() < end; executions += 1) {
    const input = mutateInput(seeds, target.words, pick);
    show(input, number);
    const error = await problemOf(target, input, executions);
    if (error === undefined) continue;
    const base64 = Buffer.from(input).toString('base64');
    return { kind: 'broken', target: target.name, error, input: base64 };
  }
  return { kind: 'done', target: target.name, executions };
}

function show(input: Uint8Array, number: number): void {
  bytes.set(input);
  state[MAILBOX.length] = input.length;
  state[MAILBOX.target] = number;
  Atomics.add(state, MAILBOX.count, 1);
}

async function problemOf(
  target: Target,
  input: Uint8Array,
  executions: number,
): Promise<string | undefined> {
  try {
    if ((await took(target, input)) > SLOW_MS && (await took(target, input)) > SLOW_MS) {
      return `took longer than ${SLOW_MS} ms, twice`;
    }
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  if (executions % BETWEEN_LOOKS !== 0) return undefined;
  const { arrayBuffers } = process.memoryUsage();
  return arrayBuffers > MAX_BUFFER_BYTES ? `${arrayBuffers} bytes are held in buffers` : undefined;
}

async function took(target: Target, input: Uint8Array): Promise<number> {
  const began = performance.now();
  await target.run(input);
  return performance.now() - began;
}

for (const [number, target] of TARGETS.entries()) {
  parentPort?.postMessage(await fuzz(target, number), []);
}
parentPort?.postMessage({ kind: 'over' } satisfies FuzzNews, []);
