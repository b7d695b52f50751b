import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { approvalText, noteApprovals } from '../../test/support/approvals.ts';
import { GpgHome } from '../../test/support/gpg.ts';
import type { GpgKey } from '../../test/support/gpg.ts';
import { configFile } from '../../test/support/line/files.ts';
import { LINE_KEY, LineWorld, personOf } from '../../test/support/line/world.ts';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';
import type { Person } from '../api/signerset.ts';
import { toTimestamp } from '../domain/clock.ts';
import type { Oid } from '../domain/oid.ts';
import type { LedgerEntry } from '../policy/ledger.ts';

const NOTES = 'refs/notes/gitward-approvals';
const HOUR = 3_600_000;

let home: GpgHome;
let keys: readonly GpgKey[];
let people: readonly Person[];
let work: TestRepo;
let [first, second]: Oid[] = [];
let [bobs, carols, none]: Oid[] = [];
let world: LineWorld;

beforeAll(async () => {
  home = await GpgHome.create();
  const names = ['Ada', 'Bob', 'Carol'];
  // One by one: gpg does not like two that open a new keyring at once.
  const made: GpgKey[] = [];
  for (const name of names) made.push(await home.newKey(name, `${name}@example.com`));
  keys = made;
  people = await Promise.all(keys.map((key) => personOf(key, { roles: ['release'] })));
  const [ada, bob, carol] = keys;
  if (ada === undefined || bob === undefined || carol === undefined) throw new Error('no keys');
  work = await buildRepo();
  first = await work.commit({ files: configFile('1'), sign: ada });
  second = await work.commit({ files: configFile('2'), sign: ada });
  none = await noteApprovals(work, first, ['nothing of interest']);
  const [byBob, byCarol] = [await approvalText(bob, second), await approvalText(carol, second)];
  bobs = await noteApprovals(work, second, [byBob]);
  carols = await noteApprovals(work, second, [byCarol]);
}, 60_000);

afterAll(async () => {
  await work.remove();
  await home.remove();
});

beforeEach(async () => {
  const [ada] = keys;
  if (ada === undefined) throw new Error('not built');
  world = await LineWorld.create(work, ada);
  world.setPeople(...people);
  world.git.tip = first;
  await world.pass();
});

const entry = (): LedgerEntry | undefined => world.cluster.ledgerByRepo.get(LINE_KEY)?.entry;

/** One pass with these notes on the server. */
async function pass(notes?: Oid): Promise<readonly string[]> {
  if (notes === undefined) world.git.named.delete(NOTES);
  else world.git.named.set(NOTES, notes);
  const end = await world.pass();
  const reasons = end.notes.map(({ reason }) => reason);
  return [...reasons, ...(end.stop === undefined ? [] : [end.stop.reason])];
}

function threshold(count: number, maxPending = '24h'): void {
  const rules = [{ name: 'prod', paths: ['deploy/**'], roles: ['release'], threshold: count }];
  world.setSpec({ verify: { ...world.repo.spec.verify, rules, maxPending } });
}

/** Ada's key counts only for so long from now. */
function adaUntil(afterMs: number): void {
  const [ada, ...others] = people;
  if (ada === undefined) throw new Error('not built');
  world.setPeople({ ...ada, notAfter: toTimestamp(world.clock.now() + afterMs) }, ...others);
}

describe('approvals', () => {
  beforeEach(async () => {
    // What is live has one signer: it stays, and its standing says so.
    threshold(2);
    await pass();
    world.git.tip = second;
  });

  it('none, ThresholdNotMet; one, accepted without a new commit', async () => {
    expect(await pass()).toEqual(['ThresholdNotMet']);
    expect(await pass(bobs)).toEqual(['CommitAccepted']);
    expect(entry()?.anchor.oid).toBe(second);
  });

  it('the same notes again, judged once', async () => {
    await pass(none);
    const { fetches } = world.git;
    expect(await pass(none)).toEqual(['ThresholdNotMet']);
    expect(world.git.fetches).toBe(fetches);
  });

  it('a notes ref that was rewound, takes no approval back', async () => {
    threshold(3);
    expect(await pass(bobs)).toEqual(['ThresholdNotMet']);
    expect(entry()?.approvals).toHaveLength(1);
    expect(await pass()).toEqual(['ThresholdNotMet']);
    world.restart();
    expect(await pass(carols)).toEqual(['CommitAccepted']);
  });

  it('accepted with an approval, re-judged as accepted after the notes are gone', async () => {
    await pass(bobs);
    const [ada, bob, carol] = people;
    if (ada === undefined || bob === undefined || carol === undefined) throw new Error('none');
    world.setPeople(ada, { ...bob, roles: ['release', 'dev'] }, carol);
    expect(await pass()).toEqual([]);
    expect(entry()?.standing?.kind).toBe('Trusted');
  });
});

describe('first sight', () => {
  beforeEach(() => {
    threshold(2);
    world.git.tip = second;
  });

  it('a key that expires while its commit waits, still counts', async () => {
    adaUntil(HOUR);
    expect(await pass()).toContain('ThresholdNotMet');
    await world.clock.advance(2 * HOUR);
    world.restart();
    expect(await pass(bobs)).toEqual(['CommitAccepted']);
  });

  it('and waited longer than maxPending, KeyExpired', async () => {
    threshold(2, '90m');
    adaUntil(HOUR);
    await pass();
    await world.clock.advance(2 * HOUR);
    expect(await pass(bobs)).toEqual(['KeyExpired']);
  });

  it('a key that expired before its commit was seen, KeyExpired whatever the date of the commit', async () => {
    adaUntil(HOUR);
    world.git.tip = first;
    await pass();
    await world.clock.advance(2 * HOUR);
    world.git.tip = second;
    expect(await pass(bobs)).toEqual(['KeyExpired']);
  });

  it('a key revoked while its commit waits, KeyRevoked at once', async () => {
    await pass();
    const [ada, ...others] = people;
    if (ada === undefined) throw new Error('not built');
    const revoked = { reason: 'Retired', at: toTimestamp(world.clock.now()) } as const;
    world.setPeople({ ...ada, revoked }, ...others);
    expect((await pass(bobs)).at(-1)).toBe('KeyRevoked');
  });
});
