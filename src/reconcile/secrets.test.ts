import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { approvalText, noteApprovals } from '../../test/support/approvals.ts';
import { GpgHome } from '../../test/support/gpg.ts';
import type { GpgKey } from '../../test/support/gpg.ts';
import { tokenFor } from '../../test/support/leaks.ts';
import { configFile } from '../../test/support/line/files.ts';
import { LINE_KEY, LineWorld, personOf } from '../../test/support/line/world.ts';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';
import { parseOid } from '../domain/oid.ts';
import type { Oid } from '../domain/oid.ts';
import { stopped } from '../domain/result.ts';
import { stop } from '../domain/stop.ts';
import type { LeakState } from '../policy/ledger.ts';
import { inlineWork } from '../worker/inline.ts';
import { leakFactsOf, secretsDraft, secretsStatus } from './summarize-leaks.ts';

const NOTES = 'refs/notes/gitward-approvals';
const TOKENS = ['one', 'two', 'old', 'side', 'merge'].map((name) => tokenFor(`line ${name}`));
const [ONE = '', TWO = '', OLD = '', SIDE = '', MERGED = ''] = TOKENS;

let home: GpgHome;
let [ada, bob]: GpgKey[] = [];
let work: TestRepo;
let world: LineWorld;
/** Clean; brings a leak; takes it out again; clean beside it. */
let [base, leak, removed, clean]: Oid[] = [];
/** A history whose root, side branch and merge each hold a leak, and a signed clean commit on top. */
let [old, merge, after]: Oid[] = [];

const file = (token: string): string => `host: example.com\ntoken: ${token}\n`;

beforeAll(async () => {
  home = await GpgHome.create();
  ada = await home.newKey('Ada', 'ada@example.com');
  bob = await home.newKey('Bob', 'bob@example.com');
  work = await buildRepo();
  base = await work.commit({ files: configFile('1'), sign: ada });
  leak = await work.commit({ files: { 'src/a.txt': file(ONE) }, sign: ada });
  removed = await work.commit({ files: { 'src/a.txt': 'gone\n' }, sign: ada });
  await work.branch('clean', base);
  clean = await work.commit({ files: configFile('2'), sign: ada });
  await work.git('checkout', '--quiet', '--orphan', 'history');
  old = await work.commit({ files: { ...configFile('0'), 'old.txt': file(OLD) } });
  await work.branch('history-side', old);
  const side = await work.commit({ files: { 'side.txt': file(SIDE) } });
  await work.branch('history', old);
  await work.commit({ files: { 'main.txt': 'x\n' } });
  await work.git('merge', '--quiet', '--no-ff', '--no-commit', side);
  merge = await work.commit({ files: { 'evil.txt': file(MERGED) } });
  after = await work.commit({ files: configFile('3'), sign: ada });
}, 60_000);

afterAll(async () => {
  await work.remove();
  await home.remove();
});

beforeEach(async () => {
  if (ada === undefined || bob === undefined) throw new Error('not built');
  world = await LineWorld.create(work, ada);
  world.setPeople(await personOf(ada), await personOf(bob));
});

/** One pass with this head; what it said. */
async function at(tip: Oid | undefined, notes?: Oid): Promise<readonly string[]> {
  world.git.tip = tip;
  if (notes !== undefined) world.git.named.set(NOTES, notes);
  const end = await world.pass();
  const text = JSON.stringify([end, [...world.cluster.ledgerByRepo], shown(), drafted()]);
  expect(TOKENS.filter((token) => text.includes(token))).toStrictEqual([]);
  const reasons = end.notes.map(({ reason }) => reason);
  return [...reasons, ...(end.stop === undefined ? [] : [end.stop.reason])];
}

const shown = (): ReturnType<typeof secretsStatus> => secretsStatus(leakFactsOf(world.memory));
const modeNow = (): 'Block' | 'Report' | 'Off' => world.repo.spec.verify.secrets.mode;
const drafted = (): ReturnType<typeof secretsDraft> =>
  secretsDraft(modeNow(), leakFactsOf(world.memory));
const entry = () => world.cluster.ledgerByRepo.get(LINE_KEY)?.entry;
const leaks = (): LeakState | undefined => entry()?.leaks;
const open = (): readonly (readonly unknown[])[] =>
  (leaks()?.open ?? []).map((one) => [one.path, one.commit, one.standing, one.inTip]);
const nameOf = (path: string): string =>
  leaks()?.open.find((one) => one.path === path)?.fingerprint ?? '';

