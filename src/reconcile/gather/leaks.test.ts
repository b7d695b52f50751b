import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Oid } from '../../domain/oid.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { stop } from '../../domain/stop.ts';
import type { LeakEvidence, LocatedLeak } from '../../policy/evidence.ts';
import { NO_IGNORES } from '../../secrets/index.ts';
import { inlineWork } from '../../worker/inline.ts';
import type { Job, OutputOf, WorkPort } from '../../worker/port.ts';
import { commitsOf, readerOver, tokenFor } from '../../../test/support/leaks.ts';
import { buildRepo } from '../../../test/support/repo-builder.ts';
import type { CommitOptions, TestRepo } from '../../../test/support/repo-builder.ts';
import { gatherLeaks } from './leaks.ts';
import type { LeakGround } from './leaks.ts';
import { ProcessMemory } from './scan-memory.ts';
import type { GatheredPlan } from './scan-plan.ts';

const HOW: GatheredPlan = {
  plan: { dialect: 'gitward', inlineAllow: false, salt: 'a salt of the tests', sops: [] },
  ignores: NO_IGNORES,
  warnings: [],
  broken: [],
};

const [ONE, TWO] = [tokenFor('one'), tokenFor('two')];
const file = (token: string, more = ''): string => `url: example.com\ntoken: ${token}\n${more}`;

let repo: TestRepo;
beforeAll(async () => {
  repo = await buildRepo();
});
afterAll(() => repo.remove());

/** A new line of history; the answer is its first commit's name. */
async function begin(files: NonNullable<CommitOptions['files']> = { README: 'x\n' }): Promise<Oid> {
  await repo.git('checkout', '--quiet', '--orphan', `t${Math.random()}`);
  await repo.git('rm', '--quiet', '-rf', '--ignore-unmatch', '.');
  return repo.commit({ files });
}

async function found(
  revisions: readonly string[],
  more: Partial<LeakGround> = {},
  how: GatheredPlan = HOW,
): Promise<LeakEvidence> {
  const objects = await readerOver(repo);
  const commits = await commitsOf(repo, ...revisions);
  const gathered = await gatherLeaks(commits, how, { objects, work: inlineWork(), ...more });
  if (!gathered.ok) throw new Error(gathered.stop.message);
  return gathered.value;
}

const told = (leaks: readonly LocatedLeak[]): readonly (readonly unknown[])[] =>
  leaks.map(({ finding, commit, inTip }) => [finding.path, finding.line, commit, inTip]);

