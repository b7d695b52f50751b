import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { fileScanner } from '../src/secrets/index.ts';
import { runTool } from '../test/support/gpg.ts';
import { median } from './measurement.ts';
import type { Bench, Measurement } from './measurement.ts';
import { timedRun } from './secrets-run.ts';

/** The bars: what a person waits for a hook, and what a commit costs once all is made. */
const START_MS = 250;
const COMMIT_MS = 10;

const ROUNDS = 10;
const FILES = 20;

const ENTRY = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/**
 * How long a commit waits: `gitward check --staged` and the hook from nothing, on a clean change of
 * twenty manifests, beside gitleaks where GITWARD_BENCH_GITLEAKS names it, else beside Node with nothing
 * to do; and the same files in a process that has scanned before, beside its first scan.
 */
export const secretsStartBench: Bench = async (say) => {
  const dir = await mkdtemp(join(tmpdir(), 'gw-bench-start-'));
  try {
    await stage(dir);
    const { name, command } = referenceIn(dir);
    const reference = await medianOf(command);
    say(`${name} measured`);
    const lines: Measurement[] = [];
    for (const args of [
      ['check', '--staged', dir],
      ['hook', 'pre-commit'],
    ]) {
      const value = await medianOf(inFolder(dir, [process.execPath, ENTRY, ...args]));
      lines.push({
        ...{ bench: 'secrets-start', metric: `${args.slice(0, 2).join(' ')}, cold`, value },
        ...{ unit: 'ms', reference: name, referenceValue: reference, ratio: reference / value },
        ...{ bar: { kind: 'atMost', value: START_MS }, extra: { samples: ROUNDS } },
      });
    }
    return { lines: [...lines, warmLine()], serverVersion: '' };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};

function referenceIn(dir: string): Readonly<{ name: string; command: readonly string[] }> {
  const gitleaks = process.env['GITWARD_BENCH_GITLEAKS'];
  if (gitleaks === undefined) {
    return { name: 'node with nothing to do', command: [process.execPath, '-e', ''] };
  }
  const command = [gitleaks, 'git', '--staged', '--no-banner', dir];
  return { name: 'gitleaks git --staged', command };
}

function inFolder(dir: string, command: readonly string[]): readonly string[] {
  return ['env', '-C', dir, ...command];
}

async function medianOf(command: readonly string[]): Promise<number> {
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    samples.push((await timedRun(command)).wallSeconds * 1_000);
  }
  return median(samples);
}

/** A repository of clean manifests, each of them changed and staged. */
async function stage(dir: string): Promise<void> {
  const git = (...args: readonly string[]): Promise<unknown> =>
    runTool(['git', '-C', dir, ...args]);
  await git('init', '--quiet');
  await mkdir(join(dir, 'apps'));
  await writeAll(dir, 1);
  await git('add', '.');
  const person = ['-c', 'user.name=somebody', '-c', 'user.email=somebody@example.org'];
  await git(...person, 'commit', '--quiet', '--message', 'Add the applications');
  await writeAll(dir, 2);
  await git('add', '.');
}

async function writeAll(dir: string, version: number): Promise<void> {
  const all = Array.from({ length: FILES }, (_, at) => at);
  await Promise.all(all.map((at) => writeFile(join(dir, pathOf(at)), manifest(at, version))));
}

function pathOf(at: number): string {
  return `apps/app-${at}.yaml`;
}

function manifest(at: number, version: number): string {
  const head = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app-${at}\n`;
  return `${head}data:\n  version: "${version}"\n  greeting: hello from ${at}\n`;
}

function warmLine(): Measurement {
  const plan = { dialect: 'gitward', inlineAllow: false, salt: 'a-salt', sops: [] } as const;
  const began = performance.now();
  const scanner = fileScanner(plan, () => performance.now());
  const scanCommit = (version: number): void => {
    for (let at = 0; at < FILES; at++) {
      scanner.scan({ path: pathOf(at), bytes: Buffer.from(manifest(at, version)) });
    }
  };
  scanCommit(0);
  const first = performance.now() - began;
  const samples = Array.from({ length: ROUNDS }, (_, round) => {
    const start = performance.now();
    scanCommit(round + 1);
    return performance.now() - start;
  });
  const value = median(samples);
  return {
    ...{ bench: 'secrets-start', metric: `commit of ${FILES} files, warm`, value, unit: 'ms' },
    ...{ reference: 'the first scan', referenceValue: first, ratio: first / value },
    ...{ bar: { kind: 'atMost', value: COMMIT_MS }, extra: { samples: ROUNDS } },
  };
}
