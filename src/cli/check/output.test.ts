import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { STOP_REASONS } from '../../api/reasons.ts';
import type { ParsedCommit } from '../../commit/parse.ts';
import { parseOid } from '../../domain/oid.ts';
import type { Oid } from '../../domain/oid.ts';
import { stop } from '../../domain/stop.ts';
import type { SignatureEvidence } from '../../signature/index.ts';
import type { Finding } from '../../secrets/index.ts';
import { writeGithub } from './github.ts';
import { writeJson } from './json.ts';
import { problemsOf } from './problem.ts';
import { countBy, verdictOf } from './report.ts';
import type { Report } from './report.ts';
import { writeSarif } from './sarif.ts';
import { writeTable } from './table.ts';

const GOLDEN = join(dirname(fileURLToPath(import.meta.url)), '../../../test/golden/cli');
const NONE = new Uint8Array();

function oidOf(digit: string): Oid {
  const oid = parseOid(digit.repeat(40).slice(0, 40));
  if (oid === undefined) throw new Error('no oid');
  return oid;
}

function commitOf(
  digit: string,
  parents: readonly string[],
  more: Partial<ParsedCommit> = {},
): ParsedCommit {
  const who = { name: 'Alice Example', email: 'alice@example.com', when: Date.UTC(2026, 0, 31) };
  return {
    ...{
      oid: oidOf(digit),
      tree: oidOf('7'),
      parents: parents.map(oidOf),
      author: who,
      committer: who,
    },
    ...{ payload: NONE, message: NONE, subject: `change ${digit}` },
    ...more,
  };
}

const SIGNED = { signature: { format: 'openpgp', armor: NONE } } as const;
const FINGERPRINT = 'A'.repeat(40);

const good: SignatureEvidence = {
  ...{ kind: 'good', format: 'openpgp', emails: ['alice@example.com'], roles: [], keyId: 'AAAA' },
  signer: { class: 'person', name: 'alice', signerSet: 'payments', fingerprint: FINGERPRINT },
};

/** A commit of everything: good, unsigned, a stranger's, a merge with a hostile name. */
function reportOf(changed: Partial<Report> = {}): Report {
  const esc = String.fromCodePoint(0x1b, 0x5b) + '31mMallory';
  const commits = [
    commitOf('1', ['2', '3'], {
      ...SIGNED,
      committer: { name: `${esc}\u202e`, email: 'm@example.com', when: 0 },
    }),
    commitOf('2', ['4'], SIGNED),
    commitOf('3', ['4']),
    commitOf('4', [], SIGNED),
  ];
  const findings = [
    stop('HistoryIncomplete', 'commit 5 is named as a parent but is not there', {
      oid: oidOf('5'),
    }),
    stop('HistoryNotLinear', 'commit 111111111111 has 2 parents; rebase', { oid: oidOf('1') }),
    stop('SignerUntrusted', 'commit 111111111111 (change 1): no SignerSet lists BBBB', {
      oid: oidOf('1'),
    }),
    stop('SignatureMissing', 'commit 333333333333 (change 3): it is not signed', {
      oid: oidOf('3'),
    }),
  ];
  return {
    ...{ verdict: 'rejected', repository: '/srv/app/.git', trustDigest: 'c'.repeat(64) },
    range: { from: 'root', to: oidOf('1'), label: 'main' },
    policyDigest: 'd'.repeat(64),
    terms: {
      ...{ signatures: 'EveryCommit', bindIdentity: 'None', isPolicyGiven: false, usableKeys: 2 },
      ...{ isAtCommitDate: false, engine: 'native' },
    },
    commits,
    signatures: new Map<Oid, SignatureEvidence>([
      [
        oidOf('1'),
        { kind: 'bad', reason: 'SignerUntrusted', detail: 'no SignerSet lists BBBB', key: 'BBBB' },
      ],
      [oidOf('2'), good],
      [oidOf('3'), { kind: 'bad', reason: 'SignatureMissing', detail: 'it is not signed' }],
      [oidOf('4'), good],
    ]),
    findings,
    ...changed,
  };
}

