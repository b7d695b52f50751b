import type { Instant } from '../../domain/clock.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { bad } from '../evidence.ts';
import type { BadSignature } from '../evidence.ts';
import { oidOf, readDigest, readScheme } from './algorithms.ts';
import type { Digest, Scheme } from './algorithms.ts';
import { timeOf } from './certificate.ts';
import { parseDer, sameBytes, shaped, TAG } from './der.ts';
import type { Der } from './der.ts';

/** The certificate a signature says it is by: by issuer and serial number, or by key identifier. */
export type SignerId =
  | Readonly<{ by: 'issuer'; issuer: Uint8Array; serial: Uint8Array }>
  | Readonly<{ by: 'keyId'; keyId: Uint8Array }>;

/** A detached CMS signature by one signer, read by its grammar; nothing in it is verified yet. */
export type SignedData = Readonly<{
  certificates: readonly Uint8Array[];
  signer: SignerId;
  digest: Digest;
  scheme: Scheme;
  /** What the signature is over: the DER of the signed attributes as a SET (RFC 5652 §5.4). */
  signedAttributes: Uint8Array;
  /** What the signed attributes say the payload's digest is. */
  messageDigest: Uint8Array;
  /** The signer's claim of the time. */
  claimedAt?: Instant;
  signature: Uint8Array;
  /** Attributes that nobody signed, each with its only value. */
  unsigned: ReadonlyMap<string, Der>;
}>;

/** Most certificates read from one signature. */
export const MAX_CERTIFICATES = 16;

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const DATA = '1.2.840.113549.1.7.1';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_TIME = '1.2.840.113549.1.9.5';

const MAX_ATTRIBUTES = 32;

/** gpgsm gives the outermost levels the indefinite length; certificates and signers lie deeper. */
const FRAME_LEVELS = 4;

const KEY_ID = 0x80;

const VERSION_1 = Buffer.of(TAG.integer, 1, 1);
const VERSION_3 = Buffer.of(TAG.integer, 1, 3);

/** Version, digests, content info, certificates, signers. */
const BODY = [TAG.integer, TAG.set, TAG.sequence, TAG.context0, TAG.set] as const;

/** Digest, signed attributes, signature algorithm, signature. */
const SIGNER = [TAG.sequence, TAG.context0, TAG.sequence, TAG.octetString] as const;

const SIGNER_MALFORMED = 'its signer is not written by its grammar';

type Read<T> = Result<T, BadSignature>;
type Parts = Readonly<{ version: Der; digests: Der; certificates: Der; signer: Der }>;

/** Reads a ContentInfo with SignedData (RFC 5652 §5.1): detached, one signer, signed attributes, no lists beside. */
export function parseSignedData(bytes: Uint8Array): Read<SignedData> {
  const outer = parseDer(bytes, FRAME_LEVELS);
  if (!outer.ok) return malformed(outer.stop);
  const content = shaped(outer.value.children, TAG.oid, TAG.context0);
  if (outer.value.tag !== TAG.sequence || content === undefined) {
    return malformed('it is no CMS content');
  }
  const [type, wrapped] = content;
  if (oidOf(type) !== SIGNED_DATA) return unsupported('it is CMS, but not signed data');
  const body = shaped(wrapped.children, TAG.sequence);
  if (body === undefined) return malformed('it has no signed data');
  const parts = readParts(body[0].children);
  return parts.ok ? readSigner(parts.value) : parts;
}

function readParts(children: readonly Der[]): Read<Parts> {
  if (children.length !== BODY.length) {
    return unsupported('it has no certificates, or revocation lists beside them');
  }
  const parts = shaped(children, ...BODY);
  if (parts === undefined) return malformed('its signed data is not written by its grammar');
  const [version, digests, content, certificates, signers] = parts;
  if (oidOf(content.children[0]) !== DATA) return unsupported('what it signs is not plain data');
  // Content of its own is how a signature over something else gets attached to a commit.
  if (content.children.length !== 1) return malformed('it brings the content that it signs');
  if (certificates.children.length > MAX_CERTIFICATES) {
    return malformed(`it has more than ${MAX_CERTIFICATES} certificates`);
  }
  if (!certificates.children.every(({ tag }) => tag === TAG.sequence)) {
    return unsupported('it has certificates that are not of X.509');
  }
  const only = shaped(signers.children, TAG.sequence);
  if (only === undefined) return malformed('it is not by exactly one signer');
  return ok({ version, digests, certificates, signer: only[0] });
}

