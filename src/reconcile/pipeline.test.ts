import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GpgHome } from '../../test/support/gpg.ts';
import type { GpgKey } from '../../test/support/gpg.ts';
import { UNREACHABLE } from '../../test/support/line/git.ts';
import { LINE_KEY, LineWorld } from '../../test/support/line/world.ts';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';
import type { Oid } from '../domain/oid.ts';
import type { LineEnd } from './line.ts';

let home: GpgHome;
let ada: GpgKey;
let work: TestRepo;
let [first, second, third, unsigned, beside]: Oid[] = [];
let world: LineWorld;

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
  work = await buildRepo();
  first = await work.commit({ files: { ...file('a', '1'), ...file('b', '1') }, sign: ada });
  second = await work.commit({ files: file('a', '2'), sign: ada });
  third = await work.commit({ files: file('a', '3'), sign: ada });
  unsigned = await work.commit({ files: file('a', 'evil') });
  await work.branch('side', first);
  beside = await work.commit({ files: file('a', 'side'), sign: ada });
}, 60_000);

afterAll(async () => {
  await work.remove();
  await home.remove();
});

beforeEach(async () => {
  world = await LineWorld.create(work, ada);
});

const said = (end: LineEnd): readonly string[] => [
  ...end.notes.map((note) => note.reason),
  ...(end.stop === undefined ? [] : [end.stop.reason]),
];

async function at(tip: Oid | undefined): Promise<readonly string[]> {
  world.git.tip = tip;
  return said(await world.pass());
}

const anchor = (): Oid | undefined => world.cluster.ledgerByRepo.get(LINE_KEY)?.entry.anchor.oid;

describe('runLine', () => {
  it('first head, whole history verified, rolled out, said to be bootstrapped', async () => {
    expect(await at(second)).toEqual(['AnchorBootstrapped', 'CommitAccepted']);
    const entry = world.cluster.ledgerByRepo.get(LINE_KEY)?.entry;
    expect(entry?.anchor.oid).toBe(second);
    expect(entry?.current?.oid).toBe(second);
    expect(entry?.pending).toBeUndefined();
    expect(world.cluster.writes).toHaveLength(2);
  });

  it('next good head, only what changed is written', async () => {
    await at(second);
    world.cluster.writes.length = 0;
    expect(await at(third)).toEqual(['CommitAccepted']);
    expect(world.cluster.writes).toEqual(['apply /ConfigMap/payments/a']);
  });

  it('unchanged head, no fetch and no write', async () => {
    await at(second);
    const { fetches } = world.git;
    world.cluster.writes.length = 0;
    expect(await at(second)).toEqual([]);
    expect([world.git.fetches, world.cluster.writes]).toEqual([fetches, []]);
  });

  it('head refused, anchor and objects as before, judged once', async () => {
    await at(third);
    world.cluster.writes.length = 0;
    expect(await at(unsigned)).toEqual(['SignatureMissing']);
    const { fetches } = world.git;
    expect(await at(unsigned)).toEqual(['SignatureMissing']);
    expect([anchor(), world.git.fetches, world.cluster.writes]).toEqual([third, fetches, []]);
    expect(world.cluster.ledgerByRepo.get(LINE_KEY)?.entry.rejected).toEqual({
      oid: unsigned,
      reason: 'SignatureMissing',
    });
  });

  it('refused head replaced by a good one, told, also after a restart', async () => {
    await at(second);
    await at(beside);
    world.restart();
    expect(await at(third)).toEqual(['RejectedTipReplaced', 'CommitAccepted']);
  });

  it.each<[string, () => Oid | undefined, string]>([
    ['head before the anchor', () => first, 'RevisionRolledBack'],
    ['head beside the anchor', () => beside, 'HistoryRewritten'],
  ])('%s, %s', async (_name, tip, reason) => {
    await at(third);
    expect(await at(tip())).toEqual([reason]);
    expect(anchor()).toBe(third);
  });

  it('changed branch that does not contain the anchor, SourceChanged', async () => {
    await at(third);
    world.setSpec({ source: { ...world.repo.spec.source, ref: { branch: 'side' } } });
    expect(await at(beside)).toEqual(['SourceChanged']);
  });

  it('startAt, what is before it is not verified', async () => {
    if (unsigned === undefined) throw new Error('not built');
    const { verify } = world.repo.spec;
    world.setSpec({ verify: { ...verify, startAt: { commit: unsigned } } });
    expect(await at(unsigned)).toEqual(['AnchorBootstrapped', 'CommitAccepted']);
    expect(world.cluster.ledgerByRepo.get(LINE_KEY)?.entry.anchor.signer).toBeUndefined();
  });

  it('manifest that cannot be rendered, the old plan stays in force', async () => {
    await at(second);
    await work.branch('broken', second);
    const broken = await work.commit({ files: { 'deploy/x.yaml': 'a: [' }, sign: ada });
    world.cluster.writes.length = 0;
    expect(await at(broken)).toEqual(['ManifestInvalid']);
    expect(world.cluster.writes).toEqual([]);
    expect(world.cluster.ledgerByRepo.get(LINE_KEY)?.entry.current?.oid).toBe(second);
    world.restart();
    world.git.down = UNREACHABLE;
    expect(said(await world.pass())).toEqual(['GitUnreachable']);
    expect(world.ground.ports.guard.entries(LINE_KEY)[0]?.revision).toBe(`main@sha1:${second}`);
  });

  it('text that YAML versions read differently, applied as kubectl reads it and said', async () => {
    await at(second);
    await work.branch('open', second);
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: open}\nimmutable: yes\n';
    const open = await work.commit({ files: { 'deploy/open.yaml': text }, sign: ada });
    expect(await at(open)).toEqual(['CommitAccepted', 'ManifestAmbiguous']);
  });

  it('one object forbidden, the others rolled out, healed once allowed', async () => {
    world.cluster.forbidden = 'a';
    expect(await at(second)).toEqual(['AnchorBootstrapped', 'CommitAccepted', 'Forbidden']);
    expect(world.cluster.writes).toEqual(['apply /ConfigMap/payments/b']);
    expect(world.cluster.ledgerByRepo.get(LINE_KEY)?.entry.pending?.oid).toBe(second);
    world.cluster.forbidden = undefined;
    expect(await at(second)).toEqual([]);
    expect(world.cluster.ledgerByRepo.get(LINE_KEY)?.entry.current?.oid).toBe(second);
  });

  it('Audit, nothing written', async () => {
    world.setSpec({ mode: 'Audit' });
    await at(second);
    expect(world.cluster.writes).toEqual([]);
    world.setSpec({ mode: 'Enforce' });
    await at(second);
    expect(world.cluster.writes).toHaveLength(2);
  });
});

