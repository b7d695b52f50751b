import { createHash, createPublicKey, verify } from 'node:crypto';
import { hashObject } from '../../src/commit/oid.ts';
import { parseCommit } from '../../src/commit/parse.ts';
import { loadKeyring, verifySignature } from '../../src/signature/index.ts';
import type { KeyMaterial, Life, SignatureEvidence } from '../../src/signature/index.ts';
import { WireReader } from '../../src/signature/ssh/wire.ts';
import { strings } from '../support/ssh-craft.ts';

/** The bytes of an unsigned commit without parents. */
export const COMMIT: Uint8Array = Buffer.from(
  `tree ${'a'.repeat(40)}\n` +
    'author Alice <alice@example.com> 1700000000 +0000\n' +
    'committer Alice <alice@example.com> 1700000000 +0000\n\nchange\n',
);

/** All that gitward makes of a commit when Alice alone is trusted, with this material and life. */
export async function evidenceOf(
  bytes: Uint8Array,
  material: readonly KeyMaterial[],
  life: Life = {},
  at = Date.now(),
): Promise<SignatureEvidence> {
  const keys = material.map((one) => ({ material: one, life }));
  const emails = ['alice@example.com'];
  const person = {
    class: 'person',
    signerSet: 'team',
    name: 'alice',
    roles: [],
    life: {},
  } as const;
  const holders = [{ ...person, emails, keys }];
  const { keyring } = await loadKeyring({ holders, sigstoreRoots: [] });
  const parsed = parseCommit({ oid: hashObject('commit', bytes), type: 'commit', bytes });
  if (!parsed.ok) return { kind: 'bad', reason: 'CommitMalformed', detail: parsed.stop.message };
  return verifySignature(parsed.value, keyring, { at, firstSeen: at });
}

/** `good`, or the reason why not. */
export async function judge(...args: Parameters<typeof evidenceOf>): Promise<string> {
  const evidence = await evidenceOf(...args);
  return evidence.kind === 'good' ? 'good' : evidence.reason;
}

/**
 * The naive reader of every SSH attack: believes what the signature says of itself (namespace, hash,
 * algorithm, flags), stops reading when it has what it needs, and knows a key by its numbers alone.
 */
export function naive(armor: string, listed: string, payload: Uint8Array = COMMIT): boolean {
  const blob = Buffer.from(armor.split('\n').slice(1, -2).join(''), 'base64');
  const reader = new WireReader(blob.subarray(10));
  const shown = reader.string();
  const [namespace, reserved, hash] = [reader.text(), reader.string(), reader.text()];
  const inner = new WireReader(reader.string());
  const [algorithm, bytes, touch] = [inner.text(), inner.string(), inner.take(5)];
  const digest = createHash(hash).update(payload).digest();
  const message = Buffer.concat([
    Buffer.from('SSHSIG'),
    strings(namespace, reserved, hash, digest),
  ]);
  const number = numberOf(shown);
  if (!number.equals(numberOf(Buffer.from(listed.split(' ')[1] ?? '', 'base64')))) return false;
  if (algorithm.includes('rsa')) {
    const reading = new WireReader(shown);
    const [, e, n] = [reading.text(), reading.positive(), reading.positive()];
    const jwk = { kty: 'RSA', e: e.toString('base64url'), n: n.toString('base64url') };
    const digests: Record<string, string> = { 'ssh-rsa': 'sha1', 'rsa-sha2-256': 'sha256' };
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    return verify(digests[algorithm] ?? 'sha512', message, key, bytes);
  }
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: number.toString('base64url') };
  const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();
  const signed = algorithm.startsWith('sk-')
    ? Buffer.concat([sha256(Buffer.from('ssh:')), touch, sha256(message)])
    : message;
  return verify(null, signed, createPublicKey({ key: jwk, format: 'jwk' }), bytes);
}

/** The first number of a key, of a certificate the certified key's. */
function numberOf(blob: Buffer): Buffer {
  const reader = new WireReader(blob);
  const isCertificate = reader.text().includes('-cert-');
  if (isCertificate) reader.string();
  const first = reader.string();
  return first.length === 32 ? first : reader.string();
}
