import { isUtf8 } from 'node:buffer';
import { toTimestamp } from '../../domain/clock.ts';
import type { Instant } from '../../domain/clock.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { bad } from '../evidence.ts';
import type { BadSignature } from '../evidence.ts';
import type { Moment } from '../format.ts';
import { fingerprintOf, KEY_SCHEMES, parsePublicKey, refuseType } from './key.ts';
import type { SshPublicKey } from './key.ts';
import { unpackStrings, WireReader, wireString } from './wire.ts';

/** A certificate, its authority's signature not checked yet. `validBefore` is the first instant it is over. */
export type SshCertificate = Readonly<{
  /** The certified key: the one that signs. */
  key: SshPublicKey;
  /** The authority's key, unread, and its fingerprint. */
  authority: Buffer;
  authorityFingerprint: string;
  isForUsers: boolean;
  principals: readonly string[];
  validAfter: Instant;
  validBefore: Instant;
  criticalOptions: readonly string[];
  /** What the authority signed, and its signature, unread. */
  signed: Buffer;
  signature: Buffer;
}>;

const SUFFIX = '-cert-v01@openssh.com';
const VENDOR = '@openssh.com';
const USER = 1;

/** As OpenSSH bounds them. */
const MAX_PRINCIPALS = 256;

/** Names and values of options; OpenSSH knows about ten. */
const MAX_OPTION_STRINGS = 128;

/** The last moment that JavaScript can print, for certificates that never end. */
const FOREVER: Instant = 8_640_000_000_000_000;

/** Whether a type is a certificate's, of a key that gitward verifies or not. */
export function isCertificateType(type: string): boolean {
  return type.endsWith(SUFFIX);
}

/**
 * Reads a certificate (PROTOCOL.certkeys). An authority that is itself certified is refused; its key is
 * not read, for listed ones are.
 */
export function parseCertificate(blob: Buffer): Result<SshCertificate, BadSignature> {
  const reader = new WireReader(blob);
  const type = reader.text();
  const plain = plainType(type);
  const scheme = KEY_SCHEMES.get(plain);
  if (scheme === undefined) return stopped(refuseType(type));
  reader.string(); // The nonce.
  const start = reader.position;
  for (let i = 0; i < scheme.fields; i += 1) reader.string();
  const fields = blob.subarray(start, reader.position);
  reader.u64(); // The serial number.
  const isForUsers = reader.u32() === USER;
  reader.string(); // The key id, a remark of the authority's.
  const principals = readNames(reader.string());
  const [validAfter, validBefore] = [instantOf(reader.u64()), instantOf(reader.u64())];
  const [critical, extensions] = [readOptions(reader.string()), readOptions(reader.string())];
  const reserved = reader.string();
  const authority = reader.string();
  const signed = blob.subarray(0, reader.position);
  const signature = reader.string();
  const isRead = principals !== undefined && critical !== undefined && extensions !== undefined;
  if (!isRead || !reader.isWhole || reserved.length > 0) {
    return stopped(bad('CommitMalformed', 'its certificate cannot be read or has bytes left over'));
  }
  const key = parsePublicKey(Buffer.concat([wireString(plain), fields]));
  if (!key.ok) return key;
  if (isCertificateType(new WireReader(authority).text())) {
    const detail = 'its certificate is made by another certificate';
    return stopped(bad('CommitMalformed', detail, key.value.fingerprint));
  }
  return ok({
    ...{ key: key.value, isForUsers, validAfter, validBefore, criticalOptions: critical },
    ...{ authority, authorityFingerprint: fingerprintOf(authority), principals, signed, signature },
  });
}

/** What a certificate itself says against its use for a signature, whenever, if anything. */
export function judgeUse({
  key,
  isForUsers,
  principals,
  criticalOptions,
}: SshCertificate): BadSignature | undefined {
  const refuse = (detail: string): BadSignature => bad('SignerUntrusted', detail, key.fingerprint);
  if (!isForUsers) return refuse('its certificate is for hosts, not for people');
  const [option] = criticalOptions;
  if (option !== undefined) {
    return refuse(`its certificate has the critical option ${option}, which is not for signatures`);
  }
  return principals.length === 0 ? refuse('its certificate names no principal') : undefined;
}

/** The same for this moment: its beginning counts as of the decision, its end as of first sight. */
export function judgeTime(
  { key, validAfter, validBefore }: SshCertificate,
  { at, firstSeen }: Moment,
): BadSignature | undefined {
  if (at < validAfter) {
    const detail = `its certificate counts only from ${toTimestamp(validAfter)}`;
    return bad('KeyExpired', detail, key.fingerprint);
  }
  if (firstSeen < validBefore) return undefined;
  const detail = `its certificate counted only until ${toTimestamp(validBefore)}; get a new one`;
  return bad('KeyExpired', detail, key.fingerprint);
}

function plainType(type: string): string {
  if (!isCertificateType(type)) return '';
  const name = type.slice(0, -SUFFIX.length);
  return name.startsWith('sk-') ? name + VENDOR : name;
}

function readNames(packed: Buffer): readonly string[] | undefined {
  const names = unpackStrings(packed, MAX_PRINCIPALS);
  const areNames = names?.every((name) => name.length > 0 && !name.includes(0) && isUtf8(name));
  return areNames === true ? names?.map((name) => name.toString('utf8')) : undefined;
}

/** The names of options, which stand before their values. */
function readOptions(packed: Buffer): readonly string[] | undefined {
  const pairs = unpackStrings(packed, MAX_OPTION_STRINGS);
  if (pairs === undefined || pairs.length % 2 > 0) return undefined;
  return pairs.filter((_, i) => i % 2 === 0).map((name) => name.toString('latin1'));
}

function instantOf(seconds: bigint): Instant {
  const instant = seconds * 1_000n;
  return instant > BigInt(FOREVER) ? FOREVER : Number(instant);
}
