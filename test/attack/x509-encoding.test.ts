import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseDer } from '../../src/signature/x509/der.ts';
import type { Der } from '../../src/signature/x509/der.ts';
import { certify, keyUsage, names, signed } from '../support/x509/certificates.ts';
import { contentType, makeCms, messageDigest } from '../support/x509/cms.ts';
import { der, set } from '../support/x509/der.ts';
import { ALICE, PAYLOAD, pinned, verdictOf } from '../support/x509/owners.ts';

// One signature, two readings: an attribute that occurs twice, lengths that readers cut differently, a
// signature over attributes that look like a commit. The naive readers take the last one, or any form.

const root = certify({ name: 'Root' });
const leaf = certify({ by: root, extensions: [names(ALICE), keyUsage(0x80)] });
const trusted = [pinned([root])];
const HONEST = Buffer.from('an honest commit');

/** Naive: attributes by their type, the last one of a kind wins. */
function lastDigest(attributes: readonly Der[]): Buffer {
  const byType = new Map(
    attributes.map(({ children: [type, values] }) => [
      Buffer.from(type?.body ?? []).toString('hex'),
      Buffer.from(values?.children[0]?.body ?? []),
    ]),
  );
  return byType.get('2a864886f70d010904') ?? Buffer.alloc(0);
}

describe('two digests in one signature', () => {
  it('one of the honest bytes and one of the forged, malformed', async () => {
    const both = [messageDigest(HONEST), messageDigest(PAYLOAD)].toSorted((a, b) =>
      Buffer.compare(a, b),
    );
    const all = [contentType, ...both];
    const parsed = parseDer(set(...all));
    const naive = lastDigest(parsed.ok ? parsed.value.children : []);
    const digests = [HONEST, PAYLOAD].map((one) => createHash('sha256').update(one).digest());
    expect(digests).toContainEqual(naive); // Naive: good for one of the two, whichever comes last.
    for (const payload of [HONEST, PAYLOAD]) {
      const cms = makeCms({ payload, leaf, attributes: () => all });
      expect(await verdictOf(cms, trusted, { payload })).toBe('CommitMalformed');
    }
  });
});

describe('lengths that readers cut differently', () => {
  /** Naive: reads long forms and the indefinite length as well, and takes the contents. */
  const lenient = (bytes: Buffer): Buffer => {
    const first = bytes[1] ?? 0;
    if (first === 0x80) return bytes.subarray(2, bytes.indexOf(Buffer.of(0, 0)));
    const count = first > 0x80 ? first & 0x7f : 0;
    return bytes.subarray(2 + count);
  };

  it.each([
    [
      'a digest in a longer form than needed',
      (body: Buffer) => Buffer.concat([Buffer.of(4, 0x81, 32), body]),
    ],
    [
      'a digest in two pieces',
      (body: Buffer) => der(0x24, der(4, body.subarray(0, 16)), der(4, body.subarray(16))),
    ],
    [
      'a digest of indefinite length',
      (body: Buffer) => Buffer.concat([Buffer.of(0x24, 0x80), der(4, body), Buffer.of(0, 0)]),
    ],
  ])('%s, malformed', async (_, write) => {
    const digest = createHash('sha256').update(PAYLOAD).digest();
    const plain = messageDigest(PAYLOAD);
    const odd = Buffer.concat([plain.subarray(2, 2 + 11), set(write(digest))]);
    const attributes = (): readonly Buffer[] => [contentType, der(0x30, odd)];
    expect(lenient(write(digest)).length).toBeGreaterThanOrEqual(32); // Naive: finds the digest.
    expect(await verdictOf(makeCms({ payload: PAYLOAD, leaf, attributes }), trusted)).toBe(
      'CommitMalformed',
    );
  });
});

describe('signed attributes dropped', () => {
  it('a commit whose bytes are the attributes of another signature, unsupported', async () => {
    // Without attributes the signature is over the content itself: attributes that Alice once signed
    // would do as content (RFC 5652 §11, the note on signedAttrs).
    const attributes = set(
      ...[contentType, messageDigest(HONEST)].toSorted((a, b) => Buffer.compare(a, b)),
    );
    const signature = signed(leaf.pair.privateKey, attributes, 'sha256');
    const cms = makeCms({ payload: attributes, leaf, signature: () => signature, bare: true });
    const parsed = parseDer(cms);
    expect(parsed.ok).toBe(true); // Naive: well formed, and the key signed exactly these bytes.
    expect(await verdictOf(cms, trusted, { payload: attributes })).toBe(
      'SignatureFormatUnsupported',
    );
  });
});
