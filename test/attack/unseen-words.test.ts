import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Oid } from '../../src/domain/oid.ts';
import { parseOid } from '../../src/domain/oid.ts';
import { gatherLeaks } from '../../src/reconcile/gather/leaks.ts';
import { NO_IGNORES } from '../../src/secrets/index.ts';
import { inlineWork } from '../../src/worker/inline.ts';
import { commitsOf, readerOver, tokenFor } from '../support/leaks.ts';
import { buildRepo } from '../support/repo-builder.ts';
import type { TestRepo } from '../support/repo-builder.ts';

// A commit holds more words than its message: headers that no log prints are pushed and cloned all the
// same. The naive scanner reads what `git log` shows.

const SECRET = tokenFor('unseen');
const HOW = {
  plan: { dialect: 'gitward', inlineAllow: false, salt: 'a salt of the tests', sops: [] },
  ...{ ignores: NO_IGNORES, warnings: [], broken: [] },
} as const;

let repo: TestRepo;
let base: Oid;
beforeAll(async () => {
  repo = await buildRepo();
  base = await repo.commit({ files: { README: 'x\n' } });
});
afterAll(() => repo.remove());

async function commitWith(headers: readonly string[], message = 'a commit\n'): Promise<Oid> {
  const tree = await repo.head('HEAD^{tree}');
  const people = ['author', 'committer'].map((who) => `${who} A <a@example.com> 1700000000 +0000`);
  const lines = [`tree ${tree}`, `parent ${base}`, ...people, ...headers, '', message];
  const oid = parseOid(await repo.write('commit', Buffer.from(lines.join('\n'), 'latin1')));
  if (oid === undefined) throw new Error('not written');
  return oid;
}

async function rulesMet(oid: Oid): Promise<readonly string[]> {
  const commits = await commitsOf(repo, `${base}..${oid}`);
  const ground = { objects: await readerOver(repo), work: inlineWork() };
  const done = await gatherLeaks(commits, HOW, ground);
  if (!done.ok) throw new Error(done.stop.message);
  expect(JSON.stringify(done.value)).not.toContain(SECRET);
  return done.value.leaks.map(({ finding }) => finding.path);
}

const TAG = (message: string): readonly string[] => [
  `mergetag object ${base}`,
  ...[' type commit', ' tag v1', ' tagger A <a@example.com> 1700000000 +0000', ' '],
  ` ${message}`,
];
const ARMOR = (remark: string): readonly string[] => [
  'gpgsig -----BEGIN PGP SIGNATURE-----',
  ...[
    ` Comment: ${remark}`,
    ' ',
    ` ${'iQIz'.repeat(16)}`,
    ' =AbCd',
    ' -----END PGP SIGNATURE-----',
  ],
];

describe('words of a commit that no log shows', () => {
  it.each([
    ['the message of a merged tag', TAG(`use ${SECRET}`)],
    ['a header of another tool', [`x-note ${SECRET}`]],
    ['a remark in the armor of a signature', ARMOR(SECRET)],
  ])('a token in %s, told, and not seen by the naive scanner', async (_, headers) => {
    const oid = await commitWith(headers);
    expect(await repo.git('log', '-p', '--format=fuller', `${base}..${oid}`)).not.toContain(SECRET);
    expect(await rulesMet(oid)).toStrictEqual(['(message)']);
  });

  it('a message that begins like UTF-16, told', async () => {
    const oid = await commitWith([], `\xff\xfe${SECRET}\n`);
    expect(await rulesMet(oid)).toStrictEqual(['(message)']);
  });

  it('the same headers without a token, clean', async () => {
    const headers = [...TAG('a release'), 'x-note none', ...ARMOR('made by hand')];
    expect(await rulesMet(await commitWith(headers))).toStrictEqual([]);
  });
});
