import { createHash } from 'node:crypto';
import { oidOf } from './algorithms.ts';
import type { Certificate } from './certificate.ts';
import { encodeDer, parseDer, TAG } from './der.ts';
import { isLogged } from './trusted-root.ts';
import type { Log } from './trusted-root.ts';

const SCT_LIST = '1.3.6.1.4.1.11129.2.4.2';

/** Octets of the fields before an SCT's extensions: version, log id, timestamp (RFC 6962 §3.2). */
const VERSION_1 = 0;
const LOG_ID_OCTETS = 32;
const HEAD_OCTETS = 1 + LOG_ID_OCTETS + 8;

const PRECERT_ENTRY = 1;
const SHA256 = 4;

const MAX_TIMESTAMPS = 16;

type Timestamp = Readonly<{ log: Buffer; at: Buffer; extensions: Buffer; signature: Buffer }>;

/**
 * Why no certificate transparency log of the root vouches that it saw this certificate, if so: at
 * least one embedded timestamp must verify (RFC 6962 §3.2, §3.3).
 */
export function judgeTimestamps(
  leaf: Certificate,
  issuer: Certificate,
  logs: readonly Log[],
): string | undefined {
  const value = leaf.extensions.values.get(SCT_LIST);
  if (value === undefined) return 'its certificate has no certificate transparency timestamp';
  const list = parseDer(value);
  const bytes = list.ok && list.value.tag === TAG.octetString ? list.value.body : undefined;
  const stamps = bytes === undefined ? undefined : readList(Buffer.from(bytes));
  const precert = withoutTimestamps(leaf);
  if (stamps === undefined || precert === undefined) {
    return 'the certificate transparency timestamps of its certificate cannot be read';
  }
  const issuerKey = createHash('sha256').update(issuer.spki.raw).digest();
  const good = stamps.some(({ log, at, extensions, signature }) => {
    const data = Buffer.concat([
      ...[Buffer.of(VERSION_1, 0), at, Buffer.of(0, PRECERT_ENTRY), issuerKey],
      ...[sized(precert, 3), sized(extensions, 2)],
    ]);
    const when = Number(at.readBigUInt64BE());
    return isLogged(logs, log.toString('base64'), { when, data, signature });
  });
  return good ? undefined : 'no log of the Sigstore root vouches for its certificate';
}

/** The signed part of the certificate as the log saw it: without the timestamps. */
function withoutTimestamps({ tbs }: Certificate): Uint8Array | undefined {
  const wrapped = tbs.children.at(-1);
  const list = wrapped?.children[0];
  if (wrapped === undefined || list === undefined) return undefined;
  const kept = list.children.filter(({ children }) => oidOf(children[0]) !== SCT_LIST);
  const inner = encodeDer(TAG.sequence, ...kept.map(({ raw }) => raw));
  const fields = tbs.children.slice(0, -1).map(({ raw }) => raw);
  return encodeDer(TAG.sequence, ...fields, encodeDer(wrapped.tag, inner));
}

function readList(bytes: Buffer): readonly Timestamp[] | undefined {
  const whole = takeSized(bytes, 0);
  if (whole === undefined || whole.end !== bytes.length) return undefined;
  const found: Timestamp[] = [];
  for (let at = 0; at < whole.body.length;) {
    const one = takeSized(whole.body, at);
    const stamp = one === undefined ? undefined : readTimestamp(one.body);
    if (one === undefined || stamp === undefined || found.length >= MAX_TIMESTAMPS) {
      return undefined;
    }
    found.push(stamp);
    at = one.end;
  }
  return found;
}

function readTimestamp(bytes: Buffer): Timestamp | undefined {
  if (bytes.length < HEAD_OCTETS || bytes[0] !== VERSION_1) return undefined;
  const extensions = takeSized(bytes, HEAD_OCTETS);
  if (extensions === undefined || bytes[extensions.end] !== SHA256) return undefined;
  // The octet between names the kind of key, which the root knows.
  const signature = takeSized(bytes, extensions.end + 2);
  if (signature === undefined || signature.end !== bytes.length) return undefined;
  return {
    log: bytes.subarray(1, 1 + LOG_ID_OCTETS),
    at: bytes.subarray(1 + LOG_ID_OCTETS, HEAD_OCTETS),
    extensions: extensions.body,
    signature: signature.body,
  };
}

/** Bytes after their length in two octets, as TLS writes them. */
function takeSized(bytes: Buffer, at: number): Readonly<{ body: Buffer; end: number }> | undefined {
  if (at + 2 > bytes.length) return undefined;
  const end = at + 2 + bytes.readUInt16BE(at);
  return end > bytes.length ? undefined : { body: bytes.subarray(at + 2, end), end };
}

function sized(bytes: Uint8Array, octets: 2 | 3): Buffer {
  const length = Buffer.alloc(octets);
  length.writeUIntBE(bytes.length, 0, octets);
  return Buffer.concat([length, bytes]);
}
