import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitward } from '../../../test/support/cli.ts';
import { buildRepo } from '../../../test/support/repo-builder.ts';
import type { TestRepo } from '../../../test/support/repo-builder.ts';
import type { Oid } from '../../domain/oid.ts';

/** What the rule of these tests looks for; nobody else's scanner knows it. */
const canary = (name: string): string => ['canary', name.repeat(4)].join('-');
const PLAIN = canary('abc');
const MERGED = canary('bcd');
const SAID = canary('cde');
const NAMED = canary('def');
const TAGGED = canary('efg');
const ALLOWED = canary('fgh');
const KEPT = canary('ghi');
const CANARIES = [PLAIN, MERGED, SAID, NAMED, TAGGED, ALLOWED, KEPT];

const RULES = `
[[rules]]
id = "canary"
description = "A canary"
regex = '''canary-[a-z]{12}'''
keywords = ["canary"]
[allowlist]
paths = ['''^vendor/''']
`;

let repo: TestRepo;
let dir: string;
let rules: string;
const oids: Record<'added' | 'removed' | 'merge' | 'tip', Oid | ''> = {
  ...{ added: '', removed: '', merge: '', tip: '' },
};

beforeAll(async () => {
  [repo, dir] = await Promise.all([buildRepo(), mkdtemp(join(tmpdir(), 'gw-scan-'))]);
  rules = join(dir, 'rules.toml');
  await writeFile(rules, RULES);
  oids.added = await repo.commit({
    files: { 'a.txt': `one\n${PLAIN}\n`, 'vendor/v.txt': ALLOWED },
  });
  await repo.branch('side');
  await repo.commit({ files: { 'side.txt': 'side\n' } });
  await repo.branch('main');
  oids.removed = await repo.commit({ files: { 'a.txt': 'one\n' }, message: `off with ${SAID}\n` });
  await repo.merge(await repo.head('side'));
  // What nobody's parent has: a patch against the first one, or none, does not show it.
  await mkdir(join(repo.dir, 'odd'), { recursive: true });
  await writeFile(join(repo.dir, 'odd/merged.txt'), `${MERGED}\n`);
  await repo.git('add', '--all');
  await repo.git('commit', '--quiet', '--amend', '--no-edit');
  oids.merge = await repo.head();
  await repo.commit({ files: { [`${NAMED}.txt`]: 'empty\n', 'kept.txt': KEPT } });
  oids.tip = await repo.commit({ files: { 'kept.txt': `more\n${KEPT}` } });
  await repo.git('tag', '-a', 'v1', '-m', `release ${TAGGED}`);
});

afterAll(async () => {
  await Promise.all([repo.remove(), rm(dir, { recursive: true, force: true })]);
});

type Report = Readonly<{
  verdict: string;
  ignored: number;
  uncovered: readonly string[];
  gaps: readonly unknown[];
  findings: readonly Readonly<{
    rule: string;
    path: string;
    line: number;
    commit: string;
    fingerprint: string;
    isInTip?: boolean;
  }>[];
}>;

async function scanned(...flags: readonly string[]): Promise<Readonly<{ code: number } & Report>> {
  const place = flags.includes('--') ? [] : [repo.dir];
  const ran = await gitward([
    'scan',
    ...place,
    '--report',
    'json',
    ...flags.filter((x) => x !== '--'),
  ]);
  // Our own JSON.
  return { code: ran.code, ...(JSON.parse(ran.out) as Report) };
}

const mine = (): readonly string[] => ['--config', rules];

