import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GpgHome } from '../../test/support/gpg.ts';
import type { GpgKey } from '../../test/support/gpg.ts';
import { UNREACHABLE } from '../../test/support/line/git.ts';
import { LINE_KEY, LineWorld, personOf } from '../../test/support/line/world.ts';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';
import type { VerifySpec } from '../api/guardedrepo.ts';
import type { Person } from '../api/signerset.ts';
import { toTimestamp } from '../domain/clock.ts';
import type { Oid } from '../domain/oid.ts';
import type { LedgerEntry } from '../policy/ledger.ts';

let home: GpgHome;
let [ada, bob]: GpgKey[] = [];
let work: TestRepo;
let [first, second, third]: Oid[] = [];
let world: LineWorld;
let [adaPerson, bobPerson]: Person[] = [];

const file = (name: string, value: string): Record<string, string> => ({
  [`deploy/${name}.json`]: JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { value },
  }),
});

beforeAll(async () => {
  home = await GpgHome.create();
  ada = await home.newKey('Ada', 'ada@example.com');
  bob = await home.newKey('Bob', 'bob@example.com');
  work = await buildRepo();
  first = await work.commit({ files: file('a', '1'), sign: bob });
  second = await work.commit({ files: file('a', '2'), sign: ada });
  third = await work.commit({ files: file('a', '3'), sign: bob });
  [adaPerson, bobPerson] = [await personOf(ada), await personOf(bob)];
}, 60_000);

afterAll(async () => {
  await work.remove();
  await home.remove();
});

beforeEach(async () => {
  if (ada === undefined || bob === undefined) throw new Error('not built');
  world = await LineWorld.create(work, ada, bob);
  world.git.tip = second;
  await world.pass();
  world.cluster.writes.length = 0;
});

const entry = (): LedgerEntry | undefined => world.cluster.ledgerByRepo.get(LINE_KEY)?.entry;
const modes = (): readonly string[] =>
  world.ground.ports.guard.entries(LINE_KEY).map(({ mode }) => mode);

async function said(): Promise<readonly string[]> {
  const end = await world.pass();
  return [
    ...end.notes.map((note) => note.reason),
    ...(end.stop === undefined ? [] : [end.stop.reason]),
  ];
}

function people(adaIs: Partial<Person> | undefined): void {
  if (adaPerson === undefined || bobPerson === undefined) throw new Error('not built');
  world.setPeople(...(adaIs === undefined ? [] : [{ ...adaPerson, ...adaIs }]), bobPerson);
}

function verify(changes: Partial<VerifySpec>): void {
  world.setSpec({ verify: { ...world.repo.spec.verify, ...changes } });
}

const revoked = (reason: 'Compromised' | 'Superseded' | 'Retired'): Partial<Person> => ({
  revoked: { reason, at: '2020-01-01T00:00:00Z' },
});

describe('re-judging what is live', () => {
  it.each<[string, () => void, readonly string[], string]>([
    ['nothing changed', () => undefined, [], 'Trusted'],
    ['another role for the signer', () => people({ roles: ['dev'] }), [], 'Trusted'],
    ['signer removed', () => people(undefined), ['SignerRetired'], 'Retired'],
    ['signer retired', () => people(revoked('Retired')), ['SignerRetired'], 'Retired'],
    ['signer superseded', () => people(revoked('Superseded')), ['SignerRetired'], 'Retired'],
    ['signer compromised', () => people(revoked('Compromised')), ['AnchorUntrusted'], 'Untrusted'],
    [
      'signer who counts only until after the acceptance',
      () => people({ notAfter: toTimestamp(world.clock.now() + 1_000) }),
      [],
      'Trusted',
    ],
    [
      'a rule that what is live does not meet',
      () => verify({ rules: [{ name: 'all', paths: ['**'], threshold: 2 }] }),
      ['SignerRetired'],
      'Retired',
    ],
    [
      'addresses that no longer fit',
      () => people({ emails: ['other@example.com'] }),
      ['SignerRetired'],
      'Retired',
    ],
  ])('%s, said within one pass and the anchor stays', async (_name, change, expected, kind) => {
    change();
    await world.clock.advance(2_000);
    expect(await said()).toEqual(expected);
    expect([entry()?.anchor.oid, entry()?.standing?.kind]).toEqual([second, kind]);
    const version = world.cluster.ledgerByRepo.get(LINE_KEY)?.version;
    expect(await said()).toEqual(kind === 'Untrusted' ? ['AnchorUntrusted'] : []);
    expect(world.cluster.ledgerByRepo.get(LINE_KEY)?.version).toBe(version);
  });

  it('with Git unreachable, judged all the same', async () => {
    people(revoked('Compromised'));
    world.git.down = UNREACHABLE;
    expect(await said()).toEqual(['AnchorUntrusted']);
    expect(entry()?.standing?.kind).toBe('Untrusted');
  });

  it('a compromised key below the head of the accepted range, AnchorUntrusted', async () => {
    world.cluster.ledgerByRepo.clear();
    world.restart();
    world.setStatusAnchor(undefined);
    world.git.tip = third;
    await world.pass();
    people(revoked('Compromised'));
    expect(await said()).toEqual(['AnchorUntrusted']);
  });
});

describe('onUntrusted', () => {
  it('Freeze, what is live is reported and no longer healed, after a restart too', async () => {
    expect(modes()).toEqual(['Enforce']);
    people(revoked('Compromised'));
    await said();
    expect([modes(), world.cluster.writes]).toEqual([['Audit'], []]);
    world.restart();
    world.git.down = UNREACHABLE;
    expect(await said()).toEqual(['AnchorUntrusted']);
    expect([modes(), world.cluster.writes]).toEqual([['Audit'], []]);
  });

  it('KeepHealing, AnchorUntrusted and still healed', async () => {
    verify({ onUntrusted: 'KeepHealing' });
    people(revoked('Compromised'));
    expect(await said()).toEqual(['AnchorUntrusted']);
    expect(modes()).toEqual(['Enforce']);
  });

  it('a good commit on top, accepted and healed towards', async () => {
    people(revoked('Compromised'));
    await said();
    world.git.tip = third;
    expect(await said()).toEqual(['CommitAccepted']);
    expect([entry()?.standing?.kind, modes()]).toEqual(['Trusted', ['Enforce']]);
    expect(world.cluster.writes).toEqual(['apply /ConfigMap/payments/a']);
  });

  it('the revocation was a mistake and is taken back, healed again', async () => {
    people(revoked('Compromised'));
    await said();
    people({});
    expect(await said()).toEqual([]);
    expect([entry()?.standing?.kind, modes()]).toEqual(['Trusted', ['Enforce']]);
  });

  it('a head before the anchor, neither accepted nor healed towards', async () => {
    people(revoked('Compromised'));
    world.git.tip = first;
    expect(await said()).toEqual(['AnchorUntrusted']);
    expect([entry()?.anchor.oid, modes()]).toEqual([second, ['Audit']]);
  });
});
