import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { fingerprintOf } from '../src/secrets/finding.ts';
import { median } from './measurement.ts';
import type { Bench, Measurement } from './measurement.ts';
import { makeLeakyHistory } from './secrets-history.ts';
import type { ScannedHistory } from './secrets-history.ts';
import { timedRun } from './secrets-run.ts';
import type { Run } from './secrets-run.ts';

/** The bars. */
const TIMES = { twoCores: 2.5, oneCore: 2 };
const FLOORS = 3;
const PEAK_MIB = 200;

const ROUNDS = 3;
const MIB = 1024 * 1024;

const ENTRY = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const FETCH = fileURLToPath(new URL('../scripts/gitleaks', import.meta.url));

/** Any text will do: only equal secrets are to have equal names. */
const SALT = 'a salt for the benchmark';

/**
 * How long `gitward scan --dialect gitleaks` takes over whole histories beside gitleaks with the same
 * rules, on all cores and on one, beside git alone reading every object; and whether both find the same.
 * GITWARD_BENCH_REPOS names repositories, GITWARD_BENCH_RULES a TOML, GITWARD_BENCH_GITLEAKS a binary;
 * without repositories one is made.
 */
export const secretsBench: Bench = async (say) => {
  const gitleaks = process.env['GITWARD_BENCH_GITLEAKS'] ?? execFileSync(FETCH).toString().trim();
  const { repositories, rules, remove } = await historiesToScan(say);
  const dir = await mkdtemp(join(tmpdir(), 'gw-bench-scan-'));
  try {
    await writeFile(join(dir, 'salt'), SALT.replaceAll(' ', '-'));
    const lines: Measurement[] = [];
    for (const repository of repositories) {
      say(`scanning ${basename(repository)}`);
      lines.push(...(await measure(repository, { gitleaks, rules, dir, say })));
    }
    return { lines, serverVersion: '' };
  } finally {
    await Promise.all([remove(), rm(dir, { recursive: true, force: true })]);
  }
};

async function historiesToScan(say: (text: string) => void): Promise<ScannedHistory> {
  const given = (process.env['GITWARD_BENCH_REPOS'] ?? '').split(':').filter((path) => path !== '');
  const rules = process.env['GITWARD_BENCH_RULES'] ?? '';
  if (given.length === 0 || rules === '') {
    say('GITWARD_BENCH_REPOS or GITWARD_BENCH_RULES is not set: a made-up history is scanned');
    return makeLeakyHistory();
  }
  return { repositories: given, rules, remove: () => Promise.resolve() };
}

type Ground = Readonly<{
  gitleaks: string;
  rules: string;
  dir: string;
  say: (text: string) => void;
}>;

type Rounds = Record<'theirs' | 'ours' | 'theirsPinned' | 'oursPinned' | 'floor', Run[]>;

async function measure(repository: string, ground: Ground): Promise<readonly Measurement[]> {
  const { gitleaks, rules, dir, say } = ground;
  const [theirReport, ourReport] = [join(dir, 'theirs.json'), join(dir, 'ours.json')];
  const theirs = [gitleaks, 'git', '--no-banner', '--exit-code', '0', '-c', rules];
  const theirCommand = [...theirs, '-f', 'json', '-r', theirReport, repository];
  const scan = ['scan', repository, '--dialect', 'gitleaks', '--config', rules];
  const ours = [process.execPath, ENTRY, ...scan, '--salt-file', join(dir, 'salt')];
  const ourCommand = [...ours, '--report', 'gitleaks'];
  const all = ['cat-file', '--batch-all-objects', '--batch', '--unordered', '--buffer'];
  const rounds: Rounds = { theirs: [], ours: [], theirsPinned: [], oursPinned: [], floor: [] };
  // 1: there are findings.
  const fine = [0, 1];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.theirs.push(await timedRun(theirCommand));
    rounds.ours.push(await timedRun(ourCommand, { fine }));
    rounds.floor.push(await timedRun(['git', '-C', repository, ...all]));
    rounds.theirsPinned.push(await timedRun(theirCommand, { core: 0 }));
    rounds.oursPinned.push(await timedRun(ourCommand, { core: 0, fine }));
    say(`round ${round + 1} of ${ROUNDS} done`);
  }
  await writeFile(ourReport, reportOf(ourCommand));
  const findings = compare(theirReport, ourReport, say);
  return linesOf(basename(repository, '.git'), rounds, findings);
}