describe('gatherLeaks', () => {
  it('a leak, told of its commit; removed in the next, still told, and no longer in the tip', async () => {
    const base = await begin();
    const leak = await repo.commit({ files: { 'a/b.txt': file(ONE) } });
    expect(told((await found([`${base}..HEAD`])).leaks)).toStrictEqual([
      ['a/b.txt', 2, leak, true],
    ]);
    await repo.commit({ files: { 'a/b.txt': 'gone\n' } });
    const { leaks, commits, gaps, carried } = await found([`${base}..HEAD`]);
    expect(told(leaks)).toStrictEqual([['a/b.txt', 2, leak, false]]);
    expect([commits, gaps, carried]).toStrictEqual([2, [], []]);
  });

  it('edited again with the leak in it, told once, of the commit that brought it', async () => {
    const base = await begin();
    const leak = await repo.commit({ files: { 'a.txt': file(ONE) } });
    await repo.commit({ files: { 'a.txt': file(ONE, 'more\n') } });
    expect(told((await found([`${base}..HEAD`])).leaks)).toStrictEqual([['a.txt', 2, leak, true]]);
  });

  it('edited where a parent outside the range has it already, carried and not brought', async () => {
    const base = await begin({ 'a.txt': file(ONE) });
    const edit = await repo.commit({ files: { 'a.txt': file(ONE, 'more\n') } });
    const { leaks, carried } = await found([`${base}..HEAD`]);
    expect([told(leaks), told(carried)]).toStrictEqual([[], [['a.txt', 2, edit, true]]]);
  });

  it('the same leak at a second path, and another in the same file, brought', async () => {
    const base = await begin({ 'a.txt': file(ONE) });
    const copy = await repo.commit({ files: { 'b.txt': file(ONE), 'a.txt': file(ONE, TWO) } });
    const { leaks, carried } = await found([`${base}..HEAD`]);
    const expected = [
      ['a.txt', 3, copy, true],
      ['b.txt', 2, copy, true],
    ];
    expect([told(leaks), told(carried)]).toStrictEqual([expected, [['a.txt', 2, copy, true]]]);
  });

  it('a merge, only what none of its parents has; and its side with all of it', async () => {
    const base = await begin();
    await repo.branch(`side-${base}`);
    const side = await repo.commit({ files: { 'side.txt': file(ONE) } });
    await repo.branch(`main-${base}`, base);
    await repo.commit({ files: { 'main.txt': 'x\n' } });
    await repo.git('merge', '--quiet', '--no-ff', '--no-commit', side);
    const evil = await repo.commit({ files: { 'evil.txt': file(TWO) } });
    const { leaks } = await found([`${base}..HEAD`]);
    const paths = new Map(told(leaks).map(([path, , commit]) => [path, commit]));
    expect(paths).toStrictEqual(
      new Map([
        ['side.txt', side],
        ['evil.txt', evil],
      ]),
    );
    expect(told((await found(['-1', 'HEAD'])).leaks)).toStrictEqual([['evil.txt', 2, evil, true]]);
  });

  it('a message, an author and a file name with a token, told without them', async () => {
    const base = await begin();
    const message = await repo.commit({ message: `use ${ONE}\n` });
    const named = await repo.commit({ files: { [`x/${TWO}.txt`]: file(tokenFor('three')) } });
    const env = { GIT_AUTHOR_NAME: tokenFor('four') };
    await repo.run(['commit', '--quiet', '--allow-empty', '-m', 'x'], { env });
    const author = await repo.head();
    const { leaks, hushed } = await found([`${base}..HEAD`]);
    expect(told(leaks).map(([path, line, commit]) => [path, line, commit])).toStrictEqual([
      ['(message)', 0, message],
      [expect.stringContaining('whose name holds a secret'), 2, named],
      ['(file name)', 0, named],
      ['(message)', 0, author],
    ]);
    expect(new Set(hushed)).toStrictEqual(new Set([message, author]));
    expect(leaks.at(-1)?.author).toBe('(hidden)');
    const text = JSON.stringify(leaks);
    const secrets = ['three', 'four'].map(tokenFor);
    expect([ONE, TWO, ...secrets].some((secret) => text.includes(secret))).toBe(false);
  });

  it('a symlink to a token, told; a submodule, not looked into', async () => {
    const base = await begin();
    const oid = await repo.write('blob', `${ONE}/x`);
    await repo.git('update-index', '--add', '--cacheinfo', `120000,${oid},link`);
    await repo.git('update-index', '--add', '--cacheinfo', `160000,${base},module`);
    const linked = await repo.commit();
    const { leaks, gaps } = await found([`${base}..HEAD`]);
    expect([told(leaks), gaps]).toStrictEqual([[['link', 1, linked, true]], []]);
  });

  it('a root commit, all of it; an ignored fingerprint, left out and counted', async () => {
    const root = await begin({ 'a.txt': file(ONE), 'b.txt': file(TWO) });
    const { leaks } = await found(['HEAD']);
    expect(told(leaks).map(([path, , commit]) => [path, commit])).toStrictEqual([
      ['a.txt', root],
      ['b.txt', root],
    ]);
    const fingerprints = new Set([leaks[0]?.finding.fingerprint ?? '']);
    const how = { ...HOW, ignores: { ...NO_IGNORES, fingerprints } };
    const rest = await found(['HEAD'], {}, how);
    expect([told(rest.leaks).map(([path]) => path), rest.ignored]).toStrictEqual([['b.txt'], 1]);
  });

  it('too large, missing or broken, gaps and never clean', async () => {
    const base = await begin();
    const commit = await repo.commit({ files: { large: 'x'.repeat(2_000), gone: 'gone\n' } });
    const gone = await repo.head('HEAD:gone');
    const commits = await commitsOf(repo, `${base}..HEAD`);
    const objects = await readerOver(repo, [gone]);
    const broken = [{ path: '.gitleaks.toml', why: 'no TOML' }];
    const ground = { objects, work: inlineWork(), maxBlobBytes: 1_000 };
    const done = await gatherLeaks(commits, { ...HOW, broken }, ground);
    expect(done.ok && done.value.gaps).toStrictEqual([
      { gap: { why: 'unreadable', line: 0 }, path: 'gone', commit },
      { gap: { why: 'tooLarge', line: 0 }, path: 'large', commit },
      { gap: { why: 'unreadable', line: 0 }, path: '.gitleaks.toml', commit },
    ]);
  });

  it('more than a store reads together, all of it scanned in parts and never held at once', async () => {
    const base = await begin();
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const files = names.map((name) => [name, file(tokenFor(name), 'x\n'.repeat(500))] as const);
    await repo.commit({ files: Object.fromEntries(files) });
    const whole = await readerOver(repo);
    const most = { bytes: 0 };
    const objects: LeakGround['objects'] = {
      readMany: async (oids) => {
        const read = await whole.readMany(oids);
        const all = read.ok ? [...read.value.values()] : [];
        const bytes = all.reduce((sum, one) => sum + one.bytes.length, 0);
        if (bytes > 2_500) return stopped(stop('RepositoryTooLarge', 'too much together'));
        most.bytes = Math.max(most.bytes, bytes);
        return read;
      },
    };
    const { leaks, gaps } = await found([`${base}..HEAD`], { objects });
    expect([told(leaks).map(([path]) => path), gaps]).toStrictEqual([names, []]);
    expect(most.bytes).toBeGreaterThan(2_000);
  });

  it('a file that says how to scan, broken in a folder whose name holds a token, told without', async () => {
    const base = await begin();
    await repo.commit({ files: { b: 'x\n' } });
    const broken = [{ path: `${TWO}/.sops.yaml`, why: 'no YAML' }];
    const { gaps } = await found([`${base}..HEAD`], {}, { ...HOW, broken });
    expect(gaps.map(({ path }) => path)).toStrictEqual(['(file, whose name holds a secret)']);
  });

  it('one poisoned file of many, the others scanned and that one a gap', async () => {
    const base = await begin();
    const many = Array.from({ length: 20 }, (_, i) => [`${i}.txt`, `${i}\n`] as const);
    const files = { ...Object.fromEntries(many), 'p.txt': 'poison\n', 'z.txt': file(ONE) };
    const commit = await repo.commit({ files });
    const { leaks, gaps } = await found([`${base}..HEAD`], { work: dyingOf('poison') });
    expect(told(leaks)).toStrictEqual([['z.txt', 2, commit, true]]);
    expect(gaps).toStrictEqual([{ gap: { why: 'budget', line: 0 }, path: 'p.txt', commit }]);
  });

  it('everything poisoned, given up after a few and all of it gaps', async () => {
    const base = await begin();
    const many = Array.from({ length: 50 }, (_, i) => [`${i}.txt`, `poison ${i}\n`] as const);
    await repo.commit({ files: Object.fromEntries(many) });
    const work = dyingOf('poison');
    const { gaps } = await found([`${base}..HEAD`], { work });
    expect([gaps.length, work.jobs < 20]).toStrictEqual([50, true]);
  });

  it('scanned before under the same plan, nothing read again; under another, all', async () => {
    const base = await begin();
    await repo.commit({ files: { 'a.txt': file(ONE), 'b.txt': 'b\n' } });
    const memory = new ProcessMemory();
    const first = await found([`${base}..HEAD`], { memory });
    const again = await found([`${base}..HEAD`], { memory });
    expect([first.blobs, again.blobs, again.leaks]).toStrictEqual([2, 0, first.leaks]);
    const salted = { ...HOW, plan: { ...HOW.plan, salt: 'another salt of the tests' } };
    const other = await found([`${base}..HEAD`], { memory }, salted);
    expect([other.blobs, other.digest === first.digest]).toStrictEqual([2, false]);
    expect(other.leaks[0]?.finding.fingerprint).not.toBe(first.leaks[0]?.finding.fingerprint);
  });

  it('stopped in the middle, no evidence', async () => {
    const base = await begin();
    await repo.commit({ files: { 'a.txt': file(ONE) } });
    const signal = AbortSignal.abort();
    const commits = await commitsOf(repo, `${base}..HEAD`);
    const objects = await readerOver(repo);
    const done = await gatherLeaks(commits, HOW, { objects, work: inlineWork(), signal });
    expect(done.ok ? '' : done.stop.reason).toBe('CheckIncomplete');
  });
});

/** Work that dies of jobs with this word in them. */
function dyingOf(word: string): WorkPort & { jobs: number } {
  const inner = inlineWork();
  return {
    jobs: 0,
    async run<J extends Job>(job: J, deadlineMs: number): Promise<Result<OutputOf<J>>> {
      this.jobs += 1;
      const isPoisoned =
        job.kind === 'scan' && job.files.some(({ bytes }) => Buffer.from(bytes).includes(word));
      if (isPoisoned) return stopped(stop('ScanIncomplete', 'the thread died'));
      return inner.run(job, deadlineMs);
    },
    close: async () => void ok(undefined),
  };
}
