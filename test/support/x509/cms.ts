import { createHash } from 'node:crypto';
import { signatureAlgorithm, signed } from './certificates.ts';
import type { Made } from './certificates.ts';
import { der, int, nil, octets, oid, seq, set, time } from './der.ts';

const DATA = '1.2.840.113549.1.7.1';

const DIGESTS = {
  md5: '1.2.840.113549.2.5',
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;

/** The parts of a signature, each of which an attack may replace. */
export type CmsParts = Readonly<{
  payload: Uint8Array;
  leaf: Made;
  /** The leaf alone unless given. */
  certificates?: readonly Made[];
  digest?: keyof typeof DIGESTS;
  /** By subject key identifier instead of issuer and serial number. */
  keyId?: Buffer;
  /** What the signed attributes become; sorted as DER wants unless `sort` is false. */
  attributes?: (usual: readonly Buffer[]) => readonly Buffer[];
  sort?: boolean;
  /** Leaves the signed attributes out. */
  bare?: boolean;
  signedAt?: Date;
  unsigned?: readonly Buffer[];
  /** Content that the signature brings along. */
  content?: Uint8Array;
  /** More than one signer, or none. */
  signers?: (usual: Buffer) => readonly Buffer[];
  /** Instead of the usual signature over the signed attributes. */
  signature?: (attributes: Buffer) => Buffer;
}>;

/** An attribute with its values. */
export function attribute(id: string, ...values: readonly Buffer[]): Buffer {
  return seq(oid(id), set(...values));
}

export const contentType = attribute('1.2.840.113549.1.9.3', oid(DATA));

/** The attribute that ties a signature to its payload. */
export function messageDigest(payload: Uint8Array, digest = 'sha256'): Buffer {
  const value = createHash(digest).update(payload).digest();
  return attribute('1.2.840.113549.1.9.4', octets(value));
}

/** What the signer signs, and the signature. */
export type Signed = Readonly<{ attributes: Buffer; signature: Buffer }>;

/** A detached CMS signature; well made where nothing else is asked for. */
export function makeCms(parts: CmsParts): Buffer {
  return wrap(parts, signAttributes(parts));
}

/** The signature alone, before it is wrapped: what a transparency log is told. */
export function signAttributes(parts: CmsParts): Signed {
  const { payload, leaf, digest = 'sha256' } = parts;
  const claim = attribute('1.2.840.113549.1.9.5', time(parts.signedAt ?? new Date()));
  const usual = [contentType, claim, messageDigest(payload, digest)];
  const wanted = [...(parts.attributes?.(usual) ?? usual)];
  if (parts.sort !== false) wanted.sort((a, b) => Buffer.compare(a, b));
  const attributes = set(...wanted);
  const make = parts.signature ?? ((data) => signed(leaf.pair.privateKey, data, digest));
  return { attributes, signature: make(attributes) };
}

/** The whole of it, with what nobody signed. */
export function wrap(parts: CmsParts, { attributes, signature }: Signed): Buffer {
  const { leaf, digest = 'sha256', keyId } = parts;
  const version = int(keyId === undefined ? 1 : 3);
  const algorithm = seq(oid(DIGESTS[digest]), nil);
  const tagged = Buffer.from(attributes);
  tagged[0] = 0xa0;
  const unsigned = parts.unsigned === undefined ? [] : [der(0xa1, ...parts.unsigned)];
  const signer = seq(
    ...[version, keyId === undefined ? seq(leafIssuer(leaf), leaf.serial) : der(0x80, keyId)],
    ...[algorithm, ...(parts.bare === true ? [] : [tagged])],
    ...[signatureAlgorithm(leaf.pair.privateKey, digest), octets(signature)],
    ...unsigned,
  );
  const content = parts.content === undefined ? [] : [der(0xa0, octets(parts.content))];
  const certificates = (parts.certificates ?? [leaf]).map(({ bytes }) => bytes);
  const body = seq(
    ...[version, set(algorithm), seq(oid(DATA), ...content), der(0xa0, ...certificates)],
    set(...(parts.signers?.(signer) ?? [signer])),
  );
  return seq(oid('1.2.840.113549.1.7.2'), der(0xa0, body));
}

function leafIssuer({ bytes, serial }: Made): Buffer {
  // Version, serial number and algorithm come before the issuer; each element here has a short length.
  let at = bytes.indexOf(serial) + serial.length;
  at += 2 + (bytes[at + 1] ?? 0);
  return bytes.subarray(at, at + 2 + (bytes[at + 1] ?? 0));
}
