import { createHash } from 'node:crypto';
import type { SigstoreRoot } from '../../../src/signature/trust.ts';
import type { Certified } from '../../../src/signature/x509/x509.ts';
import * as maker from './certificates.ts';
import type { Made, Pair } from './certificates.ts';
import { attribute, signAttributes, wrap } from './cms.ts';
import type { Signed } from './cms.ts';
import { octets, pem, utf8 } from './der.ts';
import { ownerNamed } from './owners.ts';

/** A Sigstore of a test's own: Fulcio, a certificate transparency log and Rekor, with keys made now. */
export type Sigstore = Readonly<{ root: Made; fulcio: Made; ctlog: Pair; rekor: Pair }>;

export const OIDC = 'https://accounts.example.com';
export const IDENTITY = 'alice@example.com';

/** Fulcio's certificates live so long. */
export const LIFE_MS = 600_000;

/** Makes a Sigstore. */
export function newSigstore(): Sigstore {
  const root = maker.certify({ name: 'Fulcio root' });
  const limits = [maker.authority(0), maker.keyUsage(0x06), maker.purposes(maker.CODE_SIGNING)];
  const fulcio = maker.certify({ name: 'Fulcio', by: root, extensions: limits });
  return { root, fulcio, ctlog: maker.newPair(), rekor: maker.newPair() };
}

/** The trusted root that people would list; `edit` changes the JSON. */
export function rootOf(
  { root, fulcio, ctlog, rekor }: Sigstore,
  transparency: SigstoreRoot['transparency'] = 'Required',
  edit: (json: Record<string, unknown>) => object = (json) => json,
): SigstoreRoot {
  const start = maker.BEFORE.toISOString();
  const log = (pair: Pair): object => ({
    publicKey: { rawBytes: maker.spkiOf(pair).toString('base64'), validFor: { start } },
    logId: { keyId: logId(pair).toString('base64') },
  });
  const certificates = [fulcio, root].map(({ bytes }) => ({ rawBytes: bytes.toString('base64') }));
  const json = edit({
    certificateAuthorities: [{ certChain: { certificates }, validFor: { start } }],
    tlogs: [log(rekor)],
    ctlogs: [log(ctlog)],
  });
  const trustedRoot = JSON.stringify(json);
  return { signerSet: 'team', name: 'ours', trustedRoot, transparency };
}

/** Somebody by Fulcio's word. */
export function identified(identity = IDENTITY, issuer = OIDC, owner = 'alice'): Certified {
  return {
    material: { kind: 'sigstore', identity, issuer, root: 'ours' },
    owner: ownerNamed(owner),
  };
}

/** How a Fulcio certificate is made; well unless said otherwise. */
export type LeafWanted = Readonly<{
  at: number;
  identity?: string;
  /** OIDC issuers in the newer and the older extension. */
  issuer?: string | undefined;
  legacy?: string;
  by?: Made;
  /** Who signs the timestamp, over what; nobody when null. */
  ctlog?: Pair | null;
  precert?: (tbs: Buffer) => Buffer;
  /** The whole extension instead. */
  stamp?: Buffer;
  extensions?: readonly Buffer[];
}>;

/** A certificate of ten minutes from `at`, with its timestamp. */
export function newLeaf(sigstore: Sigstore, wanted: LeafWanted): Made {
  const { at, identity = IDENTITY, by = sigstore.fulcio, ctlog = sigstore.ctlog } = wanted;
  const issuer = 'issuer' in wanted ? wanted.issuer : OIDC;
  const newer = issuer === undefined ? [] : [maker.extension(`${ISSUER}.8`, utf8(issuer))];
  const { legacy } = wanted;
  const older = legacy === undefined ? [] : [maker.extension(`${ISSUER}.1`, Buffer.from(legacy))];
  const usual = [maker.keyUsage(0x80), maker.purposes(maker.CODE_SIGNING)];
  const extensions = [...(wanted.extensions ?? usual), maker.names(identity), ...newer, ...older];
  const [from, until] = [new Date(at), new Date(at + LIFE_MS)];
  if (ctlog === null) return maker.certify({ by, from, until, extensions });
  return maker.certify({
    ...{ by, from, until, extensions },
    stamp: (tbs) => wanted.stamp ?? timestamp(ctlog, { tbs: wanted.precert?.(tbs) ?? tbs, by, at }),
  });
}

/** What gitsign hands to Rekor and gets back. */
export type Logging = Readonly<{
  at: number;
  rekor?: Pair;
  /** What is logged in place of this signature. */
  instead?: Readonly<{ leaf: Made; made: Signed }>;
  /** Changes fields of the entry before it is written. */
  edit?: (entry: EntryParts, body: Buffer) => EntryParts;
}>;

/** The parts of a log entry as gitsign stores them. */
export type EntryParts = Readonly<{
  kind: string;
  version: string;
  seconds: number;
  promise: Buffer;
  size: number;
  root: Buffer;
  hashes: readonly Buffer[];
  checkpoint: string;
  body: Buffer;
}>;

