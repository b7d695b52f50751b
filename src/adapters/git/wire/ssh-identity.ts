import { createHash, createPublicKey } from 'node:crypto';
import ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { GitError } from '../failure.ts';

/** Longest private key taken, in characters. */
const MAX_IDENTITY_LENGTH = 32 * 1024;

/** Most rounds of bcrypt: ssh-keygen writes 16 or 24, and each one holds up the whole process. */
const MAX_ROUNDS = 32;

const MIN_RSA_BITS = 2_048;

/** Most outcomes kept: one for each Secret in use, and some more. */
const MAX_KEPT = 2_000;

const TYPES = new Set([
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
]);

/** Reads each private key once, the bad ones too: opening one behind a passphrase takes a while. */
export class Identities {
  readonly #kept = new Map<string, ParsedKey | GitError>();

  /** Throws `GitError` (AuthenticationFailed) for what is no key, too weak, or closed to the passphrase. */
  read(identity: string, passphrase: string | undefined): ParsedKey {
    const name = createHash('sha256')
      .update(JSON.stringify([identity, passphrase ?? '']))
      .digest('hex');
    const outcome = this.#kept.get(name) ?? attempt(identity, passphrase);
    if (!this.#kept.has(name)) this.#keep(name, outcome);
    if (outcome instanceof GitError) throw outcome;
    return outcome;
  }

  #keep(name: string, outcome: ParsedKey | GitError): void {
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(name, outcome);
  }
}

function attempt(identity: string, passphrase: string | undefined): ParsedKey | GitError {
  try {
    return readIdentity(identity, passphrase);
  } catch (error) {
    if (error instanceof GitError) return error;
    throw error;
  }
}

function readIdentity(identity: string, passphrase: string | undefined): ParsedKey {
  if (identity.length > MAX_IDENTITY_LENGTH) throw refused('is too long for a key');
  if (roundsOf(identity) > MAX_ROUNDS) {
    throw refused(`asks for more than ${MAX_ROUNDS} rounds of bcrypt; write it anew with fewer`);
  }
  const parsed = parse(identity, passphrase);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || key instanceof Error || !key.isPrivateKey()) {
    throw refused('is no private key, or password does not open it');
  }
  if (!TYPES.has(key.type)) throw refused('is of a type that is not taken; use ssh-ed25519');
  if (key.type === 'ssh-rsa') hardenRsa(key);
  return key;
}

/** ssh2 throws for some malformed keys and returns an error for others. */
function parse(
  identity: string,
  passphrase: string | undefined,
): ReturnType<typeof ssh2.utils.parseKey> {
  try {
    return ssh2.utils.parseKey(identity, passphrase);
  } catch (error) {
    return error instanceof Error ? error : new Error('no key');
  }
}

/** No short RSA keys, and never a signature over SHA-1, whatever the server says it can do. */
function hardenRsa(key: ParsedKey): void {
  if (bitsOf(key) < MIN_RSA_BITS) {
    throw refused(`is an RSA key of fewer than ${MIN_RSA_BITS} bits`);
  }
  const sign = key.sign.bind(key);
  key.sign = (data, hash) => {
    if (hash === 'sha256' || hash === 'sha512') return sign(data, hash);
    // ssh2 takes a returned error for a method that did not work out.
    throw new GitError(
      'AuthenticationFailed',
      'the SSH server takes RSA signatures over SHA-1 only; use an ssh-ed25519 key',
    );
  };
}

function bitsOf(key: ParsedKey): number {
  try {
    return createPublicKey(key.getPublicPEM()).asymmetricKeyDetails?.modulusLength ?? 0;
  } catch {
    return 0;
  }
}

/** Rounds that an encrypted OpenSSH key asks for; 0 for every other text (PROTOCOL.key of OpenSSH). */
function roundsOf(identity: string): number {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(identity)?.[1];
  if (body === undefined) return 0;
  const bytes = Buffer.from(body, 'base64');
  let at = 'openssh-key-v1\0'.length;
  const next = (): Buffer => {
    if (at + 4 > bytes.length) return Buffer.alloc(0);
    const length = bytes.readUInt32BE(at);
    at += 4 + length;
    return bytes.subarray(at - length, at);
  };
  next(); // The cipher.
  if (next().toString('latin1') !== 'bcrypt') return 0;
  const options = next();
  return options.length >= 4 ? options.readUInt32BE(options.length - 4) : 0;
}

function refused(why: string): GitError {
  return new GitError('AuthenticationFailed', `identity of the Secret ${why}`);
}
