import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Instant } from '../../domain/clock.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { BadSignature } from '../evidence.ts';
import { oidOf, readKey } from './algorithms.ts';
import { parseDer, sameBytes, shaped, TAG } from './der.ts';
import type { Der } from './der.ts';
import { readExtensions } from './extensions.ts';
import type { Extensions } from './extensions.ts';
import { decodeTime } from './primitives.ts';

/** A certificate of version 3, read by its grammar; nothing in it is verified yet (RFC 5280 §4.1). */
export type Certificate = Readonly<{
  /** SHA-256 of the whole certificate, upper-case hexadecimal. */
  fingerprint: string;
  raw: Uint8Array;
  /** What its issuer signed. */
  tbs: Der;
  serial: Uint8Array;
  /** Names as encoded: they are compared octet by octet. */
  issuer: Uint8Array;
  subject: Uint8Array;
  notBefore: Instant;
  /** The last instant that it is valid. */
  notAfter: Instant;
  spki: Der;
  /** The public key, or what speaks against it. */
  key: Result<KeyObject, BadSignature>;
  /** How it is signed, unread. */
  algorithm: Der;
  signature: Uint8Array;
  extensions: Extensions;
}>;

/** `[0] { version 3 }`. */
const VERSION_3 = Buffer.from('a003020102', 'hex');

/** Reads one certificate, strictly by DER. */
export function parseCertificate(bytes: Uint8Array): Result<Certificate, string> {
  const outer = parseDer(bytes);
  if (!outer.ok) return outer;
  const parts = shaped(outer.value.children, TAG.sequence, TAG.sequence, TAG.bitString);
  if (outer.value.tag !== TAG.sequence || parts === undefined) return stopped(MALFORMED);
  const [tbs, algorithm, signature] = parts;
  const bits = bitsOf(signature);
  const fields = readFields(tbs);
  if (bits === undefined || fields === undefined) return stopped(MALFORMED);
  // What the issuer signed must say how it was signed (RFC 5280 §4.1.1.2).
  if (!sameBytes(fields.algorithm.raw, algorithm.raw)) return stopped(MALFORMED);
  const { list, ...rest } = fields;
  const extensions = readExtensions(list);
  if (!extensions.ok) return extensions;
  const read = {
    ...rest,
    fingerprint: fingerprintOf(bytes),
    raw: bytes,
    tbs,
    signature: bits,
    key: readKey(rest.spki),
  };
  return ok({ ...read, extensions: extensions.value });
}

/** SHA-256 in upper-case hexadecimal. */
export function fingerprintOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').toUpperCase();
}

/** The octets of a BIT STRING that has no unused bits. */
function bitsOf({ body }: Der): Uint8Array | undefined {
  return body[0] === 0 ? body.subarray(1) : undefined;
}

const MALFORMED = 'a certificate is not written by the grammar of version 3';

type Fields = Pick<
  Certificate,
  'serial' | 'issuer' | 'subject' | 'notBefore' | 'notAfter' | 'spki' | 'algorithm'
> & { readonly list: Der };

/** Version, serial, algorithm, issuer, validity, subject, key, extensions; no unique identifiers. */
const SHAPE = [
  ...([TAG.context0, TAG.integer, TAG.sequence, TAG.sequence] as const),
  ...([TAG.sequence, TAG.sequence, TAG.sequence, TAG.context3] as const),
] as const;

function readFields({ children }: Der): Fields | undefined {
  const fields = shaped(children, ...SHAPE);
  if (fields === undefined) return undefined;
  const [version, serial, algorithm, issuer, validity, subject, spki, wrapped] = fields;
  const dates = readValidity(validity);
  const list = shaped(wrapped.children, TAG.sequence);
  if (dates === undefined || list === undefined || !sameBytes(version.raw, VERSION_3)) {
    return undefined;
  }
  if (!isName(issuer) || !isName(subject) || !isKeyInfo(spki)) return undefined;
  const names = { issuer: issuer.raw, subject: subject.raw };
  return { serial: serial.body, ...names, ...dates, spki, algorithm, list: list[0] };
}

/** Sets of types with values that are strings (RFC 5280 §4.1.2.4). */
function isName({ children }: Der): boolean {
  return children.every(
    (rdn) =>
      rdn.tag === TAG.set &&
      rdn.children.length > 0 &&
      rdn.children.every(({ tag, children: [type, value, ...more] }) => {
        const pair = tag === TAG.sequence && oidOf(type) !== undefined && more.length === 0;
        return pair && STRINGS.has(value?.tag ?? 0);
      }),
  );
}

/** UTF8String, PrintableString, TeletexString, IA5String, UniversalString, BMPString. */
const STRINGS: ReadonlySet<number> = new Set([0x0c, 0x13, 0x14, 0x16, 0x1c, 0x1e]);

function isKeyInfo({ children }: Der): boolean {
  const parts = shaped(children, TAG.sequence, TAG.bitString);
  return parts !== undefined && oidOf(parts[0].children[0]) !== undefined;
}

function readValidity(node: Der): Pick<Certificate, 'notBefore' | 'notAfter'> | undefined {
  const [from, until, ...more] = node.children;
  const [notBefore, notAfter] = [timeOf(from), timeOf(until)];
  if (notBefore === undefined || notAfter === undefined || more.length > 0) return undefined;
  return { notBefore, notAfter };
}

/** The instant of a UTCTime or GeneralizedTime element. */
export function timeOf(node: Der | undefined): Instant | undefined {
  const isTime = node?.tag === TAG.utcTime || node?.tag === TAG.generalizedTime;
  return isTime ? decodeTime(node.tag, node.body) : undefined;
}
