import { createHash, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { bad } from '../evidence.ts';
import type { BadSignature } from '../evidence.ts';
import { KEY_SCHEMES } from './key.ts';
import type { Curve, SshPublicKey } from './key.ts';
import { WireReader } from './wire.ts';

/** RSA signs with these (RFC 8332 §3). The older `ssh-rsa` is SHA-1. */
const RSA_HASHES: ReadonlyMap<string, string> = new Map([
  ['rsa-sha2-256', 'sha256'],
  ['rsa-sha2-512', 'sha512'],
]);

const WEAK_ALGORITHMS: ReadonlySet<string> = new Set(['ssh-rsa', 'ssh-dss']);

const ED25519_SIGNATURE_BYTES = 64;

/** Somebody touched the hardware key (FIDO CTAP2 §6.1, "UP"). Without it malware signs unseen. */
const USER_PRESENT = 0x01;

/** In the crypto's own threads: this one reads the next signature meanwhile. */
const verified = promisify(verify);

/** A signature's own fields; the last two are a hardware key's. */
type Made = Readonly<{ algorithm: string; bytes: Buffer; flags: number; counter: Buffer }>;

/**
 * What speaks against `blob` being the signature of `message` by this key: an algorithm that is weak or
 * not the key's, octets left over, numbers out of range, a hardware key nobody touched, or wrong bytes.
 */
export async function judgeBytes(
  key: SshPublicKey,
  message: Uint8Array,
  blob: Uint8Array,
): Promise<BadSignature | undefined> {
  const { fingerprint, scheme } = key;
  const reader = new WireReader(blob);
  const algorithm = reader.text();
  const bytes = reader.string();
  const flags = scheme.isHardware ? reader.u8() : 0;
  const counter = scheme.isHardware ? reader.take(4) : Buffer.alloc(0);
  const refused = judgeAlgorithm(key, algorithm);
  if (refused !== undefined) return refused;
  if (!reader.isWhole) {
    return bad('CommitMalformed', 'its signature is cut off or has bytes left over', fingerprint);
  }
  if (scheme.isHardware && (flags & USER_PRESENT) === 0) {
    const detail = 'nobody touched the hardware key that made it; sign without no-touch-required';
    return bad('SignatureInvalid', detail, fingerprint);
  }
  if (await isMadeBy(key, message, { algorithm, bytes, flags, counter })) return undefined;
  return bad('SignatureInvalid', `it does not fit what key ${fingerprint} signs`, fingerprint);
}

function judgeAlgorithm(key: SshPublicKey, algorithm: string): BadSignature | undefined {
  const { fingerprint, type, scheme } = key;
  if (WEAK_ALGORITHMS.has(algorithm)) {
    const detail = `it is made by ${algorithm}, which is SHA-1; sign with a newer program`;
    return bad('SignatureWeak', detail, fingerprint);
  }
  if (scheme.family === 'rsa' ? RSA_HASHES.has(algorithm) : algorithm === type) return undefined;
  const isKnown = RSA_HASHES.has(algorithm) || KEY_SCHEMES.has(algorithm);
  return bad(
    isKnown ? 'CommitMalformed' : 'SignatureFormatUnsupported',
    `a signature of kind ${algorithm} does not go with a key of kind ${type}`,
    fingerprint,
  );
}

async function isMadeBy(key: SshPublicKey, message: Uint8Array, made: Made): Promise<boolean> {
  const { scheme, object } = key;
  const signed = scheme.isHardware ? hardwareOctets(key, message, made) : message;
  switch (scheme.family) {
    case 'ed25519': {
      const hasLength = made.bytes.length === ED25519_SIGNATURE_BYTES;
      return hasLength && verified(null, signed, object, made.bytes);
    }
    case 'ecdsa': {
      const pair = readPair(made.bytes, scheme.curve);
      if (pair === undefined) return false;
      return verified(scheme.curve.hash, signed, { key: object, dsaEncoding: 'ieee-p1363' }, pair);
    }
    case 'rsa': {
      const octets = Math.ceil((object.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
      // Old agents leave leading zeros out; OpenSSH takes that, and more octets than the modulus never.
      if (made.bytes.length === 0 || made.bytes.length > octets) return false;
      const padded = Buffer.concat([Buffer.alloc(octets - made.bytes.length), made.bytes]);
      return verified(RSA_HASHES.get(made.algorithm) ?? 'sha512', signed, object, padded);
    }
  }
}

/** What a FIDO key signs in place of the message (PROTOCOL.u2f, "SSH U2F Signatures"). */
function hardwareOctets(key: SshPublicKey, message: Uint8Array, made: Made): Buffer {
  const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
  const parts = [digest(key.application), Buffer.of(made.flags), made.counter, digest(message)];
  return Buffer.concat(parts);
}

/** Both numbers of an ECDSA signature at full width; nothing where one is not from 1 to below the order. */
function readPair(bytes: Uint8Array, { octets, order }: Curve): Buffer | undefined {
  const reader = new WireReader(bytes);
  const numbers = [reader.positive(), reader.positive()];
  if (!reader.isWhole || numbers.some((number) => number.length > octets)) return undefined;
  const wide = numbers.map((number) =>
    Buffer.concat([Buffer.alloc(octets - number.length), number]),
  );
  return wide.every((number) => number.compare(order) < 0) ? Buffer.concat(wide) : undefined;
}
