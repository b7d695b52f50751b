import { constants, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { bad } from '../evidence.ts';
import type { BadSignature } from '../evidence.ts';
import { MIN_RSA_BITS } from '../strength.ts';
import { encodeDer, sameBytes, shaped, TAG } from './der.ts';
import type { Der } from './der.ts';
import { decodeOid } from './primitives.ts';

/** A digest that is strong enough, by its name in node:crypto. */
export type Digest = 'sha256' | 'sha384' | 'sha512';

/** How a signature was made: by what kind of key, over which digest. Ed25519 has its own. */
export type Scheme =
  | Readonly<{ family: 'rsa' | 'rsa-pss' | 'ec'; digest: Digest }>
  | Readonly<{ family: 'ed25519'; digest: null }>;

/** Public keys larger than this only cost time. */
const MAX_RSA_BITS = 8_192;
const MAX_RSA_EXPONENT = 2n ** 32n;

const RSA_ENCRYPTION = '1.2.840.113549.1.1.1';
const RSASSA_PSS = '1.2.840.113549.1.1.10';
const MGF1 = '1.2.840.113549.1.1.8';
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
const ED25519 = '1.3.101.112';

const DIGESTS: ReadonlyMap<string, Digest> = new Map([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
]);

const DIGEST_OCTETS = { sha256: 32, sha384: 48, sha512: 64 } as const;

const SCHEMES: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  ['1.2.840.113549.1.1.11', { family: 'rsa', digest: 'sha256' }],
  ['1.2.840.113549.1.1.12', { family: 'rsa', digest: 'sha384' }],
  ['1.2.840.113549.1.1.13', { family: 'rsa', digest: 'sha512' }],
  ['1.2.840.10045.4.3.2', { family: 'ec', digest: 'sha256' }],
  ['1.2.840.10045.4.3.3', { family: 'ec', digest: 'sha384' }],
  ['1.2.840.10045.4.3.4', { family: 'ec', digest: 'sha512' }],
  [ED25519, { family: 'ed25519', digest: null }],
]);

/** What is past use: MD2, MD4, MD5, SHA-1 and RIPEMD-160, alone or in a signature, and DSA. */
const WEAK: ReadonlySet<string> = new Set([
  ...['1.2.840.113549.2.2', '1.2.840.113549.2.4', '1.2.840.113549.2.5', '1.3.14.3.2.26'],
  ...['1.2.840.113549.1.1.2', '1.2.840.113549.1.1.3', '1.2.840.113549.1.1.4', '1.3.36.3.2.1'],
  ...['1.2.840.113549.1.1.5', '1.3.14.3.2.29', '1.2.840.10045.4.1', '1.2.840.10040.4.3'],
  ...['1.2.840.10040.4.1', '2.16.840.1.101.3.4.3.1', '2.16.840.1.101.3.4.3.2'],
]);

const CURVES: ReadonlySet<string> = new Set([
  '1.2.840.10045.3.1.7',
  '1.3.132.0.34',
  '1.3.132.0.35',
]);

type Algorithm = Readonly<{ oid: string; parameters: Der | undefined }>;

/** Reads an AlgorithmIdentifier that names a digest. */
export function readDigest(node: Der | undefined): Result<Digest, BadSignature> {
  const algorithm = readAlgorithm(node);
  if (algorithm === undefined || !isEmpty(algorithm)) return stopped(MALFORMED);
  const digest = DIGESTS.get(algorithm.oid);
  return digest === undefined ? stopped(refuse(algorithm.oid)) : ok(digest);
}

/** Reads the AlgorithmIdentifier of a signature; `digest` is the CMS signer's own, which must be the same. */
export function readScheme(node: Der | undefined, digest?: Digest): Result<Scheme, BadSignature> {
  const algorithm = readAlgorithm(node);
  if (algorithm === undefined) return stopped(MALFORMED);
  const { oid } = algorithm;
  if (oid === RSA_ENCRYPTION && digest !== undefined && isEmpty(algorithm)) {
    return ok({ family: 'rsa', digest });
  }
  const scheme = oid === RSASSA_PSS ? readPss(algorithm) : SCHEMES.get(oid);
  if (scheme === undefined) return stopped(refuse(oid));
  const bare = scheme.family === 'ec' || scheme.family === 'ed25519';
  if (bare && algorithm.parameters !== undefined) return stopped(MALFORMED);
  if (scheme.family === 'rsa' && !isEmpty(algorithm)) return stopped(MALFORMED);
  // Ed25519 hashes by itself; what it signs in CMS was digested with SHA-512 (RFC 8419 §2.3).
  if (digest !== undefined && digest !== (scheme.digest ?? 'sha512')) {
    return stopped(bad('CommitMalformed', 'its digest is not the one its signature names'));
  }
  return ok(scheme);
}

