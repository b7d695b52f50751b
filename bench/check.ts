import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runTool } from '../test/support/gpg.ts';
import type { Bench } from './measurement.ts';
import { makeSignedHistory } from './signed-history.ts';

const COMMITS = 10_000;

/** The bar: so many times as fast as git itself. */
const TIMES = 20;

const ENTRY = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/**
 * How long `gitward check` takes over a long history of good signatures, half OpenPGP and half SSH, beside
 * `git log --show-signature` over the same commits with the same keys. Both print to nowhere.
 */
export const checkBench: Bench = async (say) => {
  const { dir, commits, keyrings, lists, remove } = await historyToCheck(say);
  const home = await mkdtemp(join(tmpdir(), 'gw-bench-gpg-'));
  try {
    const signers = [...keyrings, ...lists].flatMap((file) => ['--signers', file]);
    const mine = await timed(
      [process.execPath, ENTRY, 'check', dir, '--secrets=off', ...signers],
      {},
    );
    say(`gitward check took ${mine.toFixed(1)} s`);
    const env = { GNUPGHOME: home, HOME: home };
    for (const keyring of keyrings) {
      const imported = await runTool(['gpg', '--batch', '--quiet', '--import', keyring], { env });
      if (imported.status !== 0) throw new Error(`gpg --import: ${imported.stderr}`);
    }
    const trusting = lists.flatMap((list) => ['-c', `gpg.ssh.allowedSignersFile=${list}`]);
    const show = ['-C', dir, ...trusting, 'log', '--show-signature', 'HEAD'];
    const theirs = await timed(['git', ...show], env);
    say(`git log --show-signature took ${theirs.toFixed(1)} s`);
    const line = {
      ...{ bench: 'check', metric: `history of ${commits} commits`, value: mine, unit: 's' },
      ...{ reference: 'git log --show-signature', referenceValue: theirs, ratio: theirs / mine },
      bar: { kind: 'atMost', value: theirs / TIMES } as const,
      extra: { commits },
    };
    return { lines: [line], serverVersion: '' };
  } finally {
    await runTool(['gpgconf', '--kill', 'all'], { env: { GNUPGHOME: home } });
    await Promise.all([remove(), rm(home, { recursive: true, force: true })]);
  }
};

/** A repository, its commits, and who may sign: OpenPGP keyrings and files of allowed signers. */
type Checked = Readonly<{
  dir: string;
  commits: number;
  keyrings: readonly string[];
  lists: readonly string[];
  remove: () => Promise<void>;
}>;

/** The repository that the environment names, or one made here. */
async function historyToCheck(say: (text: string) => void): Promise<Checked> {
  const dir = process.env['GITWARD_BENCH_HISTORY'] ?? '';
  if (dir === '') {
    say(`making ${COMMITS} signed commits`);
    const { repo, keyring, allowedSigners } = await makeSignedHistory(COMMITS);
    const signers = { keyrings: [keyring], lists: [allowedSigners] };
    return { dir: repo.dir, commits: COMMITS, ...signers, remove: () => repo.remove() };
  }
  const given = process.env['GITWARD_BENCH_SIGNERS'] ?? '';
  const keyrings = given.split(':').filter((file) => file !== '');
  const counted = await runTool(['git', '-C', dir, 'rev-list', '--count', 'HEAD']);
  const commits = Number(counted.stdout.toString());
  return { dir, commits, keyrings, lists: [], remove: () => Promise.resolve() };
}

/** Seconds that a program takes; throws when it does not end well. */
async function timed(
  [program, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const began = performance.now();
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const status = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  // 1 is an end too: a given history may hold commits that are not good.
  if (status !== 0 && status !== 1) throw new Error(`${program} ended with ${status}`);
  return (performance.now() - began) / 1_000;
}