const CLEAN: Partial<Report> = {
  ...{ verdict: 'accepted', findings: [], commits: reportOf().commits.slice(1, 2) },
  range: { from: oidOf('4'), to: oidOf('2'), label: 'v1' },
  terms: {
    ...{ signatures: 'Head', bindIdentity: 'Committer', isPolicyGiven: true, usableKeys: 2 },
    ...{ isAtCommitDate: true, engine: 'native' },
  },
};

const FINDING: Finding = {
  ...{ rule: 'forge-token', severity: 'high', path: 'deploy/a b.yaml', line: 12, endLine: 14 },
  ...{ within: 'data.token, base64', fingerprint: 'e'.repeat(32), hint: '40 characters' },
};

const WORDS = { description: 'Token of a forge', fix: 'Revoke it, and make one that expires.' };

/** A leak in a file, one in a message, and a file that was not scanned. */
function leaky(isBlocking: boolean): Partial<Report> {
  const message = { ...FINDING, path: '(message)', line: 0, endLine: 0 };
  const told = {
    leaks: [
      { finding: FINDING, commit: oidOf('3'), ...WORDS },
      { finding: message, commit: oidOf('4'), ...WORDS },
    ],
    gaps: [
      { gap: { why: 'tooLarge', line: 0 } as const, path: 'big\u202e.bin', commit: oidOf('3') },
    ],
  };
  const findings = [...reportOf().findings, ...problemsOf(told, isBlocking)];
  return { findings, ignored: 2 };
}

/** The same before it is committed. */
function staged(): Report {
  const leaks = [{ finding: FINDING, ...WORDS }];
  return {
    ...{ verdict: 'rejected', repository: '/srv/app', isStaged: true, commits: [] },
    ...{ signatures: new Map(), findings: problemsOf({ leaks, gaps: [] }, true), ignored: 0 },
  };
}

const UNDECIDED: Partial<Report> = {
  verdict: 'undecided',
  commits: [],
  findings: [stop('GitUnreachable', 'no connection to the Git server')],
};

const plain = { hasColor: false, isVerbose: false };

const text = (pieces: Iterable<string>): string => [...pieces].join('');

function unopened(): Report {
  const { range: _, ...report } = reportOf(UNDECIDED);
  return report;
}

/** What is recorded; `UPDATE_GOLDEN=1` records the value first. */
function recorded(name: string, value: string): string {
  const path = join(GOLDEN, name);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, value);
  }
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

