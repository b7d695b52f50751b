import { X509Certificate, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { certify, keyUsage, names, NOW } from '../support/x509/certificates.ts';
import type { Made } from '../support/x509/certificates.ts';
import { attribute, signAttributes, wrap } from '../support/x509/cms.ts';
import { octets } from '../support/x509/der.ts';
import { PAYLOAD, pinned, verdictOf } from '../support/x509/owners.ts';
import * as world from '../support/x509/sigstore.ts';

// Keyless signatures: the key is thrown away, so everything hangs on who vouched, and when. The naive
// readers look at the name alone, at an entry that is good by itself, at the date in the signature.

const { gitsign, identified, IDENTITY, newLeaf, newSigstore, rootOf } = world;

const sigstore = newSigstore();
const BORN = NOW - 3_600_000;
const logged = { at: BORN + 30_000 };
const trusted = [identified()];
const roots = [rootOf(sigstore)];

const sanOf = ({ bytes }: Made): string | undefined => new X509Certificate(bytes).subjectAltName;
const isBelow = (leaf: Made, authority: Made): boolean =>
  new X509Certificate(leaf.bytes).verify(authority.pair.publicKey);

describe('the name alone', () => {
  it.each([
    ['an issuer of her own', { issuer: 'https://mallory.example.com' }],
    ['no issuer', { issuer: undefined }],
    ["the right issuer's name as a longer one", { issuer: `${world.OIDC}.evil.example` }],
  ])("Alice's by %s, untrusted", async (_, wanted) => {
    const leaf = newLeaf(sigstore, { at: BORN, ...wanted });
    expect([sanOf(leaf), isBelow(leaf, sigstore.fulcio)]).toStrictEqual([
      `email:${IDENTITY}`,
      true,
    ]); // Naive.
    const cms = gitsign(sigstore, { payload: PAYLOAD, leaf, logged });
    expect(await verdictOf(cms, trusted, { roots })).toBe('SignerUntrusted');
  });

  it('a certificate of an authority pinned for somebody else, untrusted', async () => {
    const company = certify({ name: 'Company' });
    const leaf = certify({ by: company, extensions: [names(IDENTITY), keyUsage(0x80)] });
    const cms = gitsign(sigstore, { payload: PAYLOAD, leaf });
    const people = [identified(), pinned([company], 'bob@example.com')];
    expect(sanOf(leaf)).toBe(`email:${IDENTITY}`); // Naive: any pinned authority, any listed name.
    expect(await verdictOf(cms, people, { roots })).toBe('SignerUntrusted');
  });
});

describe('a log entry that is good by itself', () => {
  it('of another signature with the same certificate, untrusted', async () => {
    const leaf = newLeaf(sigstore, { at: BORN });
    const other = signAttributes({ payload: Buffer.from('logged in time'), leaf });
    const parts = { payload: PAYLOAD, leaf };
    const made = signAttributes(parts); // Made with the stolen key, any time later.
    const entry = world.logEntry(sigstore, { leaf, made: other }, logged);
    const unsigned = [attribute('1.3.6.1.4.1.57264.3.1', octets(entry))];
    // Naive: the entry verifies with its own signature, so the log is said to vouch for the time.
    expect(
      await verdictOf(
        wrap({ ...parts, payload: Buffer.from('logged in time'), unsigned }, other),
        trusted,
        { roots, payload: Buffer.from('logged in time') },
      ),
    ).toBe('good');
    expect(await verdictOf(wrap({ ...parts, unsigned }, made), trusted, { roots })).toBe(
      'SignerUntrusted',
    );
  });

  it('of the same signature, brought by a signature over other bytes, invalid', async () => {
    const leaf = newLeaf(sigstore, { at: BORN });
    const cms = gitsign(sigstore, { payload: Buffer.from('logged in time'), leaf, logged });
    expect(await verdictOf(cms, trusted, { roots })).toBe('SignatureInvalid');
  });
});

describe('time', () => {
  it('a stolen key after ten minutes, dated into them and logged late, expired', async () => {
    const leaf = newLeaf(sigstore, { at: BORN });
    const parts = { payload: PAYLOAD, leaf, signedAt: new Date(logged.at) };
    const made = signAttributes(parts);
    const key = new X509Certificate(leaf.bytes).publicKey;
    expect(verify('sha256', made.attributes, key, made.signature)).toBe(true); // Naive: the dates fit.
    const late = world.logEntry(sigstore, { leaf, made }, { at: NOW });
    const unsigned = [attribute('1.3.6.1.4.1.57264.3.1', octets(late))];
    expect(await verdictOf(wrap({ ...parts, unsigned }, made), trusted, { roots })).toBe(
      'KeyExpired',
    );
    const lenient = [rootOf(sigstore, 'DecisionTime')];
    expect(await verdictOf(wrap(parts, made), trusted, { roots: lenient })).toBe('KeyExpired');
  });

  it('the inclusion proof alone, without the promise that signs the time, untrusted', async () => {
    const leaf = newLeaf(sigstore, { at: BORN });
    const parts = { payload: PAYLOAD, leaf };
    const made = signAttributes(parts);
    const entry = world.logEntry(
      sigstore,
      { leaf, made },
      {
        at: NOW,
        edit: (usual) => ({
          ...usual,
          promise: Buffer.alloc(0),
          seconds: Math.floor(logged.at / 1_000),
        }),
      },
    );
    // Naive: the entry is proved to be in the log, and its time, which no one signed, fits.
    const unsigned = [attribute('1.3.6.1.4.1.57264.3.1', octets(entry))];
    expect(await verdictOf(wrap({ ...parts, unsigned }, made), trusted, { roots })).toBe(
      'SignerUntrusted',
    );
  });
});
