import { createHash } from 'node:crypto';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { bad } from '../evidence.ts';
import type { BadSignature } from '../evidence.ts';
import { WireReader, wireString } from './wire.ts';

/** A parsed signature: the public key or certificate, unread, and the signature that it made, unread. */
export type SshSignature = Readonly<{
  publicKey: Buffer;
  namespace: string;
  hash: 'sha256' | 'sha512';
  signature: Buffer;
}>;

const MAGIC = 'SSHSIG';
const VERSION = 1;

const WEAK_HASHES: ReadonlySet<string> = new Set(['md5', 'sha1']);

/**
 * Parses the blob of a signature (PROTOCOL.sshsig §2): version 1, nothing reserved, a hash of SHA-2,
 * no octet more. Without the magic it is no SSH signature, whatever its label says.
 */
export function parseSshSignature(blob: Uint8Array): Result<SshSignature, BadSignature> {
  const reader = new WireReader(blob);
  if (reader.take(MAGIC.length).toString('latin1') !== MAGIC) {
    return stopped(bad('SignatureFormatUnsupported', 'it is no SSH signature, but says so'));
  }
  const version = reader.u32();
  if (version !== VERSION) {
    const detail = `gitward does not know version ${version} of SSH signatures`;
    return stopped(bad('SignatureFormatUnsupported', detail));
  }
  const publicKey = reader.string();
  const namespace = reader.text();
  const reserved = reader.string();
  const hash = reader.text();
  const signature = reader.string();
  if (!reader.isWhole || reserved.length > 0) {
    const detail = 'its SSH signature is cut off, has bytes left over or fills a reserved field';
    return stopped(bad('CommitMalformed', detail));
  }
  if (hash === 'sha256' || hash === 'sha512') return ok({ publicKey, namespace, hash, signature });
  if (WEAK_HASHES.has(hash)) {
    return stopped(bad('SignatureWeak', `it uses ${hash}; sign with sha512`));
  }
  return stopped(bad('SignatureFormatUnsupported', `gitward does not know hash ${hash}`));
}

/** The octets that the key signs for a payload (PROTOCOL.sshsig §3). */
export function signedOctets(
  { namespace, hash }: Pick<SshSignature, 'namespace' | 'hash'>,
  payload: Uint8Array,
): Buffer {
  const digest = createHash(hash).update(payload).digest();
  const fields = [namespace, '', hash, digest].map((field) => wireString(field));
  return Buffer.concat([Buffer.from(MAGIC), ...fields]);
}