type Verify = LineWorld['repo']['spec']['verify'];
function setVerify(changes: Partial<Verify>): void {
  world.setSpec({ verify: { ...world.repo.spec.verify, ...changes } });
}
const setSecrets = (changes: Partial<Verify['secrets']>): void =>
  setVerify({ secrets: { ...world.repo.spec.verify.secrets, ...changes } });

async function approve(key: GpgKey | undefined, commit: Oid | undefined, rule: string) {
  if (key === undefined || commit === undefined) throw new Error('not built');
  return noteApprovals(work, commit, [await approvalText(key, commit, { rule })]);
}

const byAda = () => (ada === undefined ? {} : { sign: ada });

describe('a head that brings a secret', () => {
  beforeEach(() => at(base));

  it('refused, the anchor stays, and the leak is open', async () => {
    expect(await at(leak)).toStrictEqual(['SecretLeakFound']);
    expect(entry()?.anchor.oid).toBe(base);
    expect(open()).toStrictEqual([['src/a.txt', leak, 'Rejected', true]]);
    expect(world.memory.rejected?.stop.oid).toBe(leak);
  });

  it('and removes it in the next commit of the same push, refused', async () => {
    expect(await at(removed)).toStrictEqual(['SecretLeakFound']);
    expect(open()).toStrictEqual([['src/a.txt', leak, 'Rejected', false]]);
  });

  it('replaced by a clean one, accepted, and the leak stays open, after a restart too', async () => {
    await at(leak);
    expect(await at(clean)).toStrictEqual(['RejectedTipReplaced', 'CommitAccepted']);
    expect(open()).toStrictEqual([['src/a.txt', leak, 'Rejected', false]]);
    world.restart();
    expect(await at(clean)).toStrictEqual([]);
    expect(open()).toHaveLength(1);
    expect(drafted()?.reason).toBe('SecretLeakFound');
  });

  it('judged again after a restart, the ledger says the same as before', async () => {
    await at(leak);
    const before = JSON.stringify(entry());
    world.restart();
    await world.clock.advance(7_200_000);
    expect(await at(leak)).toStrictEqual(['SecretLeakFound']);
    expect(JSON.stringify(entry())).toBe(before);
  });

  it('approved by another person, accepted and settled; by its signer, refused', async () => {
    await at(leak);
    const rule = `leak-${nameOf('src/a.txt')}`;
    expect(await at(leak, await approve(ada, leak, rule))).toStrictEqual(['SecretLeakFound']);
    expect(await at(leak, await approve(bob, leak, rule))).toStrictEqual(['CommitAccepted']);
    expect([open(), leaks()?.settled?.map(({ by }) => by)]).toStrictEqual([[], ['bob']]);
    expect(drafted()).toBeUndefined();
  });

  it('approved under another rule, or another leak, refused', async () => {
    await at(leak);
    expect(await at(leak, await approve(bob, leak, 'review'))).toStrictEqual(['SecretLeakFound']);
    const other = await approve(bob, leak, `leak-${'0'.repeat(32)}`);
    expect(await at(leak, other)).toStrictEqual(['SecretLeakFound']);
  });

  it('answered for after it was replaced, closed without a new commit; by its signer, open', async () => {
    await at(leak);
    await at(clean);
    const rule = `leak-${nameOf('src/a.txt')}`;
    expect(await at(clean, await approve(ada, leak, rule))).toStrictEqual([]);
    expect(open()).toHaveLength(1);
    expect(await at(clean, await approve(bob, leak, rule))).toStrictEqual([]);
    expect(open()).toStrictEqual([]);
    const { fetches } = world.git;
    expect([await at(clean), world.git.fetches]).toStrictEqual([[], fetches]);
  });

  it('Report, accepted and told once; Block again, open as new and live goes on', async () => {
    setSecrets({ mode: 'Report' });
    const told = await at(leak);
    expect(told).toStrictEqual(['SecretLeakFound', 'CommitAccepted']);
    expect(open()).toStrictEqual([['src/a.txt', leak, 'New', true]]);
    setSecrets({ mode: 'Block' });
    expect(await at(leak)).toStrictEqual([]);
    expect(await at(removed)).toStrictEqual(['CommitAccepted']);
    expect(entry()?.standing?.kind).toBe('Trusted');
  });

  it('Off, accepted, and nothing said to be clean', async () => {
    setSecrets({ mode: 'Off' });
    expect(await at(leak)).toStrictEqual(['CommitAccepted']);
    expect(drafted()).toMatchObject({ status: 'Unknown', reason: 'NotScanned' });
    setSecrets({ mode: 'Block' });
    expect(await at(leak)).toStrictEqual(['SecretLeakFound']);
    expect(open()).toStrictEqual([['src/a.txt', leak, 'Existing', true]]);
  });

  it('that could not be scanned, ScanIncomplete and never accepted', async () => {
    const inner = inlineWork();
    world.work = {
      run: async (job, ms) =>
        job.kind === 'scan' ? stopped(stop('ScanIncomplete', 'died')) : inner.run(job, ms),
      close: () => inner.close(),
    };
    world.restart();
    expect(await at(clean)).toStrictEqual(['ScanIncomplete']);
    expect(entry()?.anchor.oid).toBe(base);
  });
});

