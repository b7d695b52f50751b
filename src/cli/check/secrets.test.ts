import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gitward } from '../../../test/support/cli.ts';
import type { CliRun } from '../../../test/support/cli.ts';
import { fakeToken } from '../../../test/support/door.ts';
import { buildRepo } from '../../../test/support/repo-builder.ts';
import type { TestRepo } from '../../../test/support/repo-builder.ts';
import type { Oid } from '../../domain/oid.ts';

const token = fakeToken(11);
const OUTPUTS = ['table', 'json', 'sarif', 'github'] as const;
/** Nobody signs here, and nobody asks. */
const POLICY = 'signatures: None\nbindIdentity: None\n';

let repo: TestRepo;
let policy: string;
let root: Oid;
let bad: Oid;

/** A clean root, a commit with the secret in a file, in its message and in its author's name, a clean one. */
beforeAll(async () => {
  repo = await buildRepo();
  policy = join(repo.dir, '.git', 'policy.yaml');
  await writeFile(policy, POLICY);
  root = await repo.commit({ files: { 'a.txt': 'a\n' } });
  await repo.commit({
    files: { 'deploy/app.env': `A=1\nTOKEN=${token}\n` },
    message: `use ${token}\n`,
  });
  const author = `--author=${token} <${token}@example.com>`;
  await repo.git('commit', '--quiet', '--amend', '--no-edit', '--no-verify', author);
  bad = await repo.head();
  await repo.commit({ files: { 'deploy/app.env': 'A=1\n' } });
});

afterAll(async () => {
  await repo.remove();
});

function check(...args: readonly string[]): Promise<CliRun> {
  return gitward(['check', '--policy', policy, ...args], { cwd: repo.dir });
}

type Told = Readonly<{
  verdict: string;
  findings: readonly Readonly<Record<string, unknown>>[];
}>;

async function found(...args: readonly string[]): Promise<Told & Readonly<{ code: number }>> {
  const { code, out } = await check('--output=json', ...args);
  const { verdict, findings } = JSON.parse(out) as Told;
  return { code, verdict, findings };
}

const places = ({ findings }: Told): readonly unknown[] =>
  findings.map(({ reason, oid, path, line, rule }) => [reason, oid, path, line, rule]);

const RULE = expect.any(String);