/** A key from a SubjectPublicKeyInfo, or what speaks against it: its kind, its size, its curve. */
export function readKey(spki: Der): Result<KeyObject, BadSignature> {
  const algorithm = readAlgorithm(spki.children[0]);
  if (algorithm === undefined || spki.children.length !== 2) return stopped(MALFORMED);
  const { oid, parameters } = algorithm;
  const known =
    (oid === RSA_ENCRYPTION && isEmpty(algorithm)) ||
    (oid === ED25519 && parameters === undefined) ||
    // A curve spelled out instead of named lets an attacker choose its generator.
    (oid === EC_PUBLIC_KEY && CURVES.has(oidOf(parameters) ?? ''));
  if (!known) return stopped(refuse(oid));
  try {
    const key = createPublicKey({ key: Buffer.from(spki.raw), format: 'der', type: 'spki' });
    const wrong = oid === RSA_ENCRYPTION ? judgeRsa(key) : undefined;
    return wrong === undefined ? ok(key) : stopped(wrong);
  } catch {
    return stopped(bad('CommitMalformed', 'its public key cannot be read'));
  }
}

/** Whether the key made this signature over the data; false also for a key of another kind. */
export function isSignedBy(
  key: KeyObject,
  scheme: Scheme,
  data: Uint8Array,
  signature: Uint8Array,
): boolean {
  const kind = scheme.family === 'rsa-pss' ? 'rsa' : scheme.family;
  if (key.asymmetricKeyType !== kind) return false;
  try {
    if (scheme.family !== 'rsa-pss') return verify(scheme.digest, data, key, signature);
    const saltLength = DIGEST_OCTETS[scheme.digest];
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    return verify(scheme.digest, data, { key, padding, saltLength }, signature);
  } catch {
    return false;
  }
}

/** The dotted form of an OBJECT IDENTIFIER element; nothing for another element. */
export function oidOf(node: Der | undefined): string | undefined {
  return node?.tag === TAG.oid ? decodeOid(node.body) : undefined;
}

const MALFORMED = bad('CommitMalformed', 'an algorithm in it is not written by its grammar');

function refuse(oid: string): BadSignature {
  if (WEAK.has(oid)) {
    return bad('SignatureWeak', `algorithm ${oid} is past use; sign with SHA-256 or better`);
  }
  return bad('SignatureFormatUnsupported', `gitward does not verify algorithm ${oid}`);
}

function judgeRsa(key: KeyObject): BadSignature | undefined {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < MIN_RSA_BITS) {
    const detail = `an RSA key has only ${modulusLength} bits; make one of 3072 or more`;
    return bad('SignatureWeak', detail);
  }
  const exponent = publicExponent >= 3n && publicExponent <= MAX_RSA_EXPONENT;
  if (modulusLength <= MAX_RSA_BITS && exponent) return undefined;
  return bad('SignatureFormatUnsupported', 'an RSA key has a size or exponent that nobody uses');
}

function readAlgorithm(node: Der | undefined): Algorithm | undefined {
  const [first, parameters, ...more] = node?.tag === TAG.sequence ? node.children : [];
  const oid = oidOf(first);
  return oid === undefined || more.length > 0 ? undefined : { oid, parameters };
}

/** No parameters, or NULL: both are in use for digests and RSA (RFC 5754 §2, RFC 4055 §2.1). */
function isEmpty({ parameters }: Algorithm): boolean {
  return parameters === undefined || parameters.tag === TAG.null;
}

/** RSASSA-PSS with one digest throughout and a salt as long as it (RFC 4055 §3.1). */
function readPss({ parameters }: Algorithm): Scheme | undefined {
  const parts = shaped(parameters?.children ?? [], TAG.context0, TAG.context1, TAG.context2);
  if (parts === undefined) return undefined;
  const [hash, mask, salt] = parts.map(({ children }) =>
    children.length === 1 ? children[0] : undefined,
  );
  const digest = readDigest(hash);
  const generator = readAlgorithm(mask);
  const inner = readDigest(generator?.parameters);
  if (!digest.ok || !inner.ok || generator?.oid !== MGF1) return undefined;
  const length = encodeDer(TAG.integer, Uint8Array.of(DIGEST_OCTETS[digest.value]));
  if (salt === undefined || !sameBytes(salt.raw, length)) return undefined;
  return inner.value === digest.value ? { family: 'rsa-pss', digest: digest.value } : undefined;
}
