import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Instant } from '../../domain/clock.ts';
import { at, stringAt } from '../../domain/json.ts';
import type { Json } from '../../domain/json.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { SigstoreRoot } from '../trust.ts';
import { isSignedBy } from './algorithms.ts';
import type { Scheme } from './algorithms.ts';
import { parseCertificate } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import { judgeAuthority } from './chain.ts';

/** From when to when, both included, the root says that something counts. */
export type Span = Readonly<{ start: Instant; end: Instant }>;

/** A log whose signatures the root vouches for; `id` is base64. */
export type Log = Readonly<{ id: string; key: KeyObject; scheme: Scheme; validFor: Span }>;

/** A Fulcio authority: its last certificate is the anchor, those before it intermediates. */
export type Authority = Readonly<{
  anchor: Certificate;
  pool: readonly Certificate[];
  validFor: Span;
}>;

/** What gitward reads of a Sigstore trusted root (protobuf-specs `TrustedRoot`, as JSON). */
export type TrustedRoot = Readonly<{
  authorities: readonly Authority[];
  /** Rekor. */
  tlogs: readonly Log[];
  /** Certificate transparency. */
  ctlogs: readonly Log[];
  transparency: SigstoreRoot['transparency'];
  /** Entries of kinds gitward does not know: they vouch for nothing. */
  skipped: number;
}>;

/** Longest text, in characters, and most entries of one list. */
const MAX_ROOT_LENGTH = 1_048_576;
const MAX_ENTRIES = 64;

const FOREVER = Number.MAX_SAFE_INTEGER;

/** Reads the JSON of a trusted root, or says why it cannot be used. */
export function readTrustedRoot({
  trustedRoot,
  transparency,
}: Pick<SigstoreRoot, 'trustedRoot' | 'transparency'>): Result<TrustedRoot, string> {
  if (trustedRoot.length > MAX_ROOT_LENGTH) return stopped(`it is longer than ${MAX_ROOT_LENGTH}`);
  const json = parseJson(trustedRoot);
  const authorities = readList(json, 'certificateAuthorities', readAuthority);
  const tlogs = readList(json, 'tlogs', readLog);
  const ctlogs = readList(json, 'ctlogs', readLog);
  if (authorities === undefined || tlogs === undefined || ctlogs === undefined) {
    return stopped('it is not the JSON of a trusted root');
  }
  // Without these nothing could ever verify; say so once instead of at every commit.
  if (authorities.entries.length === 0) return stopped('it names no certificate authority');
  if (ctlogs.entries.length === 0) return stopped('it names no certificate transparency log');
  if (tlogs.entries.length === 0 && transparency === 'Required') {
    return stopped('it names no transparency log, and signatures must have an entry of one');
  }
  const skipped = authorities.skipped + tlogs.skipped + ctlogs.skipped;
  return ok({
    ...{ authorities: authorities.entries, tlogs: tlogs.entries, ctlogs: ctlogs.entries },
    ...{ transparency, skipped },
  });
}

/** Whether an instant lies within. */
export function covers({ start, end }: Span, instant: Instant): boolean {
  return start <= instant && instant <= end;
}

/** Whether the log of this id signed the data, at a time that the root trusts it for. */
export function isLogged(
  logs: readonly Log[],
  id: string,
  { when, data, signature }: Readonly<{ when: Instant; data: Uint8Array; signature: Uint8Array }>,
): boolean {
  return logs.some(
    (log) =>
      log.id === id &&
      covers(log.validFor, when) &&
      isSignedBy(log.key, log.scheme, data, signature),
  );
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json; // All that JSON.parse can answer.
  } catch {
    return undefined;
  }
}

function readList<T>(
  root: Json | undefined,
  name: string,
  read: (entry: Json) => T | undefined,
): Readonly<{ entries: readonly T[]; skipped: number }> | undefined {
  if (root === undefined) return undefined;
  const list = at(root, name) ?? [];
  if (!Array.isArray(list) || list.length > MAX_ENTRIES) return undefined;
  const entries = list.flatMap((entry: Json) => read(entry) ?? []);
  return { entries, skipped: list.length - entries.length };
}

function readLog(entry: Json): Log | undefined {
  const id = stringAt(entry, 'logId', 'keyId');
  const bytes = bytesAt(entry, 'publicKey', 'rawBytes');
  const validFor = readSpan(at(entry, 'publicKey', 'validFor'));
  if (id === undefined || bytes === undefined || validFor === undefined) return undefined;
  try {
    const key = createPublicKey({ key: bytes, format: 'der', type: 'spki' });
    const scheme = schemeOf(key);
    return scheme === undefined ? undefined : { id, key, scheme, validFor };
  } catch {
    return undefined;
  }
}

/** Logs sign with SHA-256, or with Ed25519. */
function schemeOf(key: KeyObject): Scheme | undefined {
  switch (key.asymmetricKeyType) {
    case 'ec':
    case 'rsa':
      return { family: key.asymmetricKeyType, digest: 'sha256' };
    case 'ed25519':
      return { family: 'ed25519', digest: null };
    default:
      return undefined;
  }
}

function readAuthority(entry: Json): Authority | undefined {
  const chain = at(entry, 'certChain', 'certificates');
  const validFor = readSpan(at(entry, 'validFor'));
  if (!Array.isArray(chain) || chain.length > MAX_ENTRIES || validFor === undefined) {
    return undefined;
  }
  const certificates = chain.flatMap((one: Json) => {
    const bytes = bytesAt(one, 'rawBytes');
    const read = bytes === undefined ? undefined : parseCertificate(bytes);
    return read?.ok && judgeAuthority(read.value) === undefined ? [read.value] : [];
  });
  const anchor = certificates.at(-1);
  if (anchor === undefined || certificates.length !== chain.length) return undefined;
  return { anchor, pool: certificates.slice(0, -1), validFor };
}

function readSpan(span: Json | undefined): Span | undefined {
  const start = stringAt(span, 'start');
  const end = stringAt(span, 'end');
  const parsed = {
    start: start === undefined ? 0 : Date.parse(start),
    end: end === undefined ? FOREVER : Date.parse(end),
  };
  return Number.isNaN(parsed.start) || Number.isNaN(parsed.end) ? undefined : parsed;
}

function bytesAt(entry: Json, ...path: readonly string[]): Buffer | undefined {
  const text = stringAt(entry, ...path);
  return text === undefined ? undefined : Buffer.from(text, 'base64');
}
