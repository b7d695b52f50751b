import * as openpgp from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadKeyring } from '../../src/signature/index.ts';
import type { Keyring } from '../../src/signature/index.ts';
import { fakedTime, GpgHome, runTool } from '../support/gpg.ts';
import type { GpgKey } from '../support/gpg.ts';
import { person, trustIn } from '../support/trust.ts';
import { commitText, judge, keyringOf, signedCommit } from './judgement.ts';

// A thief with a retired, revoked or expired key dates his signature into the time when it was good.
// The naive readers are gpg's exit status and the library's own verdict; both look at that date.

const BORN = new Date('2024-01-01T00:00:00Z');
const BACKDATED = new Date('2024-01-15T00:00:00Z');
const REVOKED_AT = new Date('2024-06-01T00:00:00Z');
const NOW = Date.UTC(2025, 5, 1);

let gpg: GpgHome;
beforeAll(async () => {
  gpg = await GpgHome.create();
});
afterAll(() => gpg.remove());

let made = 0;
const newKey = (options: Parameters<GpgHome['newKey']>[2] = {}): Promise<GpgKey> => {
  made += 1;
  return gpg.newKey(`Person ${made}`, `p${made}@example.com`, { at: BORN, ...options });
};
const backdated = (key: GpgKey, ...extra: readonly string[]): Promise<Uint8Array> =>
  signedCommit(key, commitText(), [...fakedTime(BACKDATED), ...extra]);

function armorOf(commit: Uint8Array): string {
  const text = Buffer.from(commit).toString('latin1');
  return text.slice(text.indexOf('gpgsig ') + 7, text.indexOf('\n\n') + 1).replaceAll('\n ', '\n');
}

/** Does the library call it valid, as callers of `openpgp.verify` see it? */
async function library(commit: Uint8Array, key: GpgKey, date?: Date): Promise<boolean> {
  const result = await openpgp.verify({
    message: await openpgp.createMessage({ binary: commitText() }),
    signature: await openpgp.readSignature({ armoredSignature: armorOf(commit) }),
    verificationKeys: await openpgp.readKey({ armoredKey: await gpg.publicKey(key) }),
    ...(date === undefined ? {} : { date }),
  });
  return result.signatures[0]?.verified.catch(() => false) ?? false;
}

/** Does gpg exit with 0? */
async function gpgExit(commit: Uint8Array): Promise<number> {
  const payload = Buffer.from(commitText()).toString('base64');
  const armor = Buffer.from(armorOf(commit)).toString('base64');
  const script = `echo ${armor} | base64 -d > $1.asc; echo ${payload} | base64 -d | gpg --verify $1.asc -`;
  const ran = await runTool(['sh', '-c', script, 'sh', `${gpg.dir}/check`], { env: gpg.env });
  return ran.status;
}

describe('keys that are over', () => {
  it('expired, back-dated signature, expired at decision and good before', async () => {
    const key = await newKey({ expires: '30d' });
    const commit = await backdated(key);
    expect(await library(commit, key)).toBe(true);
    expect(await gpgExit(commit)).toBe(0);
    expect(await judge(commit, await keyringOf(key), NOW)).toBe('KeyExpired');
    expect(await judge(commit, await keyringOf(key), BACKDATED.getTime() + 1)).toBe('good');
  });

  it('expired subkey, back-dated signature, expired', async () => {
    const key = await newKey({ usage: 'cert' });
    await gpg.addSubkey(key, { at: BORN, expires: '30d' });
    const commit = await backdated(key);
    expect(await library(commit, key)).toBe(true);
    expect(await judge(commit, await keyringOf(key), NOW)).toBe('KeyExpired');
  });

  it.each([
    [0, 'no reason', false],
    [1, 'compromised', false],
    [2, 'superseded', true],
    [3, 'retired', true],
  ] as const)('revoked (%i, %s), back-dated signature, revoked', async (code, _, isFooled) => {
    const key = await newKey();
    const commit = await backdated(key);
    await gpg.revoke(key, code, REVOKED_AT);
    expect(await library(commit, key)).toBe(isFooled);
    expect(await gpgExit(commit)).toBe(0);
    expect(await judge(commit, await keyringOf(key), NOW)).toBe('KeyRevoked');
    // Known now is known: also where the moment of decision lies before the revocation.
    expect(await judge(commit, await keyringOf(key), BACKDATED.getTime())).toBe('KeyRevoked');
  });

  it('revoked subkey, back-dated signature, revoked', async () => {
    const key = await newKey({ usage: 'cert' });
    await gpg.addSubkey(key, { at: BORN });
    const commit = await backdated(key);
    expect(await judge(commit, await keyringOf(key), NOW)).toBe('good');
    const edits = 'key 1\nrevkey\ny\n3\n\ny\nsave\n';
    const asked = ['--no-batch', '--command-fd', '0', ...fakedTime(REVOKED_AT)];
    await gpg.gpg([...asked, '--edit-key', key.fingerprint], edits);
    expect(await library(commit, key)).toBe(true);
    expect(await judge(commit, await keyringOf(key), NOW)).toBe('KeyRevoked');
  });

  it('renewed after expiry, good with the new copy, with both, not with the old', async () => {
    const key = await newKey({ expires: '30d' });
    const commit = await backdated(key);
    const old = await gpg.publicKey(key);
    const renewal = [...fakedTime(REVOKED_AT), '--quick-set-expire', key.fingerprint, '3y'];
    await gpg.gpg(renewal);
    const renewed = await gpg.publicKey(key, 'export-minimal');
    expect(await judge(commit, await listed(old), NOW)).toBe('KeyExpired');
    expect(await judge(commit, await listed(renewed), NOW)).toBe('good');
    expect(await judge(commit, await listed(old, renewed), NOW)).toBe('good');
    expect(await judge(commit, await listed(renewed, old), NOW)).toBe('good');
  });

  it('listed twice, revoked in one copy, revoked', async () => {
    const key = await newKey();
    const commit = await backdated(key);
    const before = await gpg.publicKey(key);
    await gpg.revoke(key, 3, REVOKED_AT);
    const after = await gpg.publicKey(key);
    expect(await judge(commit, await listed(before), NOW)).toBe('good');
    expect(await judge(commit, await listed(before, after), NOW)).toBe('KeyRevoked');
    expect(await judge(commit, await listed(after, before), NOW)).toBe('KeyRevoked');
  });
});

