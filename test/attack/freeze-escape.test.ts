import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GuardedRepo, RefSpec } from '../../src/api/guardedrepo.ts';
import type { Person } from '../../src/api/signerset.ts';
import type { Oid } from '../../src/domain/oid.ts';
import { stop } from '../../src/domain/stop.ts';
import type { LedgerEntry, StandingKind } from '../../src/policy/ledger.ts';
import { retire } from '../../src/reconcile/retire.ts';
import { GpgHome } from '../support/gpg.ts';
import type { GpgKey } from '../support/gpg.ts';
import { configFile } from '../support/line/files.ts';
import { LINE_KEY, LineWorld, personOf } from '../support/line/world.ts';
import { buildRepo } from '../support/repo-builder.ts';
import type { TestRepo } from '../support/repo-builder.ts';

// A thief's commit is live when the key is revoked as compromised: gitward freezes. The thief, or an
// accident, now tries to make gitward heal towards that commit again. The naive guard takes every
// verdict that accepts for a word about what is live.

let home: GpgHome;
let [ada, bob]: GpgKey[] = [];
let [adaPerson, bobPerson]: Person[] = [];
let work: TestRepo;
let [start, theft, unrenderable, fixed, annotated]: Oid[] = [];
let world: LineWorld;

beforeAll(async () => {
  home = await GpgHome.create();
  ada = await home.newKey('Ada', 'ada@example.com');
  bob = await home.newKey('Bob', 'bob@example.com');
  work = await buildRepo();
  start = await work.commit({ files: configFile('1'), sign: bob });
  theft = await work.commit({ files: configFile('2'), sign: ada });
  await work.git('tag', 'v1.0.1', theft);
  await work.git('tag', '-a', '-m', 'nobody signed this', 'v1.1.0', theft);
  annotated = await work.head('refs/tags/v1.1.0');
  unrenderable = await work.commit({ files: { 'deploy/a.json': '{' }, sign: bob });
  fixed = await work.commit({ files: configFile('3'), sign: bob });
  [adaPerson, bobPerson] = [await personOf(ada), await personOf(bob)];
}, 60_000);

afterAll(async () => {
  await work.remove();
  await home.remove();
});

beforeEach(async () => {
  if (ada === undefined || bob === undefined) throw new Error('not built');
  world = await LineWorld.create(work, ada, bob);
  world.git.tip = theft;
});

const entry = (): LedgerEntry | undefined => world.cluster.ledgerByRepo.get(LINE_KEY)?.entry;
const standing = (): StandingKind | undefined => entry()?.standing?.kind;
const modes = (): readonly string[] =>
  world.ground.ports.guard.entries(LINE_KEY).map(({ mode }) => mode);

/** What a guard without a memory of its own concludes from an accepting verdict. */
const naive = (told: readonly string[]): StandingKind | undefined =>
  told.includes('CommitAccepted') ? 'Trusted' : standing();

async function notes(): Promise<readonly string[]> {
  return (await world.pass()).notes.map(({ reason }) => reason);
}

function compromise(): void {
  if (adaPerson === undefined || bobPerson === undefined) throw new Error('not built');
  const revoked = { reason: 'Compromised', at: '2020-01-01T00:00:00Z' } as const;
  world.setPeople({ ...adaPerson, revoked }, bobPerson);
}

function follow(ref: RefSpec): void {
  const { source, verify } = world.repo.spec;
  world.setSpec({
    source: { ...source, ref },
    verify: { ...verify, startAt: { commit: start ?? '' } },
  });
}

function setTargets(change: Partial<GuardedRepo['spec']['targets'][number]>): void {
  world.setSpec({ targets: world.repo.spec.targets.map((target) => ({ ...target, ...change })) });
}

describe('a tag on the compromised commit itself', () => {
  beforeEach(async () => {
    follow({ branch: 'main', semver: '^1.0' });
    world.git.named.set('refs/tags/v1.0.1', theft ?? ('' as Oid));
    await world.pass();
    compromise();
    await world.pass();
  });

  it('annotated by nobody, the naive guard thaws and gitward stays frozen', async () => {
    expect([standing(), modes()]).toEqual(['Untrusted', ['Audit']]);
    world.git.named.set('refs/tags/v1.1.0', annotated ?? ('' as Oid));
    expect(naive(await notes())).toBe('Trusted');
    expect([standing(), modes()]).toEqual(['Untrusted', ['Audit']]);
    world.restart();
    await world.pass();
    expect([standing(), modes()]).toEqual(['Untrusted', ['Audit']]);
  });
});

