import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as maker from '../../../test/support/x509/certificates.ts';
import type { Made } from '../../../test/support/x509/certificates.ts';
import { attribute, contentType, makeCms, messageDigest } from '../../../test/support/x509/cms.ts';
import type { CmsParts } from '../../../test/support/x509/cms.ts';
import { armor, octets, oid, utf8 } from '../../../test/support/x509/der.ts';
import { OpenSsl } from '../../../test/support/x509/openssl.ts';
import { ALICE, PAYLOAD, pinned, verdictOf } from '../../../test/support/x509/owners.ts';
import { parseDer } from './der.ts';
import type { Der } from './der.ts';
import { loadX509 } from './x509.ts';

const { certify, names, NOW, purposes } = maker;

const LEAF = [names(ALICE), maker.keyUsage(0x80), purposes(maker.EMAIL_PROTECTION)];
const KEY_ID = Buffer.from('0123456789abcdef');

let openssl: OpenSsl;
const root = certify({ name: 'Root' });
const middle = certify({ name: 'Middle', by: root });
const leaf = certify({ by: root, extensions: LEAF });
beforeAll(async () => {
  openssl = await OpenSsl.create();
});
afterAll(() => openssl.remove());

const cmsOf = (parts: Partial<CmsParts> = {}): Buffer =>
  makeCms({ payload: PAYLOAD, leaf, ...parts });

describe('the bytes', () => {
  it.each<[string, Partial<CmsParts>, string]>([
    [
      'a digest of other bytes',
      { attributes: () => [contentType, messageDigest(Buffer.from('x'))] },
      'SignatureInvalid',
    ],
    [
      'a signature of another key',
      { signature: (data) => maker.signed(root.pair.privateKey, data, 'sha256') },
      'SignatureInvalid',
    ],
    [
      'a signature over the payload itself',
      { signature: () => maker.signed(leaf.pair.privateKey, PAYLOAD, 'sha256') },
      'SignatureInvalid',
    ],
    ['a second signer', { signers: (one) => [one, one] }, 'CommitMalformed'],
    ['no signer', { signers: () => [] }, 'CommitMalformed'],
    ['content of its own', { content: PAYLOAD }, 'CommitMalformed'],
    [
      'attributes out of order',
      { sort: false, attributes: (usual) => usual.toReversed() },
      'CommitMalformed',
    ],
    [
      'an attribute twice',
      { attributes: (usual) => [...usual, messageDigest(Buffer.from('x'))] },
      'CommitMalformed',
    ],
    [
      'an attribute with two values',
      {
        attributes: () => [
          contentType,
          attribute('1.2.840.113549.1.9.4', octets(PAYLOAD), octets(PAYLOAD)),
        ],
      },
      'CommitMalformed',
    ],
    ['no digest attribute', { attributes: () => [contentType] }, 'CommitMalformed'],
    ['no content type', { attributes: () => [messageDigest(PAYLOAD)] }, 'CommitMalformed'],
    [
      'another content type',
      {
        attributes: () => [
          messageDigest(PAYLOAD),
          attribute('1.2.840.113549.1.9.3', oid('1.2.840.113549.1.7.2')),
        ],
      },
      'CommitMalformed',
    ],
    [
      'an unsigned attribute twice',
      { unsigned: [attribute('1.2.3', utf8('a')), attribute('1.2.3', utf8('b'))] },
      'CommitMalformed',
    ],
    ['an unsigned attribute nobody knows', { unsigned: [attribute('1.2.3', utf8('a'))] }, 'good'],
    ['no certificate of its signer', { certificates: [root] }, 'CommitMalformed'],
    ['the certificate of its signer twice', { certificates: [leaf, leaf] }, 'good'],
    [
      'more certificates than allowed',
      { certificates: Array<Made>(17).fill(leaf) },
      'CommitMalformed',
    ],
  ])('%s', async (_, parts, outcome) => {
    expect(await verdictOf(cmsOf(parts), [pinned([root])])).toBe(outcome);
  });

  it('a payload that was changed, invalid', async () => {
    const payload = Buffer.concat([PAYLOAD, Buffer.of(0)]);
    expect(await verdictOf(cmsOf(), [pinned([root])], { payload })).toBe('SignatureInvalid');
  });

  it('a signer named by key identifier, good', async () => {
    const extensions = [...LEAF, maker.keyId(KEY_ID)];
    const signer = certify({ by: root, extensions });
    expect(await verdictOf(cmsOf({ leaf: signer, keyId: KEY_ID }), [pinned([root])])).toBe('good');
    const twin = certify({ by: root, extensions });
    const both = cmsOf({ leaf: signer, keyId: KEY_ID, certificates: [signer, twin] });
    expect(await verdictOf(both, [pinned([root])])).toBe('CommitMalformed');
  });

  it.each([
    [
      'text after the armor body',
      (text: string) => text.replace('\n-----END', '\nnot base64!\n-----END'),
    ],
    ['an armor header', (text: string) => text.replace('-----\n', '-----\nComment: x\n\n')],
    ['an empty body', (text: string) => text.replace(/-----\n[^]*\n-----/, '-----\n-----')],
  ])('%s, malformed', async (_, edit) => {
    const { keys } = loadX509([pinned([root])], []);
    const text = edit(armor(cmsOf()).toString());
    const signed = { armor: Buffer.from(text), payload: PAYLOAD, namespace: 'git' } as const;
    const evidence = await keys.verify(signed, { at: NOW, firstSeen: NOW });
    expect(evidence).toMatchObject({ reason: 'CommitMalformed' });
  });
});

