import { createHash } from 'node:crypto';
import type { Instant } from '../../domain/clock.ts';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { readCheckpoint } from './checkpoint.ts';
import { sameBytes, TAG } from './der.ts';
import { rootOf } from './merkle.ts';
import { bytesAt, messageAt, numberAt, readFields } from './protobuf.ts';
import type { Fields } from './protobuf.ts';
import type { VerifiedSignature } from './signed.ts';
import { isLogged } from './trusted-root.ts';
import type { Log } from './trusted-root.ts';

/** gitsign's unsigned attribute: a serialised `TransparencyLogEntry` (protobuf-specs, rekor v1). */
const ENTRY = '1.3.6.1.4.1.57264.3.1';

/** Field numbers of `TransparencyLogEntry` and the messages within. */
const FIELD = {
  logIndex: 1,
  logId: 2,
  kind: 3,
  integratedTime: 4,
  promise: 5,
  proof: 6,
  body: 7,
} as const;
const PROOF = { index: 1, root: 2, size: 3, hashes: 4, checkpoint: 5 } as const;

/** Latest time a log may claim: what a number holds exactly, in milliseconds. */
const MAX_SECONDS = BigInt(Math.floor(Number.MAX_SAFE_INTEGER / 1_000));

type Entry = Readonly<{
  logIndex: bigint;
  log: Buffer;
  integratedTime: bigint;
  promise: Uint8Array;
  proof: Fields;
  body: Uint8Array;
}>;

/**
 * The time at which a transparency log took in this very signature, proved by what it carries: the
 * log's promise (which alone signs the time) and the inclusion proof up to a signed checkpoint. The
 * entry's body is made anew from the signature, so that an entry of another signature never fits.
 * `undefined` when it carries no entry; an entry that does not verify stops.
 */
export function verifyLogged(
  signed: VerifiedSignature,
  logs: readonly Log[],
): Result<Instant | undefined, string> {
  const attribute = signed.cms.unsigned.get(ENTRY);
  if (attribute === undefined) return ok(undefined);
  if (attribute.tag !== TAG.octetString) return stopped(UNREADABLE);
  const entry = readEntry(attribute.body);
  if (entry === undefined) return stopped(UNREADABLE);
  const body = bodyOf(signed);
  if (entry.body.length > 0 && !sameBytes(entry.body, body)) {
    return stopped('its log entry is of another signature');
  }
  const when = Number(entry.integratedTime) * 1_000;
  const data = promised(entry, body);
  const id = entry.log.toString('base64');
  if (!isLogged(logs, id, { when, data, signature: entry.promise })) {
    return stopped(
      'no log of the Sigstore root promised its entry: it is of another signature or log',
    );
  }
  return isIncluded(entry, body, { id, logs, when })
    ? ok(when)
    : stopped('its log entry is not proved to be in the log');
}

const UNREADABLE = 'its log entry cannot be read, or is of a kind gitward does not verify';

function readEntry(bytes: Uint8Array): Entry | undefined {
  const read = readFields(bytes);
  if (!read.ok) return undefined;
  const fields = read.value;
  const kind = messageAt(fields, FIELD.kind);
  if (kind === undefined || textAt(kind, 1) !== 'hashedrekord' || textAt(kind, 2) !== '0.0.1') {
    return undefined;
  }
  const [logIndex, integratedTime] = [
    numberAt(fields, FIELD.logIndex),
    numberAt(fields, FIELD.integratedTime),
  ];
  const log = bytesAt(messageAt(fields, FIELD.logId) ?? new Map(), 1);
  const promise = bytesAt(messageAt(fields, FIELD.promise) ?? new Map(), 1);
  const proof = messageAt(fields, FIELD.proof);
  const body = bytesAt(fields, FIELD.body);
  if (logIndex === undefined || integratedTime === undefined || log === undefined) return undefined;
  if (promise === undefined || proof === undefined || body === undefined) return undefined;
  if (integratedTime > MAX_SECONDS) return undefined;
  return { logIndex, integratedTime, log: Buffer.from(log), promise, proof, body };
}

/** The `hashedrekord` 0.0.1 entry that gitsign logs, in its canonical JSON (RFC 8785). */
function bodyOf({ cms, leaf }: VerifiedSignature): Buffer {
  const value = createHash('sha256').update(cms.signedAttributes).digest('hex');
  const lines =
    Buffer.from(leaf.raw)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  const pem = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
  const signature = {
    content: Buffer.from(cms.signature).toString('base64'),
    publicKey: { content: Buffer.from(pem).toString('base64') },
  };
  const spec = { data: { hash: { algorithm: 'sha256', value } }, signature };
  return Buffer.from(JSON.stringify({ apiVersion: '0.0.1', kind: 'hashedrekord', spec }));
}

/** What a signed entry timestamp is over, in its canonical JSON. */
function promised({ integratedTime, log, logIndex }: Entry, body: Buffer): Buffer {
  const text = body.toString('base64');
  const logId = log.toString('hex');
  return Buffer.from(
    `{"body":"${text}","integratedTime":${integratedTime},"logID":"${logId}","logIndex":${logIndex}}`,
  );
}

function isIncluded(
  { proof }: Entry,
  body: Buffer,
  log: Readonly<{ id: string; logs: readonly Log[]; when: Instant }>,
): boolean {
  const [index, size] = [numberAt(proof, PROOF.index), numberAt(proof, PROOF.size)];
  const claimed = bytesAt(proof, PROOF.root);
  const envelope = bytesAt(messageAt(proof, PROOF.checkpoint) ?? new Map(), 1);
  const all = proof.get(PROOF.hashes) ?? [];
  const hashes = all.filter((one) => typeof one !== 'bigint');
  if (index === undefined || size === undefined || hashes.length !== all.length) return false;
  if (claimed === undefined || envelope === undefined) return false;
  const head = readCheckpoint(envelope, log);
  const root = rootOf(body, { index, size, hashes });
  if (head === undefined || root === undefined || head.size !== size) return false;
  return sameBytes(root, head.root) && sameBytes(root, claimed);
}

function textAt(fields: Fields, number: number): string {
  return Buffer.from(bytesAt(fields, number) ?? []).toString('latin1');
}
