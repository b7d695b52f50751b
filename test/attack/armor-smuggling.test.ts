import * as openpgp from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Keyring } from '../../src/signature/index.ts';
import { GpgHome } from '../support/gpg.ts';
import type { GpgKey } from '../support/gpg.ts';
import { withSignature } from '../support/repo-builder.ts';
import { commitText, edit, judge, keyringOf, signedCommit } from './judgement.ts';

// Bytes that no signature covers, put in or around the armor: a place for text that other readers
// take for something. The naive reader is the library's own, which skips what it does not know.

const BEGIN = '-----BEGIN PGP SIGNATURE-----';
const END = '-----END PGP SIGNATURE-----';

let gpg: GpgHome;
let alice: GpgKey;
let keyring: Keyring;
let honest: Uint8Array;
let armor: string;
beforeAll(async () => {
  gpg = await GpgHome.create();
  alice = await gpg.newKey('Alice', 'alice@example.com');
  keyring = await keyringOf(alice);
  armor = await gpg.sign(alice, commitText());
  honest = withSignature(commitText(), armor);
});
afterAll(() => gpg.remove());

async function naive(armored: string): Promise<boolean> {
  const result = await openpgp.verify({
    message: await openpgp.createMessage({ binary: commitText() }),
    signature: await openpgp.readSignature({ armoredSignature: armored }),
    verificationKeys: await openpgp.readKey({ armoredKey: await gpg.publicKey(alice) }),
  });
  return (await result.signatures[0]?.verified) ?? false;
}

describe('armor smuggling', () => {
  it('the honest commit, accepted', async () => {
    expect(await judge(honest, keyring)).toBe('good');
  });

  it.each([
    ['text behind END', `${END}\n`, `${END}\ntree evil\n`],
    ['text before BEGIN', BEGIN, `approved-by: boss\n${BEGIN}`],
    ['a second block', `${END}\n`, `${END}\n${BEGIN}\n\niQ==\n${END}\n`],
    ['text behind the checksum', `\n${END}`, `\napproved: yes=\n${END}`],
  ])('%s, the naive reader does not mind', async (_, from, to) => {
    expect(await naive(armor.replace(from, () => to))).toBe(true);
  });

  it.each([
    ['text behind END', ` ${END}\n`, ` ${END}\n tree evil\n`],
    ['a blank behind END', ` ${END}\n`, ` ${END} \n`],
    ['a second block', ` ${END}\n`, ` ${END}\n ${BEGIN}\n \n iQ==\n ${END}\n`],
    ['text behind the checksum', `\n ${END}`, `\n approved: yes=\n ${END}`],
    ['a line between base64 and END', `\n ${END}`, `\n hello world\n ${END}`],
    ['an unknown armor header', `${BEGIN}\n`, `${BEGIN}\n Approved-By: boss\n`],
    ['a header without the empty line', `${BEGIN}\n \n`, `${BEGIN}\n Comment: x\n`],
    ['no empty line', `${BEGIN}\n \n`, `${BEGIN}\n`],
    ['two checksums', `\n ${END}`, `\n =AAAA\n ${END}`],
    ['padding in the middle', `${BEGIN}\n \n `, `${BEGIN}\n \n iQ==\n `],
  ])('%s, malformed', async (_, from, to) => {
    expect(await judge(edit(honest, from, to), keyring)).toBe('CommitMalformed');
  });

  it('text before BEGIN, no known kind of signature', async () => {
    const bytes = edit(honest, `gpgsig ${BEGIN}`, `gpgsig approved-by: boss\n ${BEGIN}`);
    expect(await judge(bytes, keyring)).toBe('SignatureFormatUnsupported');
  });

  it('a wrong checksum, malformed', async () => {
    const crc = /\n=(....)\n/.exec(armor)?.[1] ?? '';
    const bytes = edit(honest, `\n =${crc}\n`, `\n =${crc === 'AAAA' ? 'BBBB' : 'AAAA'}\n`);
    expect(await judge(bytes, keyring)).toBe('CommitMalformed');
  });

  it('known armor headers and no checksum, accepted: honest tools write both', async () => {
    const commented = edit(honest, `${BEGIN}\n`, `${BEGIN}\n Version: GnuPG v2\n Comment: x\n`);
    expect(await judge(commented, keyring)).toBe('good');
    const crc = /\n=....\n/.exec(armor)?.[0].trim() ?? '';
    expect(await judge(edit(honest, ` ${crc}\n`, ''), keyring)).toBe('good');
  });

  it('a padding packet beside the signature, refused', async () => {
    const signature = await openpgp.readSignature({ armoredSignature: armor });
    const padded = Buffer.concat([Buffer.from([0xd5, 4, 1, 2, 3, 4]), bytesOf(signature)]);
    const again = openpgp.armor(openpgp.enums.armor.signature, padded);
    expect(await naive(again)).toBe(true);
    const bytes = withSignature(commitText(), again.replaceAll('\r', ''));
    expect(await judge(bytes, keyring)).toBe('SignatureFormatUnsupported');
  });

  it('two signatures of which one is good, refused', async () => {
    const bob = await gpg.newKey('Bob', 'bob@example.com');
    const both = await signedCommit(alice, commitText(), ['-u', bob.fingerprint]);
    expect(await judge(both, keyring)).toBe('SignatureFormatUnsupported');
    expect(await judge(both, await keyringOf(alice, bob))).toBe('SignatureFormatUnsupported');
  });
});

function bytesOf(signature: openpgp.Signature): Uint8Array {
  const written: unknown = signature.write();
  if (!(written instanceof Uint8Array)) throw new Error('a stream instead of bytes');
  return written;
}
