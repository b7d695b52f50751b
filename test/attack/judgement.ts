import { hashObject } from '../../src/commit/oid.ts';
import { parseCommit } from '../../src/commit/parse.ts';
import { loadKeyring, verifySignature } from '../../src/signature/index.ts';
import type { Keyring, SignatureEvidence } from '../../src/signature/index.ts';
import type { GpgKey } from '../support/gpg.ts';
import { withSignature } from '../support/repo-builder.ts';
import { momentOf, person, trustIn } from '../support/trust.ts';

/** A keyring of these keys, each under its owner's name in the SignerSet `team`. */
export async function keyringOf(...keys: readonly GpgKey[]): Promise<Keyring> {
  const people = await Promise.all(
    keys.map(async (key) => person(key.name, [await key.home.publicKey(key)])),
  );
  return (await loadKeyring(trustIn(...people))).keyring;
}

/** All that gitward makes of raw commit bytes; malformed bytes look like a bad signature. */
export async function evidenceOf(
  bytes: Uint8Array,
  keyring: Keyring,
  at = Date.now(),
): Promise<SignatureEvidence> {
  const parsed = parseCommit({ oid: hashObject('commit', bytes), type: 'commit', bytes });
  if (parsed.ok) return verifySignature(parsed.value, keyring, momentOf(at));
  return { kind: 'bad', reason: 'CommitMalformed', detail: parsed.stop.message };
}

/** `good`, or the reason why not. */
export async function judge(bytes: Uint8Array, keyring: Keyring, at = Date.now()): Promise<string> {
  const evidence = await evidenceOf(bytes, keyring, at);
  return evidence.kind === 'good' ? 'good' : evidence.reason;
}

/** The bytes of an unsigned commit without parents. */
export function commitText(message = 'change\n', tree = 'a'.repeat(40)): Uint8Array {
  const ident = 'Alice <alice@example.com> 1700000000 +0000';
  return Buffer.from(`tree ${tree}\nauthor ${ident}\ncommitter ${ident}\n\n${message}`, 'latin1');
}

/** A commit that gpg signed; `extra` goes before gpg's own arguments. */
export async function signedCommit(
  key: GpgKey,
  payload: Uint8Array = commitText(),
  extra: readonly string[] = [],
): Promise<Uint8Array> {
  return withSignature(payload, await key.home.sign(key, payload, extra));
}

/** Replaces text in bytes, one character a byte; throws when there is nothing to replace. */
export function edit(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  if (!text.includes(from)) throw new Error(`nothing to replace: ${from}`);
  return Buffer.from(
    text.replace(from, () => to),
    'latin1',
  );
}