describe('a fix on top of what is frozen', () => {
  beforeEach(async () => {
    await world.pass();
    compromise();
    await world.pass();
  });

  it('signed well but not renderable, what is live stays frozen', async () => {
    world.git.tip = unrenderable;
    await world.pass();
    const end = await world.pass();
    expect(end.stop?.reason).toBe('AnchorUntrusted');
    expect([standing(), modes()]).toEqual(['Untrusted', ['Audit']]);
    world.git.tip = fixed;
    expect(await notes()).toEqual(['CommitAccepted']);
    expect([standing(), modes()]).toEqual(['Trusted', ['Enforce']]);
  });

  it('refused, its reason is said beside AnchorUntrusted', async () => {
    const { verify } = world.repo.spec;
    const rules = [{ name: 'all', paths: ['**'], threshold: 2 }];
    world.setSpec({ verify: { ...verify, rules } });
    world.git.tip = fixed;
    const end = await world.pass();
    expect(end.stop?.reason).toBe('AnchorUntrusted');
    expect(end.stop?.message).toContain('rule all protects');
  });

  it('the GuardedRepo deleted with Prune, nothing the thief named is deleted', async () => {
    world.setSpec({ deletionPolicy: 'Prune' });
    world.cluster.writes.length = 0;
    await retire(world.ground);
    expect(world.cluster.writes).toEqual([]);
  });

  it('the GuardedRepo deleted with Prune after a restart, nothing is deleted', async () => {
    world.setSpec({ deletionPolicy: 'Prune' });
    world.restart();
    world.cluster.writes.length = 0;
    await retire(world.ground);
    expect(world.cluster.writes).toEqual([]);
  });
});

describe('what stands in the way of judging again', () => {
  beforeEach(async () => {
    await world.pass();
  });

  it('a target that the compromised commit lacks, frozen all the same', async () => {
    setTargets({ path: 'elsewhere' });
    compromise();
    const end = await world.pass();
    expect(end.stop?.reason).toBe('AnchorUntrusted');
    expect([standing(), modes()]).toEqual(['Untrusted', ['Audit']]);
  });

  it('path rules and a target that the compromised commit lacks, frozen all the same', async () => {
    setTargets({ path: 'elsewhere' });
    const { verify } = world.repo.spec;
    world.setSpec({ verify: { ...verify, rules: [{ name: 'all', paths: ['**'], threshold: 1 }] } });
    compromise();
    await world.pass();
    expect([standing(), modes()]).toEqual(['Untrusted', ['Audit']]);
  });

  it('credentials taken away, frozen all the same', async () => {
    const { source } = world.repo.spec;
    world.setSpec({ source: { ...source, secretRef: { name: 'gone' } } });
    compromise();
    const end = await world.pass();
    expect(end.stop?.reason).toBe('AnchorUntrusted');
    expect(end.stop?.message).toContain('Secret payments/gone');
    expect([standing(), modes()]).toEqual(['Untrusted', ['Audit']]);
  });

  it('a spec that no longer passes, AnchorUntrusted is still said', async () => {
    compromise();
    await world.pass();
    const { verify } = world.repo.spec;
    world.setSpec({ verify: { ...verify, maxPending: 'soon' } });
    const end = await world.pass();
    expect(end.stop?.reason).toBe('AnchorUntrusted');
    expect(modes()).toEqual(['Audit']);
  });

  it('the API server does not answer, what the guard holds is frozen all the same', async () => {
    compromise();
    const down = stop('APIUnavailable', 'no answer');
    Object.assign(world.cluster.kinds, { find: async () => ({ ok: false, stop: down }) });
    await world.pass();
    expect([standing(), modes()]).toEqual(['Untrusted', ['Audit']]);
  });
});

describe('an anchor that was judged over no commit', () => {
  it('restored from status, its own signature is judged again', async () => {
    await world.pass();
    world.cluster.ledgerByRepo.clear();
    world.restart();
    await world.pass();
    expect(entry()?.anchor.oid).toBe(theft);
    compromise();
    await world.pass();
    expect(standing()).toBe('Untrusted');
  });

  it('pinned as startAt, trusted by its oid whoever signed it', async () => {
    const { verify } = world.repo.spec;
    world.setSpec({ verify: { ...verify, startAt: { commit: theft ?? '' } } });
    await world.pass();
    compromise();
    await world.pass();
    expect(standing()).toBe('Trusted');
  });
});
