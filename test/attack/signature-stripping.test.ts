import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Keyring } from '../../src/signature/index.ts';
import { GpgHome } from '../support/gpg.ts';
import { commitText, edit, evidenceOf, judge, keyringOf, signedCommit } from './judgement.ts';

// A commit whose signature was taken off, put where it does not count, or copied from elsewhere. The
// naive reader looks for armor anywhere in the commit.

let gpg: GpgHome;
let keyring: Keyring;
let honest: Uint8Array;
let header: string;
beforeAll(async () => {
  gpg = await GpgHome.create();
  const alice = await gpg.newKey('Alice', 'alice@example.com');
  keyring = await keyringOf(alice);
  honest = await signedCommit(alice);
  const text = Buffer.from(honest).toString('latin1');
  header = text.slice(text.indexOf('gpgsig '), text.indexOf('\n\n') + 1);
});
afterAll(() => gpg.remove());

const naive = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes).includes('-----BEGIN PGP SIGNATURE-----');

describe('signature stripping', () => {
  it('the honest commit, accepted', async () => {
    expect(await judge(honest, keyring)).toBe('good');
  });

  it('header removed, missing', async () => {
    expect(await judge(edit(honest, header, ''), keyring)).toBe('SignatureMissing');
  });

  it('header emptied, missing', async () => {
    expect(await judge(edit(honest, header, 'gpgsig \n'), keyring)).toBe('SignatureMissing');
  });

  it('armor only in the message, missing', async () => {
    const armor = header.slice('gpgsig '.length).replaceAll('\n ', '\n');
    const bytes = edit(edit(honest, header, ''), 'change\n', `change\n${armor}`);
    expect(naive(bytes)).toBe(true);
    expect(await judge(bytes, keyring)).toBe('SignatureMissing');
  });

  it('only a mergetag of a trusted signer, missing', async () => {
    const tag = header.slice('gpgsig '.length);
    const mergetag = `mergetag object ${'b'.repeat(40)}\n type commit\n tag v1\n tagger A <a> 1 +0000\n \n v1\n ${tag}`;
    const bytes = edit(honest, header, mergetag);
    expect(naive(bytes)).toBe(true);
    expect(await judge(bytes, keyring)).toBe('SignatureMissing');
  });

  it('only under the SHA-256 header, unsupported', async () => {
    const bytes = edit(honest, 'gpgsig ', 'gpgsig-sha256 ');
    expect(naive(bytes)).toBe(true);
    expect(await judge(bytes, keyring)).toBe('SignatureFormatUnsupported');
  });

  it('beside a SHA-256 signature, the SHA-1 one counts over bytes without both', async () => {
    const other = header.replace('gpgsig ', 'gpgsig-sha256 ');
    expect(await judge(edit(honest, 'gpgsig ', `${other}gpgsig `), keyring)).toBe('good');
  });

  it.each([
    ['another author', 'author Alice', 'author Alicf'],
    ['another tree', 'tree a', 'tree b'],
    ['another message', '\n\nchange', '\n\nchanged'],
    ['a parent', '\nauthor', `\nparent ${'b'.repeat(40)}\nauthor`],
    ['a final newline less', 'change\n', 'change'],
    ['a signed header more', '\ngpgsig', '\nx-approved yes\ngpgsig'],
  ])('signature replayed on a commit with %s, invalid', async (_, from, to) => {
    const bytes = edit(honest, from, to);
    expect(naive(bytes)).toBe(true);
    expect(await judge(bytes, keyring)).toBe('SignatureInvalid');
  });

  it('NUL and text behind the message, malformed', async () => {
    expect(await judge(edit(honest, 'change\n', 'change\n\0x'), keyring)).toBe('CommitMalformed');
  });

  it('one changed bit of the signature, never good', async () => {
    const at = Buffer.from(honest).indexOf('\n \n') + 60;
    const bytes = Buffer.from(honest);
    bytes[at] = (bytes[at] ?? 0) === 0x41 ? 0x42 : 0x41;
    expect((await evidenceOf(bytes, keyring)).kind).toBe('bad');
  });

  it('no key at all, untrusted', async () => {
    expect(await judge(honest, await keyringOf())).toBe('SignerUntrusted');
    expect(await judge(honest, {})).toBe('SignatureFormatUnsupported');
  });

  it('the message of another commit of the same signer, invalid', async () => {
    const swapped = edit(Buffer.concat([commitText('other\n')]), '\n\n', `\n${header}\n`);
    expect(await judge(swapped, keyring)).toBe('SignatureInvalid');
  });
});