describe('a history that holds secrets', () => {
  const EXISTING = ['evil.txt', 'old.txt', 'side.txt'];
  const places = (): readonly string[] =>
    (leaks()?.open ?? []).map(({ path }) => path).toSorted((a, b) => (a < b ? -1 : 1));

  beforeEach(() => {
    if (merge === undefined) throw new Error('not built');
    setVerify({ startAt: { commit: merge } });
  });

  it('before startAt, over all parents, existing; accepted and told once', async () => {
    expect(await at(after)).toStrictEqual([
      'AnchorBootstrapped',
      'CommitAccepted',
      'SecretLeakFound',
    ]);
    expect(places()).toStrictEqual(EXISTING);
    expect(new Set(open().map(([, , standing]) => standing))).toStrictEqual(new Set(['Existing']));
    expect(shown().secrets).toMatchObject({
      ...{ open: 3, new: 0, existing: 3, rejected: 0 },
      history: { state: 'Complete', commits: 5 },
    });
    expect(await at(after)).toStrictEqual([]);
  });

  it('scanned in parts, goes on after a restart where it ended', async () => {
    world.historyBudgetMs = 0;
    world.restart();
    const seen: unknown[] = [];
    for (let pass = 0; pass < 6; pass += 1) {
      await at(after);
      seen.push(shown().secrets?.history);
      if (pass === 1) world.restart();
    }
    expect(seen.slice(0, 2)).toStrictEqual([
      { state: 'Scanning', commits: 1 },
      { state: 'Scanning', commits: 2 },
    ]);
    const scanned = [...world.scans.commits.values()].flat().map(({ oid }) => oid);
    expect([scanned.length, new Set(scanned).size]).toStrictEqual([5, 5]);
    expect(seen.at(-1)).toStrictEqual({ state: 'Complete', commits: 5 });
    expect(places()).toStrictEqual(EXISTING);
  });

  it('an object that is missing, not covered and never clean', async () => {
    const gone = parseOid(await work.git('rev-parse', `${old}:old.txt`));
    if (gone !== undefined) world.git.missing.add(gone);
    await at(after);
    expect(shown().secrets?.history.state).toBe('NotCovered');
    expect(places()).toStrictEqual(['evil.txt', 'side.txt']);
  });

  it('answered for by anybody listed, closed; told no more after another scan', async () => {
    await at(after);
    const rule = `leak-${nameOf('old.txt')}`;
    await at(after, await approve(ada, after, rule));
    expect(places()).toStrictEqual(['evil.txt', 'side.txt']);
    setSecrets({ inlineAllow: 'Honour' });
    await at(after);
    expect(places()).toStrictEqual(['evil.txt', 'side.txt']);
  });

  it('an edit of a file that holds one, no new leak; another one in it, refused', async () => {
    await at(after);
    await work.branch('edit', after);
    const edit = await work.commit({ files: { 'old.txt': `${file(OLD)}more\n` }, ...byAda() });
    expect(await at(edit)).toStrictEqual(['CommitAccepted']);
    expect(places()).toStrictEqual(EXISTING);
    const second = await work.commit({ files: { 'old.txt': `${file(OLD)}${TWO}\n` }, ...byAda() });
    expect(await at(second)).toStrictEqual(['SecretLeakFound']);
  });

  it('a salt, every leak under another name; an ignore file of the protected ref, closed', async () => {
    await at(after);
    const before = nameOf('old.txt');
    await work.branch('salted', after);
    const salt = { '.gitward/salt': `${'s'.repeat(32)}\n` };
    const salted = await work.commit({ files: salt, ...byAda() });
    expect(await at(salted)).toStrictEqual(['CommitAccepted', 'SecretLeakFound']);
    expect([places(), nameOf('old.txt') === before]).toStrictEqual([EXISTING, false]);
    const ignore = { '.gitleaksignore': `${nameOf('old.txt')}\n${nameOf('side.txt')}\n` };
    const ignored = await work.commit({ files: ignore, ...byAda() });
    expect(await at(ignored)).toStrictEqual(['CommitAccepted']);
    expect(places()).toStrictEqual(['evil.txt']);
  });
});
