import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Oid } from '../../src/domain/oid.ts';
import type { VerifySpec } from '../../src/api/guardedrepo.ts';
import { GpgHome } from '../support/gpg.ts';
import type { GpgKey } from '../support/gpg.ts';
import { configFile } from '../support/line/files.ts';
import { LINE_KEY, LineWorld } from '../support/line/world.ts';
import { buildRepo } from '../support/repo-builder.ts';
import type { TestRepo } from '../support/repo-builder.ts';

// G14: a commit that a listed person really signed, served where it was never meant for: an older one,
// one of another branch, one of another repository; and G17: a good head over a commit nobody signed.
// The naive verifier asks git whether the head's signature is good, and nothing else.

let home: GpgHome;
let ada: GpgKey;
let work: TestRepo;
let world: LineWorld;
const commits = new Map<string, Oid>();

beforeAll(async () => {
  home = await GpgHome.create();
  ada = await home.newKey('Ada', 'ada@example.com');
  work = await buildRepo();
  const put = async (name: string, sign?: GpgKey): Promise<void> => {
    const files = configFile(name);
    commits.set(name, await work.commit(sign === undefined ? { files } : { files, sign }));
  };
  await put('older', ada);
  await put('anchor', ada);
  await put('next', ada);
  await work.branch('other', at('older'));
  await put('another branch', ada);
  await work.git('checkout', '--quiet', '--orphan', 'elsewhere');
  await put('another repository', ada);
  await work.branch('sneaky', at('anchor'));
  await put('unsigned');
  await put('signed over unsigned', ada);
}, 60_000);

afterAll(async () => {
  await work.remove();
  await home.remove();
});

beforeEach(async () => {
  world = await LineWorld.create(work, ada);
  world.git.tip = at('anchor');
  await world.pass();
});

function at(name: string): Oid {
  const found = commits.get(name);
  if (found === undefined) throw new Error(name);
  return found;
}

/** Is the head's own signature good, as git sees it? */
async function naive(oid: Oid): Promise<boolean> {
  const program = ['-c', `gpg.program=${home.program}`];
  const ran = await work.run([...program, 'verify-commit', oid], { env: home.env });
  return ran.status === 0;
}

async function judge(name: string, verify: Partial<VerifySpec> = {}): Promise<string> {
  world.setSpec({ verify: { ...world.repo.spec.verify, ...verify } });
  world.git.tip = at(name);
  return (await world.pass()).stop?.reason ?? 'accepted';
}

const anchor = (): Oid | undefined => world.cluster.ledgerByRepo.get(LINE_KEY)?.entry.anchor.oid;

describe('a commit that a listed person signed', () => {
  it.each([
    ['next', 'accepted'],
    ['older', 'RevisionRolledBack'],
    ['another branch', 'HistoryRewritten'],
    ['another repository', 'HistoryRewritten'],
    ['signed over unsigned', 'SignatureMissing'],
  ])('%s, good for git and %s', async (name, expected) => {
    expect([await naive(at(name)), await judge(name)]).toEqual([true, expected]);
    expect(anchor()).toBe(at(expected === 'accepted' ? name : 'anchor'));
  });

  it.each(['older', 'another branch', 'another repository'])(
    '%s, refused after a restart with either store lost',
    async (name) => {
      world.restart();
      world.setStatusAnchor(undefined);
      expect(await judge(name)).not.toBe('accepted');
      world.restart();
      world.setStatusAnchor(at('anchor'));
      world.cluster.ledgerByRepo.clear();
      expect(await judge(name)).not.toBe('accepted');
    },
  );

  it('over one that nobody signed, taken only where the spec looks at the head alone', async () => {
    expect(await judge('signed over unsigned', { signatures: 'Head' })).toBe('accepted');
  });
});
