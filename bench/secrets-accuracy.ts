import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import process from 'node:process';
import { fileScanner } from '../src/secrets/index.ts';
import { runTool } from '../test/support/gpg.ts';
import {
  filesBelow,
  f1Of,
  precisionOf,
  recallOf,
  scoreFiles,
  scoreLines,
} from './accuracy-sets.ts';
import type { Found, Score, Span } from './accuracy-sets.ts';
import type { Bench, Measurement } from './measurement.ts';

/** The bars. */
const MIXED_F1 = 0.8;
const TIMES_RECALL = 2;

/**
 * How exact gitward's own rules are beside gitleaks with its own, on labelled sets that are not ours and
 * not here: folders with files below `valid` and `invalid` (GITWARD_BENCH_LABELLED, several with `:`),
 * and repositories that CredData labels (GITWARD_BENCH_CREDDATA: its checkout;
 * GITWARD_BENCH_CREDDATA_FILES: a folder with one folder for each repository, named as in `meta`).
 * gitleaks is GITWARD_BENCH_GITLEAKS or on PATH; GITWARD_BENCH_GITLEAKS_RULES names its rules.
 */
export const secretsAccuracyBench: Bench = async (say) => {
  const lines: Measurement[] = [];
  const labelled = (process.env['GITWARD_BENCH_LABELLED'] ?? '').split(':').filter(Boolean);
  if (labelled.length === 0) say('skipped mixed sets: GITWARD_BENCH_LABELLED names no folder');
  for (const [at, folder] of labelled.entries()) {
    const score = await bothOn(folder, say, (found) => scoreFiles(folder, found));
    lines.push(mixedLine(at + 1, score));
  }
  const checkout = process.env['GITWARD_BENCH_CREDDATA'] ?? '';
  const files = process.env['GITWARD_BENCH_CREDDATA_FILES'] ?? '';
  if (!existsSync(join(checkout, 'meta')) || !existsSync(files)) {
    say('skipped CredData: GITWARD_BENCH_CREDDATA or GITWARD_BENCH_CREDDATA_FILES is missing');
    return { lines, serverVersion: '' };
  }
  const meta = join(checkout, 'meta');
  lines.push(...lineLines(await bothOn(files, say, (found) => scoreLines(meta, files, found))));
  return { lines, serverVersion: '' };
};

type Both = Readonly<{ mine: Score; theirs: Score }>;

async function bothOn(
  folder: string,
  say: (text: string) => void,
  judge: (found: Found) => Score,
): Promise<Both> {
  const both = {
    mine: judge(await foundByGitward(folder)),
    theirs: judge(await foundByGitleaks(folder)),
  };
  for (const [tool, score] of Object.entries(both)) {
    const figures = [precisionOf(score), recallOf(score), f1Of(score)].map((n) => n.toFixed(3));
    const { right, wrong, missed, beyond } = score;
    say(`${tool}: precision, recall, F1 ${figures.join(', ')}`);
    say(`${tool}: ${right} right, ${wrong} wrong, ${missed} missed, ${beyond} beyond the labels`);
  }
  return both;
}

function mixedLine(number: number, { mine, theirs }: Both): Measurement {
  return {
    ...{ bench: 'secrets-accuracy', metric: `F1 on mixed set ${number}`, value: f1Of(mine) },
    ...{ unit: '', reference: 'gitleaks', referenceValue: f1Of(theirs) },
    ...{ ratio: f1Of(mine) / f1Of(theirs), bar: { kind: 'atLeast', value: MIXED_F1 } },
    extra: figuresOf(mine),
  };
}

function lineLines({ mine, theirs }: Both): readonly Measurement[] {
  const common = {
    bench: 'secrets-accuracy',
    unit: '',
    reference: 'gitleaks',
    extra: figuresOf(mine),
  };
  const line = (metric: string, of: (score: Score) => number, times: number): Measurement => ({
    ...common,
    ...{
      metric: `${metric} on labelled repositories`,
      value: of(mine),
      referenceValue: of(theirs),
    },
    ...{ ratio: of(mine) / of(theirs), bar: { kind: 'atLeast', value: times * of(theirs) } },
  });
  return [line('recall', recallOf, TIMES_RECALL), line('precision', precisionOf, 1)];
}

function figuresOf(score: Score): Readonly<Record<string, number>> {
  return { precision: precisionOf(score), recall: recallOf(score), f1: f1Of(score), ...score };
}

async function foundByGitward(folder: string): Promise<Found> {
  const plan = { dialect: 'gitward', inlineAllow: false, salt: 'bench', sops: [] } as const;
  const scanner = fileScanner(plan, () => performance.now());
  const found = new Map<string, readonly Span[]>();
  for (const path of filesBelow(folder)) {
    const bytes = await readFile(join(folder, path));
    const { findings } = scanner.scan({ path, bytes });
    found.set(
      path,
      findings.map(({ line, endLine }) => ({ first: line, last: endLine })),
    );
  }
  return found;
}

async function foundByGitleaks(folder: string): Promise<Found> {
  const into = await mkdtemp(join(tmpdir(), 'gw-bench-accuracy-'));
  try {
    const report = join(into, 'report.json');
    const program = process.env['GITWARD_BENCH_GITLEAKS'] ?? 'gitleaks';
    const rules = process.env['GITWARD_BENCH_GITLEAKS_RULES'] ?? '';
    const asked = [
      'dir',
      '--no-banner',
      '--exit-code',
      '0',
      '-l',
      'error',
      '-f',
      'json',
      '-r',
      report,
    ];
    const given = rules === '' ? [] : ['-c', rules];
    const run = await runTool([program, ...asked, ...given, folder]);
    if (run.status !== 0) throw new Error(`${program}: ${run.stderr}`);
    return spansOf(folder, JSON.parse(await readFile(report, 'utf8')));
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}

/** One finding of gitleaks' report, the fields that are read. */
type Reported = Readonly<{ File: string; StartLine: number; EndLine: number }>;

function spansOf(folder: string, report: readonly Reported[] | null): Found {
  const found = new Map<string, Span[]>();
  for (const { File, StartLine, EndLine } of report ?? []) {
    const path = relative(folder, File).split(sep).join('/');
    found.set(path, [...(found.get(path) ?? []), { first: StartLine, last: EndLine }]);
  }
  return found;
}
