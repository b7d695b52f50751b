import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { World } from '../test/support/world/world.ts';

/** How often the peak of a running program is read. */
const SAMPLE_MS = 20;

/** What one run of a program took. */
export type TimedRun = Readonly<{ seconds: number; peakBytes: number }>;

/** Runs the real kubectl as administrator; throws with its words when its status is not among `fine`. */
export async function timedKubectl(
  world: World,
  args: readonly string[],
  fine: readonly number[] = [0],
): Promise<TimedRun> {
  const env = {
    PATH: process.env['PATH'],
    HOME: world.dir,
    KUBECONFIG: world.plane.kubeconfig('admin'),
  };
  const began = performance.now();
  const child = spawn('kubectl', args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let peakBytes = 0;
  const sampler = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid ?? 0));
  }, SAMPLE_MS);
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const status = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? -1));
  }).finally(() => clearInterval(sampler));
  if (!fine.includes(status)) throw new Error(`kubectl ${args.join(' ')}: ${errors}`);
  return { seconds: (performance.now() - began) / 1_000, peakBytes };
}

/** Peak resident memory of a process so far; 0 once it is gone. */
function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}
