import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { approvalText, noteApprovals } from '../../test/support/approvals.ts';
import { GpgHome } from '../../test/support/gpg.ts';
import type { GpgKey } from '../../test/support/gpg.ts';
import { tokenFor } from '../../test/support/leaks.ts';
import { configFile } from '../../test/support/line/files.ts';
import { LINE_KEY, LineWorld, personOf } from '../../test/support/line/world.ts';
import { buildRepo } from '../../test/support/repo-builder.ts';
import type { TestRepo } from '../../test/support/repo-builder.ts';
import type { Oid } from '../domain/oid.ts';

const NOTES = 'refs/notes/gitward-approvals';

let home: GpgHome;
let [ada, bob]: GpgKey[] = [];
let work: TestRepo;
let world: LineWorld;
/** Clean; brings a leak; clean on top. All signed by Ada. */
let [base, leak, top]: Oid[] = [];

beforeAll(async () => {
  home = await GpgHome.create();
  ada = await home.newKey('Ada', 'ada@example.com');
  bob = await home.newKey('Bob', 'bob@example.com');
  work = await buildRepo();
  base = await work.commit({ files: configFile('1'), sign: ada });
  leak = await work.commit({ files: { 'a.txt': `token: ${tokenFor('own')}\n` }, sign: ada });
  top = await work.commit({ files: configFile('2'), sign: ada });
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

function setVerify(changes: Partial<LineWorld['repo']['spec']['verify']>): void {
  world.setSpec({ verify: { ...world.repo.spec.verify, ...changes } });
}

const open = () => world.cluster.ledgerByRepo.get(LINE_KEY)?.entry.leaks?.open ?? [];

/** One pass with this head. */
async function at(tip: Oid | undefined): Promise<void> {
  world.git.tip = tip;
  await world.pass();
}

/** One pass after somebody answered for the leak; how many are open then. */
async function answeredBy(key: GpgKey | undefined, tip: Oid | undefined): Promise<number> {
  if (key === undefined || leak === undefined) throw new Error('not built');
  const rule = `leak-${open()[0]?.fingerprint}`;
  const notes = await noteApprovals(work, leak, [await approvalText(key, leak, { rule })]);
  world.git.named.set(NOTES, notes);
  await at(tip);
  return open().length;
}

describe('a leak that its own signer answers for', () => {
  it('where nobody asks for signatures, open; another person closes it', async () => {
    setVerify({ signatures: 'None' });
    await at(base);
    await at(leak);
    expect([await answeredBy(ada, leak), await answeredBy(bob, leak)]).toStrictEqual([1, 0]);
  });

  it('before startAt, where no signature was looked at, open; another person closes it', async () => {
    if (leak === undefined) throw new Error('not built');
    setVerify({ startAt: { commit: leak } });
    await at(top);
    expect(open()[0]?.standing).toBe('Existing');
    expect([await answeredBy(ada, top), await answeredBy(bob, top)]).toStrictEqual([1, 0]);
  });
});
