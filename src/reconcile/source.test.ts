import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { approvalText, noteApprovals } from '../../test/support/approvals.ts';
import { GpgHome } from '../../test/support/gpg.ts';
import type { GpgKey } from '../../test/support/gpg.ts';
import { UNREACHABLE } from '../../test/support/line/git.ts';
import { configFile } from '../../test/support/line/files.ts';
import { LINE_KEY, LineWorld, personOf } from '../../test/support/line/world.ts';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';
import type { RefSpec, VerifySpec } from '../api/guardedrepo.ts';
import type { Oid } from '../domain/oid.ts';
import type { LedgerEntry } from '../policy/ledger.ts';

let home: GpgHome;
let ada: GpgKey;
let work: TestRepo;
let [unsigned, seal, second, third, beside]: Oid[] = [];
const tags = new Map<string, Oid>();
let world: LineWorld;

async function tag(name: string, commit: Oid, signed = true): Promise<void> {
  const program = ['-c', `gpg.program=${ada.home.program}`];
  const how = signed ? ['-u', ada.fingerprint, '-m', 'release'] : ['-a', '-m', 'release'];
  const args = [...program, 'tag', '--force', ...how, name, commit];
  const who = { GIT_COMMITTER_NAME: ada.name, GIT_COMMITTER_EMAIL: ada.email };
  const ran = await work.run(args, { env: { ...ada.home.env, ...who, GPG_EXTRA: '' } });
  if (ran.status !== 0) throw new Error(ran.stderr);
  tags.set(name, await work.head(`refs/tags/${name}`));
}

beforeAll(async () => {
  home = await GpgHome.create();
  ada = await home.newKey('Ada', 'ada@example.com');
  work = await buildRepo();
  unsigned = await work.commit({ files: configFile('0') });
  const message = `begin here\n\nGitward-Seal: ${unsigned}\n`;
  seal = await work.commit({ files: configFile('1'), sign: ada, message });
  second = await work.commit({ files: configFile('2'), sign: ada });
  third = await work.commit({ files: configFile('3'), sign: ada });
  await tag('v1.0.0', second);
  await tag('v1.1.0', third);
  await tag('v1.2.0', second);
  await tag('v2.0.0', third, false);
  await work.git('tag', 'v1.0.1', second);
  tags.set('v1.0.1', second);
  await tag('moved', second);
  tags.set('v1.3.0', tags.get('moved') ?? second);
  await work.branch('side', seal);
  beside = await work.commit({ files: configFile('side'), sign: ada });
  await tag('v1.4.0', beside);
}, 60_000);

afterAll(async () => {
  await work.remove();
  await home.remove();
});

beforeEach(async () => {
  world = await LineWorld.create(work, ada);
  world.git.tip = third;
});

const entry = (): LedgerEntry | undefined => world.cluster.ledgerByRepo.get(LINE_KEY)?.entry;

/** One pass with just these tags on the server. */
async function pass(...names: readonly string[]): Promise<readonly string[]> {
  world.git.named.clear();
  for (const name of names) {
    const oid = tags.get(name);
    if (oid === undefined) throw new Error(`no tag ${name}`);
    world.git.named.set(`refs/tags/${name}`, oid);
  }
  const end = await world.pass();
  const reasons = end.notes.map(({ reason }) => reason);
  return [...reasons, ...(end.stop === undefined ? [] : [end.stop.reason])];
}

function follow(ref: RefSpec, verify: Partial<VerifySpec> = {}): void {
  const { source } = world.repo.spec;
  world.setSpec({
    source: { ...source, ref },
    verify: { ...world.repo.spec.verify, startAt: { commit: unsigned ?? '' }, ...verify },
  });
}

