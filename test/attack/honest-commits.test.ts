import * as openpgp from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCommit } from '../../src/commit/parse.ts';
import { parseTree } from '../../src/commit/tree.ts';
import type { Keyring } from '../../src/signature/index.ts';
import { GpgHome } from '../support/gpg.ts';
import type { GpgKey } from '../support/gpg.ts';
import { buildRepo } from '../support/repo-builder.ts';
import type { CommitOptions, TestRepo } from '../support/repo-builder.ts';
import { edit, judge, keyringOf } from './judgement.ts';

// What honest people's tools write must pass, or they will switch the guard off. The naive reader
// decodes the commit and derives the signed text from that, as isomorphic-git's `payload` does.

let gpg: GpgHome;
let repo: TestRepo;
let alice: GpgKey;
let keyring: Keyring;
beforeAll(async () => {
  gpg = await GpgHome.create();
  repo = await buildRepo();
  alice = await gpg.newKey('Alice Ünïcode', 'alice@example.com');
  keyring = await keyringOf(alice);
  await repo.commit({ files: { 'README.md': 'x\n' } });
});
afterAll(async () => {
  await repo.remove();
  await gpg.remove();
});

async function naive(bytes: Uint8Array): Promise<boolean> {
  const text = Buffer.from(bytes).toString('utf8').replaceAll('\r', '');
  const end = '-----END PGP SIGNATURE-----\n';
  const cut =
    text.slice(0, text.indexOf('\ngpgsig')) + '\n' + text.slice(text.indexOf(end) + end.length);
  const payload = `${cut.replace(/^\n+/, '').replace(/\n+$/, '')}\n`;
  const armor = /gpgsig ([^]*?-----END PGP SIGNATURE-----)/.exec(text)?.[1] ?? '';
  const result = await openpgp.verify({
    message: await openpgp.createMessage({ binary: Buffer.from(payload) }),
    signature: await openpgp.readSignature({ armoredSignature: armor.replaceAll('\n ', '\n') }),
    verificationKeys: await openpgp.readKey({ armoredKey: await gpg.publicKey(alice) }),
  });
  return result.signatures[0]?.verified.catch(() => false) ?? false;
}

const cases: readonly (readonly [string, CommitOptions, boolean])[] = [
  ['plain', { message: 'change\n' }, true],
  ['CRLF', { message: 'change\r\n\r\nbody\r\n' }, false],
  ['trailing blank lines', { message: 'change\n\n\n\n' }, false],
  ['no final newline', { message: 'change' }, false],
  ['trailing blanks', { message: 'change  \n\n  body\t\n' }, true],
  ['armor in the message', { message: 'x\n\n-----END PGP SIGNATURE-----\n' }, true],
  ['gpgsig in the message', { message: 'x\n\ngpgsig -----BEGIN PGP SIGNATURE-----\n' }, true],
  ['only blanks', { message: ' \n' }, true],
  ['emoji', { message: '🚀 naïve\n' }, true],
  ['another encoding', { message: 'plain\n', config: ['i18n.commitEncoding=ISO-8859-1'] }, true],
  ['the epoch', { message: 'old\n', at: new Date(0) }, true],
];

describe('honest commits', () => {
  it.each(cases)('%s, good', async (_, options, naiveCopes) => {
    const oid = await repo.commit({ ...options, sign: alice });
    const raw = await repo.object(oid);
    const git = await repo.run(['verify-commit', oid], { env: gpg.env });
    expect(git.status).toBe(0);
    expect(await judge(raw.bytes, keyring)).toBe('good');
    expect(await naive(raw.bytes)).toBe(naiveCopes);
  });

  it('bytes of Latin-1 with an encoding header, good', async () => {
    const header = 'encoding ISO-8859-1\n\ncaf\xe9\n';
    const base = await repo.object(await repo.commit({ message: 'x\n' }));
    const payload = edit(base.bytes, '\nx\n', header);
    const { withSignature } = await import('../support/repo-builder.ts');
    const bytes = withSignature(payload, await gpg.sign(alice, payload));
    expect(await naive(bytes)).toBe(false);
    expect(await judge(bytes, keyring)).toBe('good');
    const oid = await repo.write('commit', bytes);
    expect((await repo.run(['verify-commit', oid], { env: gpg.env })).status).toBe(0);
  });

  it("GitHub's empty line behind the signature, good; git agrees", async () => {
    const raw = await repo.object(await repo.commit({ sign: alice }));
    const end = ' -----END PGP SIGNATURE-----\n';
    const bytes = edit(raw.bytes, end, `${end} \n`);
    expect(await judge(bytes, keyring)).toBe('good');
    const oid = await repo.write('commit', bytes);
    expect((await repo.run(['verify-commit', oid], { env: gpg.env })).status).toBe(0);
  });

  it('a merge of a signed tag, read with both parents and a good signature', async () => {
    const main = await repo.head();
    await repo.branch('topic');
    const topic = await repo.commit({ files: { topic: 't' } });
    const sign = ['-c', `gpg.program=${gpg.program}`];
    const tag = [...sign, 'tag', '-s', '-u', alice.fingerprint, '-m', 'v1', 'v1'];
    expect((await repo.run(tag, { env: gpg.env })).status).toBe(0);
    await repo.branch('main', main);
    const merge = ['merge', '-q', '--no-ff', '-m', 'merge', `-S${alice.fingerprint}`, 'v1'];
    expect((await repo.run([...sign, ...merge], { env: gpg.env })).status).toBe(0);
    const raw = await repo.object(await repo.head());
    expect(Buffer.from(raw.bytes).includes('\nmergetag ')).toBe(true);
    const parsed = parseCommit(raw);
    expect(parsed.ok && parsed.value.parents).toStrictEqual([main, topic]);
    expect(await judge(raw.bytes, keyring)).toBe('good');
  });

  it('a directory as git writes it, the same entries as git lists', async () => {
    const files = { 'a.yaml': '1', 'a/b': '2', 'a-b': '3', 'ü/x': '4', 'A.YAML': '5' };
    await repo.commit({ files });
    const tree = await repo.head('HEAD^{tree}');
    const listed = (await repo.git('ls-tree', '-z', tree))
      .split('\0')
      .filter((line) => line !== '');
    const parsed = parseTree(await repo.object(tree));
    const mine = parsed.ok ? parsed.value.map((entry) => `${entry.oid}\t${entry.name}`) : [];
    expect(mine).toStrictEqual(listed.map((line) => line.split(' ').slice(2).join(' ')));
  });
});
