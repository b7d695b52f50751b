import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Oid } from '../../src/domain/oid.ts';
import type { LedgerEntry } from '../../src/policy/ledger.ts';
import { parseApprovals } from '../../src/policy/approval.ts';
import { approvalText, noteApprovals } from '../support/approvals.ts';
import { GpgHome } from '../support/gpg.ts';
import type { GpgKey } from '../support/gpg.ts';
import { configFile } from '../support/line/files.ts';
import { LINE_KEY, LineWorld } from '../support/line/world.ts';
import { buildRepo } from '../support/repo-builder.ts';
import type { TestRepo } from '../support/repo-builder.ts';

// Whoever may push may write refs/notes/gitward-approvals, with no key at all. Approvals count by their
// signatures; what else lies there must neither stop the line, nor take back what was kept, nor push
// honest approvals out. The naive reader takes every text for another approval.

const NOTES = 'refs/notes/gitward-approvals';

let home: GpgHome;
let [ada, bob]: GpgKey[] = [];
let work: TestRepo;
let [first, second, plain]: Oid[] = [];
let [junk, rewrites, flood]: Oid[] = [];
const broken: [string, Oid][] = [];
let world: LineWorld;

/** The same approval with remarks in its armor, which no signature covers. */
const remarked = (text: string, remark: number): string =>
  text.replace('-----BEGIN PGP SIGNATURE-----\n', `$&Comment: ${remark}\n`);

/** How many approvals a reader sees that tells them apart by their text. */
const naive = (texts: readonly string[]): number => new Set(texts).size;

beforeAll(async () => {
  home = await GpgHome.create();
  ada = await home.newKey('Ada', 'ada@example.com');
  bob = await home.newKey('Bob', 'bob@example.com');
  const mallory = await home.newKey('Mallory', 'mallory@example.com');
  work = await buildRepo();
  first = await work.commit({ files: configFile('1'), sign: ada });
  second = await work.commit({ files: configFile('2'), sign: ada });
  const honest = await approvalText(bob, second);
  flood = await noteApprovals(
    work,
    second,
    Array.from({ length: 64 }, (_, i) => remarked(honest, i)),
  );
  junk = await noteApprovals(work, first, ['nothing of interest']);
  const rule = `rewrite-${second}`;
  rewrites = await noteApprovals(work, first, [await approvalText(mallory, first, { rule })]);
  plain = await work.commit({ files: { 'README.md': 'x' }, sign: ada });
  const blob = await work.write('blob', 'no commit');
  broken.push(['a blob', blob], ['a tree', await work.git('write-tree').then((t) => t as Oid)]);
  const missing = `tree ${'1'.repeat(40)}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx`;
  broken.push(['a commit that git calls malformed', await work.write('commit', 'tree\n\n')]);
  broken.push(['a commit without its tree', await work.write('commit', missing)]);
}, 60_000);

afterAll(async () => {
  await work.remove();
  await home.remove();
});

beforeEach(async () => {
  if (ada === undefined || bob === undefined) throw new Error('not built');
  world = await LineWorld.create(work, ada, bob);
  world.git.tip = first;
  await world.pass();
  const rules = [{ name: 'prod', paths: ['deploy/**'], threshold: 2 }];
  world.setSpec({ verify: { ...world.repo.spec.verify, rules } });
  await world.pass();
});

const entry = (): LedgerEntry | undefined => world.cluster.ledgerByRepo.get(LINE_KEY)?.entry;

async function pass(tip: Oid | undefined, notes: Oid | undefined): Promise<readonly string[]> {
  world.git.tip = tip;
  if (notes === undefined) world.git.named.delete(NOTES);
  else world.git.named.set(NOTES, notes);
  const end = await world.pass();
  const reasons = end.notes.map(({ reason }) => reason);
  return [...reasons, ...(end.stop === undefined ? [] : [end.stop.reason])];
}

describe('notes that are none', () => {
  it('the ref names no notes, what needs no approval is accepted, what was kept counts', async () => {
    for (const [, oid] of broken) {
      expect(await pass(second, oid)).toEqual(['ThresholdNotMet']);
    }
    const { rules: _none, ...verify } = world.repo.spec.verify;
    world.setSpec({ verify: { ...verify, rules: [{ name: 'prod', paths: ['x'], threshold: 2 }] } });
    expect(await pass(plain, broken[0]?.[1])).toContain('CommitAccepted');
  });

  it('written over what was kept, takes no approval back', async () => {
    const rules = [{ name: 'prod', paths: ['deploy/**'], threshold: 3 }];
    world.setSpec({ verify: { ...world.repo.spec.verify, rules } });
    expect(await pass(second, flood)).toEqual(['ThresholdNotMet']);
    const lower = [{ name: 'prod', paths: ['deploy/**'], threshold: 2 }];
    world.setSpec({ verify: { ...world.repo.spec.verify, rules: lower } });
    for (const [, oid] of broken)
      expect(['CommitAccepted', undefined]).toContain((await pass(second, oid))[0]);
    expect(entry()?.anchor.oid).toBe(second);
  });
});

describe('one approval in many texts', () => {
  it('naive 64, kept once', async () => {
    const rules = [{ name: 'prod', paths: ['deploy/**'], threshold: 3 }];
    world.setSpec({ verify: { ...world.repo.spec.verify, rules } });
    expect(await pass(second, flood)).toEqual(['ThresholdNotMet']);
    const kept = entry()?.approvals ?? [];
    expect(kept.flatMap((text) => parseApprovals(Buffer.from(text)).approvals)).toHaveLength(1);
    expect(
      naive(Array.from({ length: 64 }, (_, i) => remarked('-----BEGIN PGP SIGNATURE-----\n', i))),
    ).toBe(64);
  });
});

describe('an approval of a rewrite by nobody', () => {
  it('a head before the anchor is still told as rolled back', async () => {
    const { rules: _none, ...verify } = world.repo.spec.verify;
    world.setSpec({ verify });
    expect(await pass(second, undefined)).toEqual(['CommitAccepted']);
    expect(await pass(first, junk)).toEqual(['RevisionRolledBack']);
    expect(await pass(first, rewrites)).toEqual(['RevisionRolledBack']);
  });
});