describe('a semver range', () => {
  beforeEach(() => follow({ branch: 'main', semver: '^1.0' }, { signatures: 'TagAndHead' }));

  it('highest tag that fits, accepted and shown by its name', async () => {
    expect(await pass('v1.0.0', 'v2.0.0')).toEqual(['AnchorBootstrapped', 'CommitAccepted']);
    expect(entry()?.anchor).toMatchObject({
      oid: second,
      revision: `v1.0.0@sha1:${second}`,
      tag: { name: 'v1.0.0', oid: tags.get('v1.0.0') },
    });
    expect(await pass('v1.0.0', 'v1.1.0')).toEqual(['CommitAccepted']);
    expect(await pass('v1.0.0', 'v1.1.0')).toEqual([]);
  });

  it.each<[string, readonly string[], string]>([
    ['the newest tag taken away', ['v1.0.0'], 'RevisionRolledBack'],
    ['a higher version on an older commit', ['v1.1.0', 'v1.2.0'], 'RevisionRolledBack'],
    ['a higher version outside the branch', ['v1.1.0', 'v1.4.0'], 'HistoryRewritten'],
    ['a tag object made for another name', ['v1.1.0', 'v1.3.0'], 'CommitMalformed'],
    ['no tag that fits', ['v2.0.0'], 'RefNotFound'],
  ])('after v1.1.0, %s, %s', async (_name, names, reason) => {
    await pass('v1.1.0');
    expect(await pass(...names)).toEqual([reason]);
    expect(entry()?.anchor.oid).toBe(third);
  });

  it('the ledger lost, not below the tag that status names', async () => {
    await pass('v1.1.0');
    world.cluster.ledgerByRepo.clear();
    world.restart();
    const { status } = world.repo;
    if (status?.anchor === undefined) throw new Error('no status');
    const anchor = { ...status.anchor, tag: 'v1.1.0' };
    world.repo = { ...world.repo, status: { ...status, anchor } };
    await tag('v1.0.9', third ?? ('' as Oid));
    expect(await pass('v1.0.9')).toEqual(['RevisionRolledBack']);
    expect(await pass('v1.0.9', 'v1.1.0')).toContain('AnchorRestored');
  });

  it('another tag on the same commit, accepted and the range stays what it was', async () => {
    await pass('v1.0.0');
    world.cluster.writes.length = 0;
    follow({ branch: 'main', semver: '^1.0' }, { signatures: 'EveryCommit' });
    expect(await pass('v1.0.0', 'v1.0.1')).toContain('CommitAccepted');
    expect(entry()?.anchor).toMatchObject({ tag: { name: 'v1.0.1' }, since: unsigned });
    expect(world.cluster.writes).toEqual([]);
  });
});

describe('a tag', () => {
  it.each<[string, string, Partial<VerifySpec>, readonly string[]]>([
    ['signed', 'v1.0.0', { signatures: 'Tag' }, ['AnchorBootstrapped', 'CommitAccepted']],
    ['annotated and unsigned', 'v2.0.0', { signatures: 'Tag' }, ['SignatureMissing']],
    ['lightweight', 'v1.0.1', { signatures: 'TagAndHead' }, ['SignatureMissing']],
    ['lightweight, commits signed', 'v1.0.1', {}, ['AnchorBootstrapped', 'CommitAccepted']],
  ])('%s, judged by what is asked', async (_name, name, verify, expected) => {
    follow({ tag: name }, verify);
    expect(await pass(name)).toEqual(expected);
  });

  it('moved after it was accepted, HistoryRewritten', async () => {
    follow({ tag: 'v1.0.0' }, { signatures: 'Tag' });
    await pass('v1.0.0');
    world.git.named.set('refs/tags/v1.0.0', tags.get('v1.1.0') ?? second ?? ('' as Oid));
    const end = await world.pass();
    // Made for another name is told first; under its own name it is told as moved (signed.test.ts).
    expect(end.stop?.reason).toBe('CommitMalformed');
    await work.git('tag', '--delete', 'v1.0.0');
    await tag('v1.0.0', third ?? ('' as Oid));
    expect(await pass('v1.0.0')).toEqual(['HistoryRewritten']);
    expect(entry()?.anchor.oid).toBe(second);
  });
});

