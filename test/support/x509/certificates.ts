import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { bits, der, int, nil, octets, oid, pem, seq, set, time, utf8, yes } from './der.ts';

/** A key pair made for one test run. */
export type Pair = Readonly<{ publicKey: KeyObject; privateKey: KeyObject }>;

/** A certificate with everything that is needed to issue below it or to sign with it. */
export type Made = Readonly<{
  bytes: Buffer;
  pem: string;
  name: Buffer;
  serial: Buffer;
  pair: Pair;
}>;

/** How a certificate is made; a CA of its own for ten years unless said otherwise. */
export type Wanted = Readonly<{
  name?: string;
  /** The whole name instead. */
  subject?: Buffer;
  /** Self-signed when absent. */
  by?: Made;
  pair?: Pair;
  from?: Date;
  until?: Date;
  /** As `signed` names it. */
  digest?: 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'md5';
  extensions?: readonly Buffer[];
  /** One extension more, made from the certificate without it: what a transparency log does. */
  stamp?: (tbs: Buffer) => Buffer;
}>;

/** All tests stand at this moment. */
export const NOW = Date.UTC(2025, 5, 1);
export const BEFORE = new Date(Date.UTC(2024, 0, 1));
export const AFTER = new Date(Date.UTC(2034, 0, 1));

/** A P-256 key pair, which costs nothing. */
export function newPair(curve = 'prime256v1'): Pair {
  return generateKeyPairSync('ec', { namedCurve: curve });
}

/** An RSA key pair, which costs some hundred milliseconds. */
export function newRsa(bitLength = 2_048): Pair {
  return generateKeyPairSync('rsa', { modulusLength: bitLength });
}

/** An extension; `value` is what the OCTET STRING holds. */
export function extension(id: string, value: Buffer, critical = false): Buffer {
  return seq(oid(id), ...(critical ? [yes] : []), octets(value));
}

/** basicConstraints of an authority. */
export function authority(pathLength?: number): Buffer {
  const limit = pathLength === undefined ? [] : [int(pathLength)];
  return extension('2.5.29.19', seq(yes, ...limit), true);
}

/** keyUsage from its first octet: 0x80 signs, 0x06 issues. */
export function keyUsage(octet: number): Buffer {
  const unused = 31 - Math.clz32(octet & -octet);
  return extension('2.5.29.15', der(0x03, Buffer.of(unused, octet)), true);
}

/** extKeyUsage. */
export function purposes(...ids: readonly string[]): Buffer {
  return extension('2.5.29.37', seq(...ids.map(oid)));
}

/** subjectAltName with mail addresses and URIs. */
export function names(...all: readonly string[]): Buffer {
  const each = all.map((one) => der(one.includes(':') ? 0x86 : 0x81, Buffer.from(one)));
  return extension('2.5.29.17', seq(...each));
}

/** subjectKeyIdentifier. */
export function keyId(id: Buffer): Buffer {
  return extension('2.5.29.14', octets(id));
}

export const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';
export const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

let made = 0;

/** Makes a certificate of version 3; an authority unless it is given extensions. */
export function certify(wanted: Wanted = {}): Made {
  made += 1;
  const pair = wanted.pair ?? newPair();
  const name = wanted.subject ?? nameOf(wanted.name ?? `Certificate ${made}`);
  const signer = wanted.by?.pair ?? pair;
  const algorithm = signatureAlgorithm(signer.privateKey, wanted.digest ?? 'sha256');
  const serial = createHash('sha256').update(`${made}`).digest().subarray(0, 15);
  const number = der(0x02, Buffer.concat([Buffer.of(0x40), serial]));
  const extensions = wanted.extensions ?? [authority(), keyUsage(0x06)];
  const fields = [
    ...[Buffer.from('a003020102', 'hex'), number, algorithm, wanted.by?.name ?? name],
    ...[seq(time(wanted.from ?? BEFORE), time(wanted.until ?? AFTER)), name, spkiOf(pair)],
  ];
  const bare = seq(...fields, der(0xa3, seq(...extensions)));
  const stamped = wanted.stamp === undefined ? [] : [wanted.stamp(bare)];
  const tbs = seq(...fields, der(0xa3, seq(...extensions, ...stamped)));
  const signature = signed(signer.privateKey, tbs, wanted.digest ?? 'sha256');
  const bytes = seq(tbs, algorithm, bits(signature));
  return { bytes, pem: pem('CERTIFICATE', bytes), name, serial: number, pair };
}

/** A name with one common name. */
export function nameOf(common: string): Buffer {
  return seq(set(seq(oid('2.5.4.3'), utf8(common))));
}

/** The SubjectPublicKeyInfo. */
export function spkiOf({ publicKey }: Pair): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

/** Upper-case SHA-256 of a certificate. */
export function fingerprintOf({ bytes }: Made): string {
  return createHash('sha256').update(bytes).digest('hex').toUpperCase();
}

/** Signs with any kind of key. */
export function signed(key: KeyObject, data: Uint8Array, digest: string): Buffer {
  return sign(key.asymmetricKeyType === 'ed25519' ? null : digest, data, key);
}

const RSA_OIDS = {
  md5: '1.2.840.113549.1.1.4',
  sha1: '1.2.840.113549.1.1.5',
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
} as const;

const EC_OIDS = {
  md5: '1.2.840.10045.4.1',
  sha1: '1.2.840.10045.4.1',
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
} as const;

/** The AlgorithmIdentifier of a signature. */
export function signatureAlgorithm(key: KeyObject, digest: keyof typeof RSA_OIDS): Buffer {
  if (key.asymmetricKeyType === 'rsa') return seq(oid(RSA_OIDS[digest]), nil);
  if (key.asymmetricKeyType === 'ed25519') return seq(oid('1.3.101.112'));
  return seq(oid(EC_OIDS[digest]));
}