describe('reports', () => {
  it.each<readonly [string, () => string]>([
    ['rejected.txt', () => text(writeTable(reportOf(), plain))],
    ['rejected-verbose.txt', () => text(writeTable(reportOf(), { ...plain, isVerbose: true }))],
    ['accepted.txt', () => text(writeTable(reportOf(CLEAN), plain))],
    ['undecided.txt', () => text(writeTable(unopened(), plain))],
    ['rejected.json', () => text(writeJson(reportOf()))],
    ['accepted.json', () => text(writeJson(reportOf(CLEAN)))],
    ['undecided.json', () => text(writeJson(unopened()))],
    ['rejected.sarif', () => text(writeSarif(reportOf(), '0.1.0'))],
    ['undecided.sarif', () => text(writeSarif(unopened(), '0.1.0'))],
    ['leaks.txt', () => text(writeTable(reportOf(leaky(true)), plain))],
    ['leaks.json', () => text(writeJson(reportOf(leaky(true))))],
    ['leaks.sarif', () => text(writeSarif(reportOf(leaky(false)), '0.1.0'))],
    ['leaks.github', () => text(writeGithub(reportOf(leaky(true))))],
    ['staged.txt', () => text(writeTable(staged(), plain))],
    ['staged.json', () => text(writeJson(staged()))],
    ['staged.sarif', () => text(writeSarif(staged(), '0.1.0'))],
    ['staged.github', () => text(writeGithub(staged()))],
  ])('%s, as recorded', (name, write) => {
    const value = write();
    expect(value).toBe(recorded(name, value));
  });

  it('a name that steers terminals, harmless in every form', () => {
    const forms = [
      writeTable(reportOf(), plain),
      writeJson(reportOf()),
      writeSarif(reportOf(), '1'),
    ];
    const told = forms.map(text).join('');
    expect(told).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('colours, nothing but colours', () => {
    const colored = text(writeTable(reportOf(), { hasColor: true, isVerbose: true }));
    const bare = colored.replace(new RegExp(`${String.fromCodePoint(0x1b)}\\[\\d+m`, 'g'), '');
    expect(bare).toBe(text(writeTable(reportOf(), { ...plain, isVerbose: true })));
    expect(colored).not.toBe(bare);
  });

  it('100,000 commits, valid JSON in pieces', () => {
    const [first] = reportOf().commits;
    if (first === undefined) throw new Error('no commit');
    const commits = Array.from({ length: 100_000 }, () => first);
    const pieces = [...writeJson(reportOf({ commits }))];
    expect(pieces.length).toBeGreaterThan(200);
    const parsed = JSON.parse(pieces.join('')) as { commits: unknown[] };
    expect(parsed.commits).toHaveLength(100_000);
  });

  it('SARIF, by the rules of its schema', () => {
    const log = JSON.parse(text(writeSarif(reportOf(), '0.1.0'))) as Sarif;
    expect(log.version).toBe('2.1.0');
    const [run] = log.runs;
    const { rules } = run?.tool.driver ?? { rules: [] };
    expect(rules.map(({ id }) => id)).toEqual(rules.map(({ id }) => id).toSorted());
    for (const { id, shortDescription } of rules) {
      expect(shortDescription.text).toBe(STOP_REASONS[id as keyof typeof STOP_REASONS].doc);
    }
    for (const { ruleId, ruleIndex, level, message, locations } of run?.results ?? []) {
      expect(rules[ruleIndex]?.id).toBe(ruleId);
      expect(['none', 'note', 'warning', 'error']).toContain(level);
      expect(message.text).not.toBe('');
      expect(locations?.[0]?.logicalLocations[0]?.name).toMatch(/^[0-9a-f]{40}$/);
    }
  });

  it.each([
    ['nothing, accepted', [], 'accepted'],
    ['a finding, rejected', ['SignatureMissing'], 'rejected'],
    [
      'what could not be judged beside a finding, undecided',
      ['SignatureMissing', 'CheckIncomplete'],
      'undecided',
    ],
    ['a history over the limit, rejected', ['RepositoryTooLarge'], 'rejected'],
  ] as const)('%s', (_, reasons, verdict) => {
    expect(verdictOf(reasons.map((reason) => stop(reason, 'x')))).toBe(verdict);
  });

  it('counts, the most frequent first and equal ones by name', () => {
    const counted = countBy(['b', 'a', 'c', 'c', 'x'], (one) => (one === 'x' ? undefined : one));
    expect(counted).toEqual([
      ['c', 2],
      ['a', 1],
      ['b', 1],
    ]);
  });
});

/** As much of SARIF as is checked here. */
type Sarif = Readonly<{
  version: string;
  runs: readonly Readonly<{
    tool: Readonly<{
      driver: Readonly<{
        rules: readonly Readonly<{ id: string; shortDescription: { text: string } }>[];
      }>;
    }>;
    results: readonly Readonly<{
      ruleId: string;
      ruleIndex: number;
      level: string;
      message: { text: string };
      locations?: readonly Readonly<{ logicalLocations: readonly { name: string }[] }>[];
    }>[];
  }>[];
}>;