describe('startAt by a seal', () => {
  it('newest signed seal, what is before it is not verified', async () => {
    world.setSpec({ verify: { ...world.repo.spec.verify, startAt: { seal: 'Newest' } } });
    expect(await pass()).toEqual(['AnchorBootstrapped', 'CommitAccepted']);
    expect(entry()?.anchor.since).toBe(unsigned);
  });

  it('without it in the spec, a seal means nothing', async () => {
    expect(await pass()).toEqual(['SignatureMissing']);
  });

  it('a seal that a stranger signed, nothing is accepted', async () => {
    const mallory = await home.newKey('Mallory', 'ada@example.com');
    await work.branch('evil', second);
    const message = `begin here\n\nGitward-Seal: ${second}\n`;
    await work.commit({ files: configFile('evil'), sign: mallory, message });
    world.git.tip = await work.commit({ files: configFile('good'), sign: ada });
    const startAt = { seal: 'Newest' } as const;
    const verify = { ...world.repo.spec.verify, startAt, signatures: 'Head' } as const;
    world.setSpec({ verify });
    expect(await pass()).toEqual(['SignerUntrusted']);
  });
});

describe('maxStaleness', () => {
  it('unreachable for longer, SourceStale, and well again with the next look', async () => {
    world.setSpec({ verify: { ...world.repo.spec.verify, startAt: { seal: 'Newest' } } });
    await pass();
    world.git.down = UNREACHABLE;
    expect(await pass()).toEqual(['GitUnreachable']);
    await world.clock.advance(25 * 3_600_000);
    expect(await pass()).toEqual(['SourceStale']);
    world.git.down = undefined;
    expect(await pass()).toEqual([]);
  });
});

describe('a rewritten history', () => {
  const NOTES = 'refs/notes/gitward-approvals';
  let bob: GpgKey;
  let carol: GpgKey;
  beforeAll(async () => {
    bob = await home.newKey('Bob', 'bob@example.com');
    carol = await home.newKey('Carol', 'carol@example.com');
  });
  beforeEach(async () => {
    world.setPeople(await personOf(ada), await personOf(bob), await personOf(carol));
    follow({ branch: 'main' });
    await pass();
    world.git.tip = beside;
  });

  async function approvedBy(left: Oid | undefined, ...keys: readonly GpgKey[]): Promise<void> {
    if (beside === undefined || left === undefined) throw new Error('not built');
    const rule = `rewrite-${left}`;
    const commit = beside;
    const texts = await Promise.all(keys.map((key) => approvalText(key, commit, { rule })));
    world.git.named.set(NOTES, await noteApprovals(work, commit, texts));
  }

  async function reasons(): Promise<readonly string[]> {
    const end = await world.pass();
    return [...end.notes.map(({ reason }) => reason), end.stop?.reason ?? 'ok'];
  }

  it('approved by two people, the anchor moves and it is told', async () => {
    await approvedBy(third, bob, carol);
    expect(await reasons()).toEqual(['GuardWeakened', 'CommitAccepted', 'ok']);
    expect(entry()?.anchor).toMatchObject({ oid: beside, since: seal });
    // The way back is another rewrite: the approvals named the anchor that was left.
    world.git.tip = third;
    expect(await reasons()).toEqual(['HistoryRewritten']);
  });

  it('a crash before status is written, no conflict with what the rewrite left', async () => {
    await approvedBy(third, bob, carol);
    await reasons();
    world.restart();
    world.setStatusAnchor(third);
    expect(await reasons()).toEqual(['ok']);
    world.restart();
    world.setStatusAnchor(second);
    expect(await reasons()).toEqual(['AnchorConflict']);
  });

  it.each<[string, () => Promise<void>]>([
    ['without approval', () => Promise.resolve()],
    ['approved by one', () => approvedBy(third, bob)],
    ['approved twice by one', () => approvedBy(third, bob, bob)],
    ['approved for another anchor', () => approvedBy(second, bob, carol)],
  ])('%s, HistoryRewritten', async (_name, approve) => {
    await approve();
    expect(await reasons()).toEqual(['HistoryRewritten']);
    expect(entry()?.anchor.oid).toBe(third);
  });
});