/** What our own program prints; it ends with 1 where there are findings. */
function reportOf([program = '', ...args]: readonly string[]): Buffer {
  try {
    return execFileSync(program, args, {
      maxBuffer: 1024 * MIB,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && Buffer.isBuffer(error.stdout)) {
      return error.stdout;
    }
    throw error;
  }
}

type Compared = Readonly<{ found: number; missing: number; extra: number }>;

/** Both sets by commit, file, line, rule and secret; secrets are compared by their names only. */
function compare(theirs: string, ours: string, say: (text: string) => void): Compared {
  const [expected, actual] = [namesIn(theirs), namesIn(ours)];
  const missing = [...expected].filter((name) => !actual.has(name));
  const extra = [...actual].filter((name) => !expected.has(name));
  for (const name of missing.slice(0, 10)) say(`gitleaks alone: ${name}`);
  for (const name of extra.slice(0, 10)) say(`gitward alone: ${name}`);
  return { found: expected.size, missing: missing.length, extra: extra.length };
}

type Entry = Readonly<Record<'Commit' | 'File' | 'RuleID' | 'Secret', string>> &
  Readonly<{ StartLine: number; GitwardFingerprint?: string }>;

function namesIn(report: string): ReadonlySet<string> {
  // Written by the two programs just now.
  const entries = JSON.parse(readFileSync(report, 'utf8')) as readonly Entry[];
  const salt = SALT.replaceAll(' ', '-');
  return new Set(
    entries.map(({ Commit, File, StartLine, RuleID, Secret, GitwardFingerprint }) => {
      const secret = Buffer.from(Secret, 'utf8').toString('latin1');
      const name = GitwardFingerprint ?? fingerprintOf({ rule: RuleID, secret }, File, salt);
      return `${Commit}:${File}:${StartLine}:${RuleID}:${name}`;
    }),
  );
}

function linesOf(name: string, rounds: Rounds, findings: Compared): readonly Measurement[] {
  const wall = (runs: readonly Run[]): number => median(runs.map((run) => run.wallSeconds));
  const cpu = (runs: readonly Run[]): number => median(runs.map((run) => run.cpuSeconds));
  const faster = (
    cores: string,
    ours: readonly Run[],
    theirs: readonly Run[],
    times: number,
  ): Measurement => ({
    ...{
      bench: 'secrets',
      metric: `${name}, whole history, ${cores}`,
      value: wall(ours),
      unit: 's',
    },
    ...{ reference: 'gitleaks', referenceValue: wall(theirs), ratio: wall(theirs) / wall(ours) },
    bar: { kind: 'atMost', value: Number((wall(theirs) / times).toPrecision(3)) },
    extra: { cpuSeconds: cpu(ours), referenceCpuSeconds: cpu(theirs) },
  });
  const peak = Math.max(...rounds.ours.map((run) => run.peakBytes)) / MIB;
  const theirPeak = Math.max(...rounds.theirs.map((run) => run.peakBytes)) / MIB;
  const differences = findings.missing + findings.extra;
  return [
    faster('all cores', rounds.ours, rounds.theirs, TIMES.twoCores),
    faster('one core', rounds.oursPinned, rounds.theirsPinned, TIMES.oneCore),
    {
      ...{ bench: 'secrets', metric: `${name}, distance to the read floor` },
      ...{ value: wall(rounds.ours) / wall(rounds.floor), unit: '×' },
      ...{ reference: 'git cat-file (s)', referenceValue: wall(rounds.floor) },
      ratio: wall(rounds.floor) / wall(rounds.ours),
      bar: { kind: 'atMost', value: FLOORS },
    },
    {
      ...{
        bench: 'secrets',
        metric: `${name}, findings that differ`,
        value: differences,
        unit: '',
      },
      ...{ reference: 'findings of gitleaks', referenceValue: findings.found, ratio: 1 },
      bar: { kind: 'atMost', value: 0 },
      extra: { missing: findings.missing, extra: findings.extra },
    },
    {
      ...{
        bench: 'secrets',
        metric: `${name}, peak memory, git included`,
        value: peak,
        unit: 'MiB',
      },
      ...{ reference: 'gitleaks', referenceValue: theirPeak, ratio: theirPeak / peak },
      bar: { kind: 'atMost', value: PEAK_MIB },
    },
  ];
}
