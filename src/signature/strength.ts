import { bad } from './evidence.ts';
import type { BadSignature } from './evidence.ts';
import type { KeyPacketView, SignatureView } from './openpgp-internals.ts';

/** Hash algorithms by their OpenPGP number (RFC 9580 §9.5). */
const WEAK_HASHES: ReadonlyMap<number, string> = new Map([
  [1, 'MD5'],
  [2, 'SHA-1'],
  [3, 'RIPEMD-160'],
]);

/** SHA-2 and SHA-3 of 224 bits and more. */
const STRONG_HASHES: ReadonlySet<number> = new Set([8, 9, 10, 11, 12, 14]);

/** DSA and ElGamal, whose implementations and sizes are past use. */
const WEAK_ALGORITHMS: ReadonlySet<number> = new Set([16, 17, 20]);

/** RSA, RSA for signing only. */
const RSA: ReadonlySet<number> = new Set([1, 3]);

/** ECDSA and the older EdDSA, which name a curve. */
const ON_CURVE: ReadonlySet<number> = new Set([19, 22]);

/** Ed25519 and Ed448 as RFC 9580 has them. */
const EDWARDS: ReadonlySet<number> = new Set([27, 28]);

/** Curves the library checks without a module that it does not ship. */
const CURVES: ReadonlySet<string> = new Set(['nistP256', 'nistP384', 'nistP521', 'ed25519Legacy']);

/** Some makers let the top bit of a 2048-bit modulus be zero. */
export const MIN_RSA_BITS = 2_047;

/** What speaks against a signature's digest, if anything. */
export function judgeDigest(signature: SignatureView): BadSignature | undefined {
  const hash = signature.hashAlgorithm ?? 0;
  const weak = WEAK_HASHES.get(hash);
  if (weak !== undefined)
    return bad('SignatureWeak', `it uses ${weak}; sign with SHA-256 or better`);
  if (STRONG_HASHES.has(hash)) return undefined;
  return bad('SignatureFormatUnsupported', `gitward does not know hash algorithm ${hash}`);
}

/** What speaks against a key's algorithm, if anything. */
export function judgeAlgorithm(key: KeyPacketView): BadSignature | undefined {
  const info = key.getAlgorithmInfo();
  if (WEAK_ALGORITHMS.has(key.algorithm)) {
    return bad('SignatureWeak', `its key is of the old kind ${info.algorithm}; make a new one`);
  }
  if (RSA.has(key.algorithm)) {
    const bits = info.bits ?? 0;
    if (bits >= MIN_RSA_BITS) return undefined;
    return bad('SignatureWeak', `its RSA key has only ${bits} bits; make one of 3072 or more`);
  }
  if (EDWARDS.has(key.algorithm)) return undefined;
  if (ON_CURVE.has(key.algorithm) && CURVES.has(info.curve ?? '')) return undefined;
  const kind = info.curve ?? info.algorithm;
  return bad('SignatureFormatUnsupported', `gitward does not verify keys of kind ${kind}`);
}