describe('gitward scan', () => {
  it('a history with leaks, each told once with the commit that brought it', async () => {
    const { code, verdict, findings, gaps, uncovered } = await scanned(...mine());
    expect([code, verdict, gaps, uncovered]).toEqual([1, 'leaks', [], []]);
    const told = findings
      .filter(({ rule }) => rule === 'canary')
      .map(({ path, line, commit, isInTip }) => [path, line, commit, isInTip]);
    expect(told).toEqual([
      ['(file name)', 0, expect.any(String), undefined],
      ['(message)', 0, oids.removed, undefined],
      ['(message)', 0, await repo.head('v1'), undefined],
      ['a.txt', 2, oids.added, false],
      ['kept.txt', 1, expect.any(String), true],
      ['odd/merged.txt', 1, oids.merge, true],
    ]);
  });

  it.each(['table', 'json', 'sarif', 'gitleaks'])('report %s, no secret in it', async (form) => {
    const { code, out, err } = await gitward(['scan', repo.dir, ...mine(), '--report', form]);
    expect([code, CANARIES.filter((secret) => (out + err).includes(secret))]).toEqual([1, []]);
  });

  it('the dialect of gitleaks, what it would find: no merge, message, tag or name', async () => {
    const { code, findings } = await scanned(...mine(), '--dialect', 'gitleaks');
    const told = findings.map(({ path, line, commit }) => [path, line, commit]);
    expect([code, told]).toEqual([
      1,
      [
        ['a.txt', 2, oids.added],
        ['kept.txt', 1, expect.any(String)],
      ],
    ]);
  });

  it('a range, only what it brings', async () => {
    const range = `${oids.added}..${oids.merge}`;
    const { findings } = await scanned(...mine(), '--range', range);
    const told = findings.filter(({ rule }) => rule === 'canary').map(({ path }) => path);
    expect(told).toEqual(['(message)', 'odd/merged.txt']);
  });

  it('its own report as a baseline, clean', async () => {
    const { out } = await gitward(['scan', repo.dir, ...mine(), '--report', 'gitleaks']);
    const baseline = join(dir, 'baseline.json');
    await writeFile(baseline, out);
    const { code, verdict, ignored } = await scanned(...mine(), '--baseline', baseline);
    expect([code, verdict, ignored > 5]).toEqual([0, 'clean', true]);
  });

  it('fingerprints in an ignore file, silent', async () => {
    const first = await scanned(...mine());
    const file = join(dir, 'ignore');
    const lines = first.findings.map(({ fingerprint }) => `${fingerprint} # rotated`);
    await writeFile(file, lines.join('\n'));
    const { code } = await scanned(...mine(), '--ignore-file', file);
    expect(code).toBe(0);
  });

  it('another salt, other fingerprints', async () => {
    const salt = join(dir, 'salt');
    await writeFile(salt, 'x'.repeat(16));
    const [one, two] = [await scanned(...mine()), await scanned(...mine(), '--salt-file', salt)];
    const known = new Set(one.findings.map(({ fingerprint }) => fingerprint));
    expect(two.findings.filter(({ fingerprint }) => known.has(fingerprint))).toEqual([]);
  });

  it('a shallow clone, never clean', async () => {
    const clone = join(dir, 'shallow');
    await repo.git('clone', '--quiet', '--depth', '1', '--no-tags', `file://${repo.dir}`, clone);
    const empty = join(dir, 'empty.toml');
    await writeFile(empty, '[[rules]]\nid = "none"\nregex = "never-there"');
    const flags = ['--config', empty, '--dialect', 'gitleaks'];
    const { code, verdict, uncovered } = await scanned('--', clone, ...flags);
    expect([code, verdict, uncovered.length]).toEqual([3, 'incomplete', 1]);
  });

  it('what .sops.yaml wants encrypted and is not, a leak; one that cannot be read, a gap', async () => {
    const guarded = await buildRepo();
    try {
      const demand = 'creation_rules:\n  - path_regex: secrets/.*\\.yaml$\n';
      const files = { 'apps/.sops.yaml': demand, 'apps/secrets/db.yaml': 'name: plain words\n' };
      await guarded.commit({ files: { ...files, '.sops.yaml': 'creation_rules: [\n' } });
      const { findings, gaps } = await scanned('--', guarded.dir);
      expect(findings.map(({ path, line }) => [path, line])).toEqual([
        ['apps/secrets/db.yaml', expect.any(Number)],
      ]);
      expect(gaps).toMatchObject([{ path: '.sops.yaml' }]);
    } finally {
      await guarded.remove();
    }
  });

  it('an object that is gone, never clean', async () => {
    const broken = join(dir, 'broken');
    await repo.git('clone', '--quiet', '--no-hardlinks', `file://${repo.dir}`, broken);
    const blob = await repo.git('rev-parse', `${oids.added}:a.txt`);
    const objects = join(broken, '.git/objects');
    const pack = await readFile(await packIn(objects));
    await rm(join(objects, 'pack'), { recursive: true });
    await repo.run(['-C', broken, 'unpack-objects', '-q'], { input: pack });
    await rm(join(objects, blob.slice(0, 2), blob.slice(2)), { force: true });
    const { code, gaps } = await scanned('--', broken, ...mine(), '--range', `${oids.added}..HEAD`);
    expect([code, gaps]).toEqual([1, []]);
    const whole = await scanned('--', broken, ...mine());
    expect(whole.gaps.length).toBe(1);
  });

  it.each<[string, readonly string[]]>([
    ['an unknown dialect', ['--dialect', 'other']],
    ['an unknown report', ['--report', 'xml']],
    ['one end of a range', ['--range', 'HEAD']],
    ['three dots', ['--range', 'HEAD...HEAD']],
    ['an end that is no commit', ['--range', 'HEAD..none']],
    ['no time', ['--max-seconds', '0']],
    ['no rules for the dialect of gitleaks', ['--dialect', 'gitleaks']],
    ['defaults for our own dialect', ['--defaults', 'x']],
    ['rules that are not there', ['--config', 'none.toml']],
    ['a baseline that is not there', ['--baseline', 'none.json']],
    ['two paths', ['other']],
  ])('%s, refused with one line', async (_, flags) => {
    const { code, out, err } = await gitward(['scan', repo.dir, ...flags]);
    expect([code, out, err.split('\n').length]).toEqual([2, '', 2]);
  });
});

async function packIn(objects: string): Promise<string> {
  const names = await readdir(join(objects, 'pack'));
  return join(objects, 'pack', names.find((name) => name.endsWith('.pack')) ?? '');
}