function readSigner({ digests, certificates, signer, version }: Parts): Read<SignedData> {
  const [own, sid, ...rest] = signer.children;
  const id = readSignerId(sid);
  if (id === undefined || own === undefined) return malformed(SIGNER_MALFORMED);
  const wanted = id.by === 'keyId' ? VERSION_3 : VERSION_1;
  if (!sameBytes(own.raw, wanted) || !sameBytes(version.raw, wanted)) {
    return malformed('its version does not fit');
  }
  if (rest[1]?.tag !== TAG.context0) return unsupported('it has no signed attributes');
  const parts = shaped(rest.slice(0, SIGNER.length), ...SIGNER);
  const unsigned = readUnsigned(rest.slice(SIGNER.length));
  if (parts === undefined || unsigned === undefined) return malformed(SIGNER_MALFORMED);
  const [digestNode, attributes, schemeNode, signature] = parts;
  const digest = readDigest(digestNode);
  if (!digest.ok) return digest;
  if (!digests.children.some((one) => sameBytes(one.raw, digestNode.raw))) {
    return malformed('its digest is not among those it announces');
  }
  const scheme = readScheme(schemeNode, digest.value);
  if (!scheme.ok) return scheme;
  const claims = readSigned(attributes);
  if (!claims.ok) return claims;
  return ok({
    certificates: certificates.children.map(({ raw }) => raw),
    ...{ signer: id, digest: digest.value, scheme: scheme.value, ...claims.value },
    signedAttributes: asSet(attributes),
    signature: signature.body,
    unsigned,
  });
}

function readSignerId(node: Der | undefined): SignerId | undefined {
  if (node?.tag === KEY_ID) return { by: 'keyId', keyId: node.body };
  const [issuer, serial, ...more] = node?.tag === TAG.sequence ? node.children : [];
  if (issuer?.tag !== TAG.sequence || serial?.tag !== TAG.integer || more.length > 0) {
    return undefined;
  }
  return { by: 'issuer', issuer: issuer.raw, serial: serial.body };
}

/** The attributes that decide, each exactly once with one value (RFC 5652 §11). */
function readSigned(node: Der): Read<Pick<SignedData, 'messageDigest' | 'claimedAt'>> {
  const attributes = readAttributes(node);
  if (attributes === undefined || !isSorted(node.children)) {
    return malformed('its signed attributes repeat, or are not in the order of DER');
  }
  const only = (oid: string): Der | undefined => {
    const values = attributes.get(oid) ?? [];
    return values.length === 1 ? values[0] : undefined;
  };
  const digest = only(MESSAGE_DIGEST);
  if (oidOf(only(CONTENT_TYPE)) !== DATA || digest?.tag !== TAG.octetString) {
    return malformed('its signed attributes do not name plain data and a digest');
  }
  const claimedAt = timeOf(only(SIGNING_TIME));
  if (attributes.has(SIGNING_TIME) && claimedAt === undefined) {
    return malformed('its signing time cannot be read');
  }
  const claim = claimedAt === undefined ? {} : { claimedAt };
  return ok({ messageDigest: digest.body, ...claim });
}

function readUnsigned(rest: readonly Der[]): ReadonlyMap<string, Der> | undefined {
  if (rest.length === 0) return new Map();
  const only = shaped(rest, TAG.context1);
  const attributes = only === undefined ? undefined : readAttributes(only[0]);
  if (attributes === undefined) return undefined;
  const single = [...attributes].flatMap(([oid, [value, ...more]]) =>
    value === undefined || more.length > 0 ? [] : [[oid, value] as const],
  );
  return single.length === attributes.size ? new Map(single) : undefined;
}

/** Attributes by type; nothing when one type occurs twice, as readers differ on which one counts. */
function readAttributes({ children }: Der): ReadonlyMap<string, readonly Der[]> | undefined {
  const found = new Map<string, readonly Der[]>();
  if (children.length === 0 || children.length > MAX_ATTRIBUTES) return undefined;
  for (const { tag, children: parts } of children) {
    const [type, values, ...more] = tag === TAG.sequence ? parts : [];
    const oid = oidOf(type);
    if (oid === undefined || values?.tag !== TAG.set || more.length > 0) return undefined;
    if (found.has(oid) || values.children.length === 0) return undefined;
    found.set(oid, values.children);
  }
  return found;
}

/** SET OF in ascending order of the encodings (X.690 §11.6), so that re-encoding readers see the same bytes. */
function isSorted(children: readonly Der[]): boolean {
  return children.every((child, at) => {
    const before = children[at - 1];
    return before === undefined || Buffer.compare(before.raw, child.raw) <= 0;
  });
}

function asSet({ raw }: Der): Uint8Array {
  const set = Buffer.from(raw);
  set[0] = TAG.set;
  return set;
}

function malformed(detail: string): { readonly ok: false; readonly stop: BadSignature } {
  return stopped(bad('CommitMalformed', detail));
}

function unsupported(detail: string): { readonly ok: false; readonly stop: BadSignature } {
  return stopped(bad('SignatureFormatUnsupported', detail));
}
