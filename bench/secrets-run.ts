import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** How often the memory of a running program is read. */
const SAMPLE_MS = 50;

/** Kilobytes to bytes. */
const KIB = 1_024;

/** What one run of a program and all that it started took. */
export type Run = Readonly<{
  wallSeconds: number;
  cpuSeconds: number;
  /** Of all its processes together. */
  peakBytes: number;
}>;

/** The shell tells what its children took; what they print goes nowhere. */
const TIMED = '"$@" >/dev/null 2>&1; code=$?; times; exit $code';

/** Runs a program; throws when its status is not among `fine`. */
export async function timedRun(
  command: readonly string[],
  { core, fine = [0] }: Readonly<{ core?: number; fine?: readonly number[] }> = {},
): Promise<Run> {
  const pinned = core === undefined ? [] : ['taskset', '-c', String(core)];
  const began = performance.now();
  const child = spawn('/bin/sh', ['-c', TIMED, 'sh', ...pinned, ...command], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], GIT_CONFIG_GLOBAL: '/dev/null' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let [printed, peakBytes] = ['', 0];
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const sampler = setInterval(() => {
    peakBytes = Math.max(peakBytes, memoryOf(child.pid ?? 0));
  }, SAMPLE_MS);
  const status = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  }).finally(() => clearInterval(sampler));
  const wallSeconds = (performance.now() - began) / 1_000;
  if (!fine.includes(status)) throw new Error(`${command.join(' ')} ended with ${status}`);
  return { wallSeconds, cpuSeconds: cpuOf(printed), peakBytes };
}

/** The second line of `times` is of the children: `0m1.23s 0m0.45s`. */
function cpuOf(printed: string): number {
  const [, children = ''] = printed.trim().split('\n').slice(-2);
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

/** Resident memory of a process group. */
function memoryOf(group: number): number {
  let bytes = 0;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [, , groupOf] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(groupOf) !== group) continue;
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      bytes += Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) * KIB;
    } catch {
      // It ended meanwhile.
    }
  }
  return bytes;
}