/** A detached signature as gitsign makes it, with its log entry when it is to be logged. */
export function gitsign(
  sigstore: Sigstore,
  { payload, leaf, logged }: Readonly<{ payload: Uint8Array; leaf: Made; logged?: Logging }>,
): Buffer {
  const parts = { payload, leaf };
  const made = signAttributes(parts);
  if (logged === undefined) return wrap(parts, made);
  const entry = logEntry(sigstore, logged.instead ?? { leaf, made }, logged);
  return wrap({ ...parts, unsigned: [attribute('1.3.6.1.4.1.57264.3.1', octets(entry))] }, made);
}

const ISSUER = '1.3.6.1.4.1.57264.1';
const LOG_INDEX = 70_000_000_001n;

function logId(pair: Pair): Buffer {
  return hash(maker.spkiOf(pair));
}

/** An embedded signed certificate timestamp list of one (RFC 6962 §3.2). */
function timestamp(
  log: Pair,
  { tbs, by, at }: Readonly<{ tbs: Buffer; by: Made; at: number }>,
): Buffer {
  const when = Buffer.alloc(8);
  when.writeBigUInt64BE(BigInt(at));
  const entry = [hash(maker.spkiOf(by.pair)), sized(3, tbs), sized(2, Buffer.alloc(0))];
  const data = Buffer.concat([Buffer.of(0, 0), when, Buffer.of(0, 1), ...entry]);
  const signature = sized(2, maker.signed(log.privateKey, data, 'sha256'));
  const head = Buffer.concat([Buffer.of(0), logId(log), when, Buffer.of(0, 0), Buffer.of(4, 3)]);
  const list = sized(2, sized(2, Buffer.concat([head, signature])));
  return maker.extension('1.3.6.1.4.1.11129.2.4.2', octets(list));
}

/** An entry among five in a Merkle tree, at index 2. */
export function logEntry(
  { rekor }: Sigstore,
  { leaf, made }: Readonly<{ leaf: Made; made: Signed }>,
  logging: Logging,
): Buffer {
  const key = (logging.rekor ?? rekor).privateKey;
  const id = logId(rekor);
  const body = bodyOf(leaf, made);
  const seconds = Math.floor(logging.at / 1_000);
  const text = body.toString('base64');
  const claim = `{"body":"${text}","integratedTime":${seconds},"logID":"${id.toString('hex')}","logIndex":${LOG_INDEX}}`;
  const others = ['a', 'b', 'c', 'd'].map((one) => hash(Buffer.from(`\0${one}`)));
  const [a, b, c, d] = others as [Buffer, Buffer, Buffer, Buffer]; // As many as there are letters.
  const own = node(hash(Buffer.concat([Buffer.of(0), body])), c);
  const root = node(node(node(a, b), own), d);
  const note = `rekor.example.com - 1\n5\n${root.toString('base64')}\n`;
  const signature = Buffer.concat([
    id.subarray(0, 4),
    maker.signed(key, Buffer.from(note), 'sha256'),
  ]);
  const usual: EntryParts = {
    ...{ kind: 'hashedrekord', version: '0.0.1', seconds, size: 5, root, body: Buffer.alloc(0) },
    promise: maker.signed(key, Buffer.from(claim), 'sha256'),
    hashes: [c, node(a, b), d],
    checkpoint: `${note}\n\u2014 rekor.example.com ${signature.toString('base64')}\n`,
  };
  return encodeEntry(id, logging.edit?.(usual, body) ?? usual);
}

function encodeEntry(id: Buffer, parts: EntryParts): Buffer {
  const proof = Buffer.concat([
    ...[varint(1, 2n), field(2, parts.root), varint(3, BigInt(parts.size))],
    ...parts.hashes.map((one) => field(4, one)),
    field(5, field(1, Buffer.from(parts.checkpoint))),
  ]);
  const kind = [field(1, Buffer.from(parts.kind)), field(2, Buffer.from(parts.version))];
  return Buffer.concat([
    ...[varint(1, LOG_INDEX), field(2, field(1, id)), field(3, Buffer.concat(kind))],
    ...[varint(4, BigInt(parts.seconds)), field(5, field(1, parts.promise)), field(6, proof)],
    ...(parts.body.length > 0 ? [field(7, parts.body)] : []),
  ]);
}

/** The canonical `hashedrekord` of a signature. */
function bodyOf(leaf: Made, { attributes, signature }: Signed): Buffer {
  const value = hash(attributes).toString('hex');
  const certificate = Buffer.from(pem('CERTIFICATE', leaf.bytes)).toString('base64');
  const content = signature.toString('base64');
  return Buffer.from(
    `{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":"${value}"}},"signature":{"content":"${content}","publicKey":{"content":"${certificate}"}}}}`,
  );
}

function varint(number: number, value: bigint): Buffer {
  return Buffer.concat([Buffer.of(number << 3), base128(value)]);
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of((number << 3) | 2), base128(BigInt(bytes.length)), bytes]);
}

function base128(value: bigint): Buffer {
  const octet = Number(value & 0x7fn);
  if (value < 0x80n) return Buffer.of(octet);
  return Buffer.concat([Buffer.of(octet | 0x80), base128(value >> 7n)]);
}

function node(left: Buffer, right: Buffer): Buffer {
  return hash(Buffer.concat([Buffer.of(1), left, right]));
}

function hash(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function sized(octetCount: number, bytes: Buffer): Buffer {
  const length = Buffer.alloc(octetCount);
  length.writeUIntBE(bytes.length, 0, octetCount);
  return Buffer.concat([length, bytes]);
}
