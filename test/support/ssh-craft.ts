import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { wireString } from '../../src/signature/ssh/wire.ts';

/** A key made here, for what ssh-keygen cannot make: hardware keys without hardware, and forgeries. */
export type CraftedKey = Readonly<{
  type: string;
  blob: Buffer;
  line: string;
  fingerprint: string;
  privateKey: KeyObject;
  application: string;
}>;

/** What of a signature differs from an honest one. */
export type Forgery = Readonly<{
  namespace?: string;
  hash?: string;
  version?: number;
  reserved?: string;
  /** The public key or certificate that is shown; the key's own unless given. */
  shown?: Uint8Array;
  /** Follows the whole, and the inner signature. */
  trailing?: string;
  innerTrailing?: string;
  /** The inner signature's kind. */
  algorithm?: string;
  /** Of a hardware key; 1 is a touch. */
  flags?: number;
  /** Changes the inner signature's own bytes. */
  rewrite?: (bytes: Buffer) => Buffer;
}>;

/** What of a certificate differs from an honest one for `alice@example.com`. */
export type CertificateForgery = Readonly<{
  kind?: number;
  principals?: readonly string[];
  critical?: readonly string[];
  extensions?: readonly string[];
  validAfter?: bigint;
  validBefore?: bigint;
  reserved?: string;
  trailing?: string;
  /** The authority that is shown; the signer's own key unless given. */
  shown?: Uint8Array;
  algorithm?: string;
}>;

const CURVES = { nistp256: 'P-256', nistp384: 'P-384', nistp521: 'P-521' } as const;
const CURVE_HASHES: Readonly<Record<string, string>> = { 'P-256': 'sha256', 'P-384': 'sha384' };
const RSA_HASHES: Readonly<Record<string, string>> = {
  'rsa-sha2-256': 'sha256',
  'ssh-rsa': 'sha1',
};

/** Makes a key of a type as SSH names it. */
export function craftKey(type: string, bits = 2_048): CraftedKey {
  const application = type.startsWith('sk-') ? 'ssh:' : '';
  const { privateKey, fields } = makeFields(type, bits);
  const sk = application === '' ? [] : [application];
  const blob = strings(type, ...fields, ...sk);
  const fingerprint = `SHA256:${sha256(blob).toString('base64').replace(/=+$/, '')}`;
  const line = `${type} ${blob.toString('base64')}`;
  return { type, blob, line, fingerprint, privateKey, application };
}

/** The octets of a signature over `payload`. */
export function craftSignature(
  key: CraftedKey,
  payload: Uint8Array,
  forgery: Forgery = {},
): Buffer {
  const { namespace = 'git', hash = 'sha512', reserved = '', version = 1 } = forgery;
  const { shown = key.blob, trailing = '' } = forgery;
  const digest = createHash(hash).update(payload).digest();
  const magic = Buffer.from('SSHSIG');
  const message = Buffer.concat([magic, strings(namespace, reserved, hash, digest)]);
  const inner = craftInner(key, message, forgery);
  const fields = strings(shown, namespace, reserved, hash, inner);
  return Buffer.concat([magic, u32(version), fields, Buffer.from(trailing)]);
}

/** The inner signature of a message by a key. */
export function craftInner(key: CraftedKey, message: Uint8Array, forgery: Forgery = {}): Buffer {
  const { algorithm = key.type === 'ssh-rsa' ? 'rsa-sha2-512' : key.type } = forgery;
  const { flags = 1, innerTrailing = '', rewrite = (bytes) => bytes } = forgery;
  const isHardware = key.application !== '';
  const touch = Buffer.concat([Buffer.of(flags), u32(7)]);
  const signed = isHardware
    ? Buffer.concat([sha256(Buffer.from(key.application)), touch, sha256(message)])
    : message;
  const bytes = rewrite(rawSignature(key, signed, algorithm));
  const tail = isHardware ? touch : Buffer.alloc(0);
  return Buffer.concat([strings(algorithm, bytes), tail, Buffer.from(innerTrailing)]);
}

/** A certificate of `key` by `authority`. */
export function craftCertificate(
  authority: CraftedKey,
  key: CraftedKey,
  forgery: CertificateForgery = {},
): Buffer {
  const { kind = 1, principals = ['alice@example.com'], critical = [], extensions = [] } = forgery;
  const { validAfter = 0n, validBefore = 2n ** 64n - 1n, reserved = '', trailing = '' } = forgery;
  const name = `${key.type.replace('@openssh.com', '')}-cert-v01@openssh.com`;
  const body = Buffer.concat([
    strings(name, 'nonce'),
    key.blob.subarray(4 + key.type.length),
    u64(1n),
    u32(kind),
    strings('key id', strings(...principals)),
    u64(validAfter),
    u64(validBefore),
    strings(strings(...critical), strings(...extensions), reserved),
    strings(forgery.shown ?? authority.blob),
  ]);
  const { algorithm } = forgery;
  const inner = craftInner(authority, body, algorithm === undefined ? {} : { algorithm });
  return Buffer.concat([body, strings(inner), Buffer.from(trailing)]);
}

/** The armor of a signature's octets, in lines of `width` columns. */
export function craftArmor(blob: Uint8Array, width = 70): string {
  const lines =
    Buffer.from(blob)
      .toString('base64')
      .match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join('\n')}\n-----END SSH SIGNATURE-----\n`;
}

/** Strings in SSH's encoding, one after the other. */
export function strings(...fields: readonly (Uint8Array | string)[]): Buffer {
  return Buffer.concat(fields.map((field) => wireString(field)));
}

/** A positive number in SSH's encoding. */
export function mpint(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = Buffer.from(bytes.subarray(start === -1 ? bytes.length : start));
  return strings((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits);
}

function makeFields(
  type: string,
  bits: number,
): { privateKey: KeyObject; fields: readonly (Uint8Array | string)[] } {
  if (type.includes('ed25519')) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    return { privateKey, fields: [jwkField(publicKey, 'x')] };
  }
  if (type === 'ssh-rsa') {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
    const [e, n] = [mpint(jwkField(publicKey, 'e')), mpint(jwkField(publicKey, 'n'))];
    return { privateKey, fields: [e.subarray(4), n.subarray(4)] };
  }
  const name = Object.keys(CURVES).find((one) => type.includes(one));
  if (name === undefined) throw new Error(`cannot make a key of type ${type}`);
  const namedCurve = CURVES[name as keyof typeof CURVES]; // One of its keys, found above.
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const point = [Buffer.of(4), jwkField(publicKey, 'x'), jwkField(publicKey, 'y')];
  return { privateKey, fields: [name, Buffer.concat(point)] };
}

function rawSignature(key: CraftedKey, message: Uint8Array, algorithm: string): Buffer {
  const { privateKey } = key;
  if (privateKey.asymmetricKeyType === 'ed25519') return sign(null, message, privateKey);
  if (privateKey.asymmetricKeyType === 'rsa') {
    return sign(RSA_HASHES[algorithm] ?? 'sha512', message, privateKey);
  }
  const hash = CURVE_HASHES[privateKey.export({ format: 'jwk' }).crv ?? ''] ?? 'sha512';
  const pair = sign(hash, message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const half = pair.length / 2;
  return Buffer.concat([mpint(pair.subarray(0, half)), mpint(pair.subarray(half))]);
}

function jwkField(key: KeyObject, name: 'x' | 'y' | 'e' | 'n'): Buffer {
  return Buffer.from(key.export({ format: 'jwk' })[name] ?? '', 'base64url');
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
