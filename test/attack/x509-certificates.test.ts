import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as maker from '../support/x509/certificates.ts';
import type { Made } from '../support/x509/certificates.ts';
import { makeCms } from '../support/x509/cms.ts';
import { der, oid, seq, set, utf8 } from '../support/x509/der.ts';
import { OpenSsl } from '../support/x509/openssl.ts';
import { ALICE, PAYLOAD, pinned, verdictOf } from '../support/x509/owners.ts';

// Mallory has a certificate of the same authority, or one that was Alice's, and signs in her name. The
// naive readers look at the first certificate, at the date in the signature, at the subject.

const { certify, names, NOW } = maker;
const DAY = 86_400_000;

let openssl: OpenSsl;
beforeAll(async () => {
  openssl = await OpenSsl.create();
});
afterAll(() => openssl.remove());

const root = certify({ name: 'Root' });
const middle = certify({ name: 'Middle', by: root });
const SIGNS = maker.keyUsage(0x80);
const alice = certify({ by: middle, extensions: [names(ALICE), SIGNS] });
const mallory = certify({ by: middle, extensions: [names('mallory@example.com'), SIGNS] });

const trusted = [pinned([root])];
const cmsBy = (leaf: Made, ...certificates: readonly Made[]): Buffer =>
  makeCms({ payload: PAYLOAD, leaf, certificates });

/** Naive: whoever the first certificate names, as long as openssl calls the signature good. */
async function byFirst(cms: Buffer, certificates: readonly Made[]): Promise<string | undefined> {
  const good = await openssl.verifies(cms, PAYLOAD, { anchors: [root], at: NOW });
  const [first] = certificates;
  if (!good || first === undefined) return undefined;
  return new X509Certificate(first.bytes).subjectAltName;
}

describe('the first certificate taken for the signer', () => {
  it("Mallory's signature behind Alice's certificate, untrusted", async () => {
    const bag = [alice, mallory, middle];
    const cms = cmsBy(mallory, ...bag);
    expect(await byFirst(cms, bag)).toBe(`email:${ALICE}`);
    expect(await verdictOf(cms, trusted)).toBe('SignerUntrusted');
  });

  it("Alice's behind an intermediate, good; the naive one finds nobody", async () => {
    const bag = [middle, alice];
    const cms = cmsBy(alice, ...bag);
    expect(await byFirst(cms, bag)).toBeUndefined();
    expect(await verdictOf(cms, trusted)).toBe('good');
  });

  it("Mallory's own certificate with Alice's issuer and serial number, invalid", async () => {
    const twin = { ...mallory, bytes: alice.bytes, serial: alice.serial };
    expect(await verdictOf(cmsBy(twin, alice, mallory, middle), trusted)).toBe('SignatureInvalid');
  });
});

describe('the date in the signature believed', () => {
  it('a stolen key of an expired certificate, dated into its life, expired', async () => {
    const [from, until] = [new Date(NOW - 90 * DAY), new Date(NOW - 30 * DAY)];
    const old = certify({ by: root, from, until, extensions: [names(ALICE), SIGNS] });
    const signedAt = new Date(NOW - 60 * DAY);
    const cms = makeCms({ payload: PAYLOAD, leaf: old, signedAt });
    const naive = { anchors: [root], at: signedAt.getTime() };
    expect(await openssl.verifies(cms, PAYLOAD, naive)).toBe(true);
    expect(await verdictOf(cms, trusted)).toBe('KeyExpired');
  });
});

describe('the subject believed', () => {
  const subjectOf = (type: string, value: Buffer): Buffer => seq(set(seq(oid(type), value)));
  it.each([
    ['common name', '2.5.4.3', utf8(ALICE)],
    ['mail address', '1.2.840.113549.1.9.1', der(0x16, Buffer.from(ALICE))],
  ])('Alice in the %s alone, untrusted', async (_, type, value) => {
    const subject = subjectOf(type, value);
    const own = [names('mallory@example.com'), SIGNS];
    for (const extensions of [own, [SIGNS]]) {
      const leaf = certify({ by: middle, subject, extensions });
      expect(new X509Certificate(leaf.bytes).subject).toContain(ALICE); // Naive: trusts this.
      const cms = cmsBy(leaf, leaf, middle);
      expect(await openssl.verifies(cms, PAYLOAD, { anchors: [root], at: NOW })).toBe(true);
      expect(await verdictOf(cms, trusted)).toBe('SignerUntrusted');
    }
  });
});

describe('a leaf that issues', () => {
  it("a certificate in Alice's name below Mallory's own, untrusted", async () => {
    const forged = certify({ by: mallory, extensions: [names(ALICE), SIGNS] });
    const signed = new X509Certificate(forged.bytes).verify(mallory.pair.publicKey);
    const above = new X509Certificate(mallory.bytes).verify(middle.pair.publicKey);
    expect([signed, above]).toStrictEqual([true, true]); // Naive: every signature up to the root fits.
    expect(await verdictOf(cmsBy(forged, forged, mallory, middle), trusted)).toBe(
      'SignerUntrusted',
    );
  });

  it('an authority of her own that carries the name of the root, untrusted', async () => {
    const fake = certify({ name: 'Root' });
    const forged = certify({ by: fake, extensions: [names(ALICE), SIGNS] });
    const claimed = new X509Certificate(forged.bytes).issuer;
    expect(claimed).toBe(new X509Certificate(root.bytes).subject); // Naive: trusts this.
    expect(await verdictOf(cmsBy(forged, forged, fake), trusted)).toBe('SignerUntrusted');
  });
});
