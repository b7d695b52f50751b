import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runTool } from '../../../test/support/gpg.ts';
import { HERMETIC_GIT_ENV } from '../../../test/support/repo-builder.ts';
import { systemClock } from '../../wire/clock.ts';
import { findGit } from '../../adapters/git/native/program.ts';
import { fragmentScanner } from '../../secrets/gitleaks/fragments.ts';
import type { FragmentScanner } from '../../secrets/gitleaks/fragments.ts';
import { NO_IGNORES, parseGitleaksConfig } from '../../secrets/index.ts';
import { locateRepo } from '../repo/locate.ts';
import { CompatScan } from './compat-scan.ts';
import { startListing } from './listing-run.ts';
import { Deadline } from './deadline.ts';
import { Findings } from './findings.ts';
import { fillScanFrame } from './frame.ts';
import { PatchReader } from './patch.ts';

// The oracle: every patch of the history, as `git log -p -U0` prints it, each hunk scanned by itself.

/** One over two lines, one that wants the end of the text, one with entropy and an allowlist. */
const RULES = `
[[rules]]
id = "plain"
regex = '''key-([a-z]{4})'''
keywords = ["key-"]
entropy = 1.2
[[rules.allowlists]]
stopwords = ["aabb"]
[[rules]]
id = "generic-two-lines"
regex = '''begin\\s+([a-z]+)\\s+end'''
keywords = ["begin"]
[[rules]]
id = "at-the-end"
regex = '''last\\s*$'''
keywords = ["last"]
[[rules]]
id = "at-the-start"
regex = '''^first'''
keywords = ["first"]
[allowlist]
paths = ['''^allowed/''']
`;

const LINES = [
  'key-abcd',
  'key-aaaa',
  'key-aabb # note',
  'begin',
  'end',
  'last',
  'first',
  'x',
  'y',
  '',
];
const PATHS = ['a', 'b c', 'd/"e"', 'ümlaut', 'allowed/f'];

type Step = Readonly<{ path: string; lines: readonly string[] | null; hasEnd: boolean }>;

const step: fc.Arbitrary<Step> = fc.record({
  path: fc.constantFrom(...PATHS),
  lines: fc.option(fc.array(fc.constantFrom(...LINES), { maxLength: 8 }), { freq: 6 }),
  hasEnd: fc.boolean(),
});

/** Commits of a few steps each. */
const history = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 12,
});

describe('CompatScan', () => {
  it('any history, what each hunk of every patch holds', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'gw-compat-'));
    let round = 0;
    try {
      await fc.assert(
        fc.asyncProperty(history, async (commits) => {
          const repo = join(dir, String(round++));
          await importHistory(repo, commits);
          expect(await scanned(repo)).toEqual(await expected(repo));
        }),
        { numRuns: 15 },
      );
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});

function scanner(): FragmentScanner {
  const parsed = parseGitleaksConfig(Buffer.from(RULES));
  if (!parsed.ok) throw new Error(parsed.stop);
  const monotonic = (): number => 0;
  return fragmentScanner(parsed.value.rules, { inlineAllow: true, salt: 'salt', monotonic });
}

async function scanned(repo: string): Promise<readonly string[]> {
  const [located, looked] = [await locateRepo(repo, repo), findGit(process.env['PATH'])];
  if (!located.ok || !('found' in looked)) throw new Error('nothing to scan');
  const frame = await mkdtemp(join(tmpdir(), 'gw-frame-'));
  try {
    await fillScanFrame(frame, located.value);
    const findings = new Findings(NO_IGNORES, true);
    const deadline = new Deadline(systemClock, undefined);
    const ground = { git: looked.found, frame, honoursReplacements: true };
    const list = startListing({ dialect: 'gitleaks' }, ground, { revisions: ['--all'], deadline });
    const scan = new CompatScan({ scanner: scanner(), findings, git: ground, list, deadline });
    expect([await scan.run(), findings.gaps]).toEqual([true, []]);
    return findings.leaks.map(nameOf).toSorted();
  } finally {
    await rm(frame, { recursive: true, force: true });
  }
}

async function expected(repo: string): Promise<readonly string[]> {
  const args = ['log', '-p', '-U0', '--full-history', '--all', '--full-index', '--format=%H'];
  const ran = await git(repo, args);
  const names = new Set<string>();
  const every = scanner();
  const reader = new PatchReader({
    wants: ({ path }) => !every.isAllowed(path),
    take: ({ path, commit }, { bytes, firstLine }) => {
      const { findings } = every.scan(bytes, { path, commit }, firstLine);
      for (const finding of findings) names.add(nameOf({ finding, commit }));
    },
  });
  reader.push(ran);
  reader.end();
  return [...names].toSorted();
}

function nameOf({ finding, commit }: Findings['leaks'][number]): string {
  const { path, line, rule, fingerprint } = finding;
  return [commit, path, line, rule, fingerprint].join(' ');
}

async function importHistory(repo: string, commits: readonly (readonly Step[])[]): Promise<void> {
  await runTool(['git', 'init', '--quiet', '--bare', repo], { env: { ...HERMETIC_GIT_ENV } });
  const stream = commits.flatMap((steps, at) => [
    `commit refs/heads/main\ncommitter T <t@example.com> ${1_700_000_000 + at} +0000\ndata 2\nm\n`,
    ...steps.map(({ path, lines, hasEnd }) => {
      const quoted = `"${path.replaceAll('"', '\\"')}"`;
      if (lines === null) return `D ${quoted}\n`;
      const text = lines.join('\n') + (hasEnd ? '\n' : '');
      return `M 100644 inline ${quoted}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
    }),
  ]);
  await git(repo, ['fast-import', '--quiet'], stream.join(''));
}

async function git(repo: string, args: readonly string[], input = ''): Promise<Buffer> {
  const ran = await runTool(['git', '-C', repo, ...args], { env: { ...HERMETIC_GIT_ENV }, input });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return ran.stdout;
}