describe('secrets in gitward check', () => {
  it('brought and taken away, told with place and code 1', async () => {
    const told = await found();
    expect([told.code, told.verdict]).toEqual([1, 'rejected']);
    expect(places(told)).toEqual([
      ['SecretLeakFound', bad, '(message)', 0, RULE],
      ['SecretLeakFound', bad, 'deploy/app.env', 2, RULE],
    ]);
    expect(told.findings[1]).toMatchObject({
      fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('told only, code 0', async () => {
    const told = await found('--secrets=report');
    expect([told.code, told.verdict, told.findings.length]).toEqual([0, 'accepted', 2]);
    expect(told.findings.every(({ decides }) => decides === false)).toBe(true);
  });

  it('not looked for, nothing', async () => {
    expect(await found('--secrets=off')).toEqual({ code: 0, verdict: 'accepted', findings: [] });
  });

  it('beside a file that is too large to be read, all the same; and that one is told', async () => {
    const large = await buildRepo();
    try {
      const files = {
        'a.env': `TOKEN=${token}\n`,
        'big.bin': 'x'.repeat(33 << 20),
        'c.txt': 'c\n',
      };
      await large.commit({ files });
      await large.commit({ files: { 'd.env': `TOKEN=${fakeToken(12)}\n` } });
      const { out } = await gitward(['check', '--policy', policy, '--output=json'], {
        cwd: large.dir,
      });
      const told = places(JSON.parse(out) as Told).map((place) => (place as unknown[])[2]);
      expect(new Set(told)).toEqual(new Set(['a.env', 'big.bin', 'd.env']));
    } finally {
      await large.remove();
    }
  });

  it('behind the range, nothing', async () => {
    const told = await found('--range', `${bad}..HEAD`);
    expect([told.code, told.findings]).toEqual([0, []]);
  });

  it('ignored by a file that was given, and not by one of the range', async () => {
    const names = (await found()).findings.map(({ fingerprint }) => String(fingerprint));
    const file = join(repo.dir, '.git', 'ignore');
    await writeFile(file, `${names.join('\n')}\n`);
    expect((await found('--ignore-file', file)).findings).toEqual([]);
    const smuggled = await buildRepo();
    await smuggled.git('pull', '--quiet', repo.dir, 'main');
    await smuggled.commit({ files: { '.gitleaksignore': `${names.join('\n')}\n` } });
    const args = ['check', '--policy', policy, '--output=json'];
    const run = await gitward(args, { cwd: smuggled.dir });
    expect([run.code, (JSON.parse(run.out) as Told).findings.length]).toEqual([1, 2]);
    await smuggled.remove();
  });

  it('a file that cannot be read, one line of usage', async () => {
    const run = await check('--config', join(repo.dir, 'nowhere.toml'));
    expect([run.code, run.err.split('\n').length]).toEqual([2, 2]);
  });

  it.each(OUTPUTS)('%s, no byte of the secret', async (output) => {
    for (const args of [['--verbose'], ['--range', `${root}..HEAD`]]) {
      const run = await check('--output', output, ...args);
      expect(run.code).toBe(1);
      expect(`${run.out}${run.err}`).not.toContain(token.slice(4, 20));
    }
  });
});

describe('gitward check --staged', () => {
  beforeEach(async () => {
    await repo.git('reset', '--quiet', '--hard');
  });

  async function stage(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) await writeFile(join(repo.dir, path), text);
    await repo.git('add', '--all');
  }

  function staged(...args: readonly string[]): Promise<CliRun> {
    return gitward(['check', '--staged', ...args], { cwd: repo.dir });
  }

  it('nothing staged and clean files, code 0', async () => {
    expect((await staged()).code).toBe(0);
    await stage({ 'b.txt': 'b\n' });
    expect((await staged()).code).toBe(0);
  });

  it('what is staged, whatever the work tree says', async () => {
    await stage({ 'b.env': `K=${token}\n` });
    await writeFile(join(repo.dir, 'b.env'), 'K=\n');
    const run = await staged('--output=json');
    const told = JSON.parse(run.out) as Told;
    expect([run.code, places(told)]).toEqual([
      ...[1, [['SecretLeakFound', undefined, 'b.env', 1, RULE]]],
    ]);
  });

  it('in the work tree and not staged, nothing', async () => {
    await writeFile(join(repo.dir, 'a.txt'), `K=${token}\n`);
    expect((await staged()).code).toBe(0);
  });

  it('in the name of a file, told without the name', async () => {
    await stage({ [`${token}.txt`]: `K=${token}\n` });
    for (const output of OUTPUTS) {
      const run = await staged('--output', output);
      expect([run.code, run.out.includes(token)]).toEqual([1, false]);
    }
  });

  it('index, objects and refs, as they were', async () => {
    await stage({ 'b.env': `K=${token}\n` });
    const before = await readFile(join(repo.dir, '.git', 'index'));
    const objects = await repo.git('count-objects');
    await staged();
    expect(await readFile(join(repo.dir, '.git', 'index'))).toEqual(before);
    expect(await repo.git('count-objects')).toBe(objects);
  });

  it('a first commit, looked at', async () => {
    const fresh = await buildRepo();
    await writeFile(join(fresh.dir, 'x'), `K=${token}\n`);
    await fresh.git('add', '--all');
    expect((await gitward(['check', '--staged'], { cwd: fresh.dir })).code).toBe(1);
    await fresh.remove();
  });

  it('no repository, undecided', async () => {
    expect((await gitward(['check', '--staged'], { cwd: '/' })).code).toBe(3);
  });

  it('a range as well, one line of usage', async () => {
    expect((await staged('--range', 'HEAD')).code).toBe(2);
  });
});