async function listed(...keys: readonly string[]): Promise<Keyring> {
  const people = keys.map((key, i) => person('Person', [key], { signerSet: `set-${i}` }));
  return (await loadKeyring(trustIn(...people))).keyring;
}

describe('dates a signature cannot have', () => {
  it('expired signature, invalid', async () => {
    const key = await newKey();
    const commit = await backdated(key, '--default-sig-expire=1d');
    expect(await library(commit, key, BACKDATED)).toBe(true);
    expect(await judge(commit, await keyringOf(key), NOW)).toBe('SignatureInvalid');
    expect(await judge(commit, await keyringOf(key), BACKDATED.getTime() + 1)).toBe('good');
  });

  it.each([
    ['ten minutes', 10, 'SignatureInvalid'],
    ['four minutes', 4, 'good'],
  ])('%s ahead of us, %s', async (_, minutes, verdict) => {
    const key = await newKey();
    const commit = await backdated(key);
    expect(await gpgExit(commit)).toBe(0);
    const at = BACKDATED.getTime() - minutes * 60_000;
    expect(await judge(commit, await keyringOf(key), at)).toBe(verdict);
  });

  it('older than its key, invalid', async () => {
    const key = await newKey();
    const earlier = [...fakedTime(new Date('2023-12-31T00:00:00Z')), '--ignore-time-conflict'];
    const commit = await signedCommit(key, commitText(), earlier);
    expect(await judge(commit, await keyringOf(key), NOW)).toBe('SignatureInvalid');
  });
});

describe('weak and unsupported', () => {
  it.each([
    ['SHA1', 0, 'SignatureWeak'],
    ['RIPEMD160', 0, 'SignatureWeak'],
    ['MD5', 2, 'SignatureWeak'],
    ['SHA224', 0, 'good'],
    ['SHA384', 0, 'good'],
    ['SHA512', 0, 'good'],
  ])('digest %s with RSA (gpg exits with %i), %s', async (digest, exit, verdict) => {
    const key = await rsa();
    const weak = ['--allow-weak-digest-algos', `--digest-algo=${digest}`];
    const commit = await backdated(key, ...weak);
    expect(await judge(commit, await keyringOf(key), NOW)).toBe(verdict);
    expect(await gpgExit(commit)).toBe(exit);
  });

  let shared: Promise<GpgKey> | undefined;
  const rsa = (): Promise<GpgKey> => (shared ??= newKey({ algorithm: 'rsa2048' }));

  it.each([
    ['rsa1024', 'SignatureWeak'],
    ['dsa2048', 'SignatureWeak'],
    ['secp256k1', 'SignatureFormatUnsupported'],
    ['brainpoolP256r1', 'SignatureFormatUnsupported'],
    ['nistp256', 'good'],
    ['nistp384', 'good'],
    ['nistp521', 'good'],
    ['ed25519', 'good'],
  ])('key %s, %s', async (algorithm, verdict) => {
    const key = await newKey({ algorithm });
    const commit = await backdated(key);
    expect(await gpgExit(commit)).toBe(0);
    expect(await judge(commit, await keyringOf(key), NOW)).toBe(verdict);
  });

  it('weak subkey of a strong key, weak', async () => {
    const key = await newKey({ usage: 'cert' });
    await gpg.addSubkey(key, { at: BORN, algorithm: 'rsa1024' });
    expect(await judge(await backdated(key), await keyringOf(key), NOW)).toBe('SignatureWeak');
  });

  it('text-mode signature, unsupported: line ends could be changed under it', async () => {
    const key = await newKey();
    const commit = await backdated(key, '--textmode');
    expect(await library(commit, key)).toBe(true);
    expect(await judge(commit, await keyringOf(key), NOW)).toBe('SignatureFormatUnsupported');
  });

  it('critical notation nobody here knows, invalid', async () => {
    const key = await newKey();
    const commit = await backdated(key, '--sig-notation=!only@example.com=tests');
    expect(await judge(commit, await keyringOf(key), NOW)).toBe('SignatureInvalid');
    const harmless = await backdated(key, '--sig-notation=note@example.com=tests');
    expect(await judge(harmless, await keyringOf(key), NOW)).toBe('good');
  });
});
