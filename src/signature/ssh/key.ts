import { createHash, createPublicKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { bad } from '../evidence.ts';
import type { BadSignature } from '../evidence.ts';
import { MIN_RSA_BITS } from '../strength.ts';
import { WireReader } from './wire.ts';

/** A curve for ECDSA: the octets of a number on it, and the hash that goes with it (RFC 5656 §6.2.1). */
export type Curve = Readonly<{ jwk: string; octets: number; hash: string; order: Buffer }>;

/** How a type of key is read and signs; `fields` counts the strings after the type. */
export type KeyScheme = Readonly<{ fields: number; isHardware: boolean }> &
  (
    | Readonly<{ family: 'ed25519' | 'rsa' }>
    | Readonly<{ family: 'ecdsa'; name: string; curve: Curve }>
  );

/** A public key, ready to verify with. `application` is what a hardware key (FIDO) was made for. */
export type SshPublicKey = Readonly<{
  type: string;
  /** The key as it stands in signatures: its one encoding. */
  blob: Buffer;
  /** `SHA256:` and base64 without padding, as ssh-keygen shows it. */
  fingerprint: string;
  scheme: KeyScheme;
  object: KeyObject;
  application: Buffer;
}>;

const P256: Curve = {
  ...{ jwk: 'P-256', octets: 32, hash: 'sha256' },
  order: hex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
};
const P384: Curve = {
  ...{ jwk: 'P-384', octets: 48, hash: 'sha384' },
  order: hex(`${'f'.repeat(48)}c7634d81f4372ddf581a0db248b0a77aecec196accc52973`),
};
const P521: Curve = {
  ...{ jwk: 'P-521', octets: 66, hash: 'sha512' },
  order: hex(
    `01${'f'.repeat(64)}fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`,
  ),
};

/** Every type of key that gitward verifies (RFC 8332, 5656, 8709; OpenSSH's PROTOCOL.u2f). */
export const KEY_SCHEMES: ReadonlyMap<string, KeyScheme> = new Map<string, KeyScheme>([
  ['ssh-ed25519', { fields: 1, isHardware: false, family: 'ed25519' }],
  ['ssh-rsa', { fields: 2, isHardware: false, family: 'rsa' }],
  ['ecdsa-sha2-nistp256', onCurve('nistp256', P256)],
  ['ecdsa-sha2-nistp384', onCurve('nistp384', P384)],
  ['ecdsa-sha2-nistp521', onCurve('nistp521', P521)],
  ['sk-ssh-ed25519@openssh.com', { fields: 2, isHardware: true, family: 'ed25519' }],
  [
    'sk-ecdsa-sha2-nistp256@openssh.com',
    { ...onCurve('nistp256', P256), fields: 3, isHardware: true },
  ],
]);

/** Keys of these types are past use. */
const WEAK_TYPES: ReadonlySet<string> = new Set(['ssh-dss', 'ssh-dss-cert-v01@openssh.com']);

/** As OpenSSH bounds them. */
const MAX_RSA_BITS = 16_384;

/** Larger exponents only cost time; no program makes them. */
const MAX_EXPONENT_BYTES = 8;

const ED25519_BYTES = 32;

/** Uncompressed (SEC 1 §2.3.3), the one form that RFC 5656 lets everybody read. */
const UNCOMPRESSED = 4;

/** Reads a public key that is no certificate: canonical, nothing left over, strong enough. */
export function parsePublicKey(blob: Uint8Array): Result<SshPublicKey, BadSignature> {
  const reader = new WireReader(blob);
  const type = reader.text();
  const scheme = KEY_SCHEMES.get(type);
  if (scheme === undefined) return stopped(refuseType(type));
  const read = readJwk(scheme, reader);
  const application = scheme.isHardware ? reader.string() : Buffer.alloc(0);
  const fingerprint = fingerprintOf(blob);
  if (!reader.isWhole || read === undefined) {
    return stopped(bad('CommitMalformed', `its key is no ${type} key`, fingerprint));
  }
  if (read.weakness !== undefined) return stopped(bad('SignatureWeak', read.weakness, fingerprint));
  try {
    const object = createPublicKey({ key: read.jwk, format: 'jwk' });
    return ok({ type, blob: Buffer.from(blob), fingerprint, scheme, object, application });
  } catch {
    return stopped(bad('CommitMalformed', `its key is no point of ${type}`, fingerprint));
  }
}

/** What speaks against a type of key that gitward does not verify. */
export function refuseType(type: string): BadSignature {
  if (WEAK_TYPES.has(type)) {
    return bad('SignatureWeak', 'its key is of the old kind DSA; make a new one');
  }
  return bad('SignatureFormatUnsupported', `gitward does not verify SSH keys of kind ${type}`);
}

/** A key's name for people and for pinning: SHA-256 over its blob. */
export function fingerprintOf(blob: Uint8Array): string {
  const digest = createHash('sha256').update(blob).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

type ReadKey = Readonly<{ jwk: JsonWebKey; weakness?: string }>;

function readJwk(scheme: KeyScheme, reader: WireReader): ReadKey | undefined {
  switch (scheme.family) {
    case 'ed25519': {
      const x = reader.string();
      if (x.length !== ED25519_BYTES) return undefined;
      return { jwk: { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') } };
    }
    case 'ecdsa': {
      const { name, curve } = scheme;
      const isNamed = reader.text() === name;
      const point = reader.string();
      const isPoint = point[0] === UNCOMPRESSED && point.length === 1 + 2 * curve.octets;
      if (!isNamed || !isPoint) return undefined;
      const x = point.subarray(1, 1 + curve.octets).toString('base64url');
      const y = point.subarray(1 + curve.octets).toString('base64url');
      return { jwk: { kty: 'EC', crv: curve.jwk, x, y } };
    }
    case 'rsa':
      return readRsa(reader.positive(), reader.positive());
  }
}

function readRsa(exponent: Buffer, modulus: Buffer): ReadKey | undefined {
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  const isOdd = (number: Buffer): boolean => ((number.at(-1) ?? 0) & 1) === 1;
  const isOne = exponent.length === 1 && exponent[0] === 1;
  if (!isOdd(exponent) || isOne || exponent.length > MAX_EXPONENT_BYTES) return undefined;
  if (!isOdd(modulus) || bits > MAX_RSA_BITS) return undefined;
  const jwk = { kty: 'RSA', e: exponent.toString('base64url'), n: modulus.toString('base64url') };
  if (bits >= MIN_RSA_BITS) return { jwk };
  return { jwk, weakness: `its RSA key has only ${bits} bits; make one of 3072 or more` };
}

function onCurve(name: string, curve: Curve): KeyScheme & { family: 'ecdsa' } {
  return { fields: 2, isHardware: false, family: 'ecdsa', name, curve };
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}