describe('the real openssl', () => {
  it('signs, and gitward finds it good: by issuer, by key identifier, with PSS', async () => {
    const extensions = [...LEAF, maker.keyId(KEY_ID)];
    const signer = certify({ by: middle, pair: maker.newRsa(), extensions });
    const bag = ['-certfile', await openssl.file('bag.pem', middle.pem)];
    const pss = ['-keyopt', 'rsa_padding_mode:pss'];
    for (const more of [
      [],
      ['-keyid'],
      ['-md', 'sha512'],
      [...pss, '-keyopt', 'rsa_pss_saltlen:32'],
    ]) {
      const cms = await openssl.sign(PAYLOAD, signer, [...bag, ...more]);
      expect(await verdictOf(cms, [pinned([root])])).toBe('good');
      expect(await openssl.verifies(cms, PAYLOAD, { anchors: [root], at: NOW })).toBe(true);
    }
    const sha1 = await openssl.sign(PAYLOAD, signer, [...bag, '-md', 'sha1']);
    expect(await verdictOf(sha1, [pinned([root])])).toBe('SignatureWeak');
    const bare = await openssl.sign(PAYLOAD, signer, [...bag, '-noattr']);
    expect(await verdictOf(bare, [pinned([root])])).toBe('SignatureFormatUnsupported');
    const whole = await openssl.sign(PAYLOAD, signer, [...bag, '-nodetach']);
    expect(await verdictOf(whole, [pinned([root])])).toBe('CommitMalformed');
  });

  it('finds every mutant good that gitward finds good', async () => {
    const cms = cmsOf({ certificates: [leaf, middle] });
    expect(await openssl.verifies(cms, PAYLOAD, { anchors: [root], at: NOW })).toBe(true);
    const good: Buffer[] = [];
    for (let at = 0; at < cms.length; at += 1) {
      for (const mask of [0x01, 0xa0]) {
        const mutant = Buffer.from(cms);
        mutant[at] = (mutant[at] ?? 0) ^ mask;
        if ((await verdictOf(mutant, [pinned([root])])) === 'good') good.push(mutant);
      }
    }
    // What stays good: octets of the second certificate, which nothing depends on.
    const start = cms.indexOf(middle.bytes);
    const end = start + middle.bytes.length;
    for (const [index, mutant] of good.entries()) {
      expect(mutant.subarray(0, start)).toStrictEqual(cms.subarray(0, start));
      expect(mutant.subarray(end)).toStrictEqual(cms.subarray(end));
      if (index % 60 !== 0) continue;
      expect(await openssl.verifies(mutant, PAYLOAD, { anchors: [root], at: NOW })).toBe(true);
    }
  });
});

/** Gives the outermost levels, and no others, the indefinite length, as gpgsm does; `levels` counts them. */
function opened(cms: Buffer, levels: number): Buffer {
  const { children, tag, raw } = read(cms);
  if (levels === 0) return Buffer.from(raw);
  const inner = children.map((one) =>
    opened(Buffer.from(one.raw), one.children.length > 0 ? levels - 1 : 0),
  );
  return Buffer.concat([Buffer.of(tag, 0x80), ...inner, Buffer.of(0, 0)]);
}

function read(cms: Buffer): Der {
  const parsed = parseDer(cms);
  if (!parsed.ok) throw new Error(parsed.stop);
  return parsed.value;
}

describe('indefinite lengths', () => {
  it.each([
    ['around it all, as gpgsm writes', 1, 'good'],
    ['down to the parts of the signed data', 4, 'good'],
    ['within certificates and signers', 5, 'CommitMalformed'],
  ])('%s', async (_, levels, outcome) => {
    const cms = opened(cmsOf(), levels);
    expect(await openssl.verifies(cms, PAYLOAD, { anchors: [root], at: NOW })).toBe(true);
    expect(await verdictOf(cms, [pinned([root])])).toBe(outcome);
  });
});
