import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VerifySpec } from '../../src/api/guardedrepo.ts';
import type { Oid } from '../../src/domain/oid.ts';
import { GpgHome } from '../support/gpg.ts';
import type { GpgKey } from '../support/gpg.ts';
import { configFile } from '../support/line/files.ts';
import { LINE_KEY, LineWorld } from '../support/line/world.ts';
import { buildRepo } from '../support/repo-builder.ts';
import type { TestRepo } from '../support/repo-builder.ts';

// G16: a tag for a commit, or a commit for a tag. The naive verifier is content when either of the two
// is signed well, and follows a tag wherever it points today.

let home: GpgHome;
let ada: GpgKey;
let work: TestRepo;
let world: LineWorld;
let [start, signed, unsigned]: Oid[] = [];

beforeAll(async () => {
  home = await GpgHome.create();
  ada = await home.newKey('Ada', 'ada@example.com');
  work = await buildRepo();
  start = await work.commit({ files: configFile('0'), sign: ada });
  signed = await work.commit({ files: configFile('1'), sign: ada });
  unsigned = await work.commit({ files: configFile('2') });
}, 60_000);

afterAll(async () => {
  await work.remove();
  await home.remove();
});

beforeEach(async () => {
  world = await LineWorld.create(work, ada);
  world.git.tip = unsigned;
});

/** Makes a tag, signed by Ada or annotated by nobody, and yields its object. */
async function tag(name: string, commit: Oid | undefined, isSigned: boolean): Promise<Oid> {
  const how = isSigned ? ['-u', ada.fingerprint] : ['-a'];
  const program = ['-c', `gpg.program=${home.program}`];
  const args = [...program, 'tag', '--force', ...how, '-m', 'release', name, commit ?? ''];
  const who = { GIT_COMMITTER_NAME: ada.name, GIT_COMMITTER_EMAIL: ada.email };
  const ran = await work.run(args, { env: { ...home.env, ...who } });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return work.head(`refs/tags/${name}`);
}

async function isGood(command: 'verify-tag' | 'verify-commit', oid: Oid): Promise<boolean> {
  const args = ['-c', `gpg.program=${home.program}`, command, oid];
  return (await work.run(args, { env: home.env })).status === 0;
}

/** Is one of the two signed well? */
async function naive(object: Oid, commit: Oid | undefined): Promise<boolean> {
  return (await isGood('verify-tag', object)) || isGood('verify-commit', commit ?? object);
}

async function judge(
  name: string,
  object: Oid,
  signatures: VerifySpec['signatures'],
): Promise<string> {
  const { source, verify } = world.repo.spec;
  world.setSpec({
    source: { ...source, ref: { branch: 'main', tag: name } },
    verify: { ...verify, signatures, startAt: { commit: start ?? '' } },
  });
  world.git.named.set(`refs/tags/${name}`, object);
  return (await world.pass()).stop?.reason ?? 'accepted';
}

describe('a tag and its commit', () => {
  it('a signed tag on an unsigned commit, not for TagAndHead, Head or EveryCommit', async () => {
    const object = await tag('a', unsigned, true);
    expect(await naive(object, unsigned)).toBe(true);
    for (const mode of ['TagAndHead', 'Head', 'EveryCommit'] as const) {
      expect(await judge('a', object, mode)).toBe('SignatureMissing');
    }
    expect(await judge('a', object, 'Tag')).toBe('accepted');
  });

  it('an unsigned tag on a signed commit, not for Tag or TagAndHead', async () => {
    const object = await tag('b', signed, false);
    expect(await naive(object, signed)).toBe(true);
    for (const mode of ['Tag', 'TagAndHead'] as const) {
      expect(await judge('b', object, mode)).toBe('SignatureMissing');
    }
    expect(await judge('b', object, 'Head')).toBe('accepted');
  });

  it('a signed tag of a signed tag, and a tag of a tree, neither', async () => {
    const inner = await tag('c', signed, true);
    const outer = await tag('nested', inner, true);
    expect(await naive(outer, signed)).toBe(true);
    expect(await judge('nested', outer, 'Tag')).toBe('CommitMalformed');
    const tree = await work.head(`${signed ?? ''}^{tree}`);
    expect(await judge('tree', await tag('tree', tree, true), 'Tag')).toBe('CommitMalformed');
  });

  it('moved forward to another signed commit under its own name, HistoryRewritten for good', async () => {
    expect(await judge('d', await tag('d', start, true), 'Tag')).toBe('accepted');
    const moved = await tag('d', signed, true);
    expect(await naive(moved, signed)).toBe(true);
    expect(await judge('d', moved, 'Tag')).toBe('HistoryRewritten');
    world.restart();
    expect(await judge('d', moved, 'Tag')).toBe('HistoryRewritten');
    expect(world.cluster.ledgerByRepo.get(LINE_KEY)?.entry.anchor.oid).toBe(start);
  });

  it('a second tag on the same commit is known too, and does not move either', async () => {
    expect(await judge('e', start ?? ('' as Oid), 'Head')).toBe('accepted');
    expect(await judge('f', start ?? ('' as Oid), 'Head')).toBe('accepted');
    expect(await judge('e', start ?? ('' as Oid), 'Head')).toBe('accepted');
    expect(await judge('f', signed ?? ('' as Oid), 'Head')).toBe('HistoryRewritten');
  });
});
