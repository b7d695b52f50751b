import { createHash } from 'node:crypto';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { bad } from '../evidence.ts';
import type { BadSignature } from '../evidence.ts';
import type { SignedBytes } from '../format.ts';
import { isSignedBy } from './algorithms.ts';
import { fingerprintOf, parseCertificate } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import { parseSignedData } from './cms.ts';
import type { SignedData } from './cms.ts';
import { parseDer, sameBytes, TAG } from './der.ts';
import type { Memo } from './memo.ts';
import { decodeBlock } from './pem.ts';

/** A signature whose bytes fit: the leaf's key signed the payload. Whether the leaf is trusted is another question. */
export type VerifiedSignature = Readonly<{
  cms: SignedData;
  leaf: Certificate;
  /** What else it brought, from anybody. */
  pool: readonly Certificate[];
}>;

const SUBJECT_KEY_ID = '2.5.29.14';

/**
 * Opens a `SIGNED MESSAGE` block and checks that the certificate it names signed exactly this payload
 * (RFC 5652 §5.4, §5.6). `memo` holds certificates that were read before.
 */
export function openSignature(
  { armor, payload }: Pick<SignedBytes, 'armor' | 'payload'>,
  memo: Memo<Certificate>,
): Result<VerifiedSignature, BadSignature> {
  const block = decodeBlock(armor);
  if (!block.ok) return stopped(bad('CommitMalformed', block.stop));
  const cms = parseSignedData(block.value);
  if (!cms.ok) return cms;
  const leaf = pickLeaf(cms.value, memo);
  if (!leaf.ok) return leaf;
  const { digest, scheme, messageDigest, signedAttributes, signature } = cms.value;
  const { key, fingerprint } = leaf.value.leaf;
  if (!key.ok) return stopped({ ...key.stop, key: nameOf(leaf.value.leaf) });
  const actual = createHash(digest).update(payload).digest();
  if (!sameBytes(actual, messageDigest)) {
    return stopped(bad('SignatureInvalid', 'it is over other bytes', fingerprint));
  }
  if (!isSignedBy(key.value, scheme, signedAttributes, signature)) {
    return stopped(bad('SignatureInvalid', 'its certificate did not make it', fingerprint));
  }
  return ok({ cms: cms.value, ...leaf.value });
}

/** What people call the holder of a certificate: its first alternative name, else its fingerprint. */
export function nameOf({ extensions: { names }, fingerprint }: Certificate): string {
  return names.emails[0] ?? names.uris[0] ?? fingerprint;
}

/** The one certificate that the signer's identifier names, wherever it stands. */
function pickLeaf(
  { certificates, signer }: SignedData,
  memo: Memo<Certificate>,
): Result<Pick<VerifiedSignature, 'leaf' | 'pool'>, BadSignature> {
  const read: Certificate[] = [];
  for (const bytes of certificates) {
    const known = memo.get(fingerprintOf(bytes));
    const certificate = known === undefined ? parseCertificate(bytes) : ok(known);
    if (!certificate.ok) return stopped(bad('CommitMalformed', certificate.stop));
    const { fingerprint } = certificate.value;
    if (!read.some((one) => one.fingerprint === fingerprint)) read.push(certificate.value);
  }
  const [leaf, ...more] = read.filter((one) => isNamed(one, signer));
  if (leaf === undefined || more.length > 0) {
    const detail = 'it does not bring exactly one certificate that its signer identifier names';
    return stopped(bad('CommitMalformed', detail));
  }
  return ok({ leaf, pool: read.filter((one) => one !== leaf) });
}

function isNamed(certificate: Certificate, signer: SignedData['signer']): boolean {
  switch (signer.by) {
    case 'issuer': {
      const { issuer, serial } = certificate;
      return sameBytes(issuer, signer.issuer) && sameBytes(serial, signer.serial);
    }
    case 'keyId': {
      const value = certificate.extensions.values.get(SUBJECT_KEY_ID);
      const parsed = value === undefined ? undefined : parseDer(value);
      if (!parsed?.ok || parsed.value.tag !== TAG.octetString) return false;
      return sameBytes(parsed.value.body, signer.keyId);
    }
  }
}