describe('the start-up rules of the ledger', () => {
  beforeEach(async () => {
    await at(third);
    world.restart();
  });

  it('all agree, Git down, the plan is enforced from the volume', async () => {
    world.git.down = UNREACHABLE;
    expect(said(await world.pass())).toEqual(['GitUnreachable']);
    expect(world.ground.ports.guard.entries(LINE_KEY)).toHaveLength(2);
  });

  it('status behind, repaired from the ledger without a word', async () => {
    world.setStatusAnchor(first);
    expect(await at(third)).toEqual([]);
    expect(world.repo.status?.anchor?.oid).toBe(third);
  });

  it('status lost, restored from the ledger and said so', async () => {
    world.setStatusAnchor(undefined);
    expect(await at(third)).toEqual(['AnchorRestored']);
  });

  it('ledger lost, restored from status after it proved itself', async () => {
    world.cluster.ledgerByRepo.clear();
    expect(await at(third)).toEqual(['AnchorRestored', 'CommitAccepted']);
    expect(anchor()).toBe(third);
  });

  it('ledger lost and head before the anchor of status, RevisionRolledBack', async () => {
    world.cluster.ledgerByRepo.clear();
    expect(await at(second)).toEqual(['RevisionRolledBack']);
    expect(anchor()).toBeUndefined();
  });

  it('ledger lost and status names an unsigned commit, AnchorConflict', async () => {
    world.cluster.ledgerByRepo.clear();
    world.setStatusAnchor(unsigned);
    expect(await at(unsigned)).toEqual(['AnchorConflict']);
  });

  it.each<[string, () => Oid | undefined]>([
    ['ahead', () => unsigned],
    ['unrelated', () => beside],
  ])('status %s of the ledger, AnchorConflict, the plan stays enforced', async (_name, oid) => {
    world.setStatusAnchor(oid());
    world.git.tip = third;
    expect(said(await world.pass())).toEqual(['AnchorConflict']);
    expect(world.ground.ports.guard.entries(LINE_KEY)).toHaveLength(2);
  });

  it('both lost, bootstrapped again', async () => {
    world.cluster.ledgerByRepo.clear();
    world.setStatusAnchor(undefined);
    expect(await at(third)).toEqual(['AnchorBootstrapped', 'CommitAccepted']);
  });

  it('volume lost, fetched anew and re-hashed, nothing written again', async () => {
    world.git.loseStore();
    world.cluster.writes.length = 0;
    expect(await at(third)).toEqual([]);
    expect(world.ground.ports.guard.entries(LINE_KEY)).toHaveLength(2);
    expect(world.cluster.writes).toEqual([]);
  });

  it('ledger changed by somebody else meanwhile, retried from what it says', async () => {
    await at(third);
    const stored = world.cluster.ledgerByRepo.get(LINE_KEY);
    if (stored === undefined) throw new Error('no ledger');
    world.cluster.ledgerByRepo.set(LINE_KEY, { ...stored, version: 'other' });
    const next = await commitOn(third);
    expect(await at(next)).toEqual(['APIUnavailable']);
    expect(await at(next)).toEqual(['CommitAccepted']);
  });
});

async function commitOn(base: Oid | undefined): Promise<Oid> {
  await work.branch('next', base);
  return work.commit({ files: file('c', '1'), sign: ada });
}
