import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRepo, withSignature } from '../support/repo-builder.ts';
import type { TestRepo } from '../support/repo-builder.ts';
import { craftArmor, craftCertificate, craftKey, craftSignature } from '../support/ssh-craft.ts';
import type { CertificateForgery } from '../support/ssh-craft.ts';
import { SshHome, stampOf } from '../support/ssh.ts';
import { COMMIT, evidenceOf, judge, naive } from './ssh-judgement.ts';

// A certificate puts a key, names and a time in the signature itself. The naive reader takes the key out
// and forgets the rest; git asks ssh-keygen as of the committer date, which the signer chooses.

const alice = craftKey('ssh-ed25519');
const mallory = craftKey('ssh-ed25519');
const authority = craftKey('ssh-ed25519');
const principals = ['alice@example.com'];
const trusted = [{ kind: 'sshAuthority', line: authority.line, principals }] as const;
const signed = (forgery: CertificateForgery = {}, by = authority, key = alice): string =>
  craftArmor(craftSignature(key, COMMIT, { shown: craftCertificate(by, key, forgery) }));

describe('certificates', () => {
  it('of the authority, good in the name of the certified key', async () => {
    expect(await evidenceOf(withSignature(COMMIT, signed()), trusted)).toMatchObject({
      ...{ kind: 'good', keyId: alice.fingerprint, emails: principals },
      signer: { name: 'alice', fingerprint: alice.fingerprint },
    });
  });

  it.each<readonly [string, string, CertificateForgery]>([
    ['for a host', 'SignerUntrusted', { kind: 2 }],
    ['for somebody else', 'SignerUntrusted', { principals: ['bob@example.com'] }],
    ['for nobody, which OpenSSH once took for everybody', 'SignerUntrusted', { principals: [] }],
    ['for one command only', 'SignerUntrusted', { critical: ['force-command', 'true'] }],
    ['that is over', 'KeyExpired', { validBefore: 1_700_000_001n }],
    ['signed by another', 'SignatureInvalid', { shown: craftKey('ssh-ed25519').blob }],
  ])('%s, %s', async (_, answer, forgery) => {
    const { shown } = forgery;
    const armor = signed(forgery);
    expect(naive(armor, alice.line)).toBe(true);
    const line = `ssh-ed25519 ${Buffer.from(shown ?? authority.blob).toString('base64')}`;
    const keys = [{ kind: 'sshAuthority', line, principals }] as const;
    expect(await judge(withSignature(COMMIT, armor), keys)).toBe(answer);
  });

  it('that the signer made for itself, untrusted', async () => {
    const armor = signed({}, mallory, mallory);
    expect(naive(armor, mallory.line)).toBe(true);
    expect(await judge(withSignature(COMMIT, armor), trusted)).toBe('SignerUntrusted');
  });

  it('for a listed key, untrusted: the list says the key, not its authority', async () => {
    const armor = signed({}, mallory);
    expect(naive(armor, alice.line)).toBe(true);
    const listed = [{ kind: 'ssh', line: alice.line }] as const;
    expect(await judge(withSignature(COMMIT, armor), listed)).toBe('SignerUntrusted');
  });

  it('by a listed key that is no authority, untrusted', async () => {
    const listed = [{ kind: 'ssh', line: authority.line }] as const;
    expect(await judge(withSignature(COMMIT, signed()), listed)).toBe('SignerUntrusted');
  });

  it('chained: a certified key as authority, malformed', async () => {
    const middle = craftCertificate(authority, mallory);
    const armor = signed({ shown: middle }, mallory);
    expect(naive(armor, alice.line)).toBe(true);
    expect(await judge(withSignature(COMMIT, armor), trusted)).toBe('CommitMalformed');
  });
});

describe('back-dated commits', () => {
  const THEN = Date.UTC(2024, 0, 1);
  const OVER = Date.UTC(2024, 5, 1);
  let home: SshHome;
  let repo: TestRepo;
  beforeAll(async () => {
    home = await SshHome.create();
    repo = await buildRepo();
  });
  afterAll(async () => {
    await repo.remove();
    await home.remove();
  });

  it('by a key that is over, expired; git itself says good', async () => {
    const key = await home.newKey('Alice', 'alice@example.com');
    const oid = await repo.commit({ sign: key, at: new Date(THEN) });
    const allowed = `alice@example.com valid-before="${stampOf(OVER)}" ${key.line}\n`;
    expect(await gitSays(oid, allowed)).toBe(0);
    const { bytes } = await repo.object(oid);
    const listed = [{ kind: 'ssh', line: key.line }] as const;
    expect(await judge(bytes, listed, { notAfter: OVER })).toBe('KeyExpired');
    expect(await judge(bytes, listed, { notAfter: OVER }, THEN)).toBe('good');
  });

  it('with a certificate that is over, expired; git itself says good', async () => {
    const ca = await home.newKey('CA', 'ca@example.com');
    const key = await home.newKey('Alice', 'alice@example.com');
    const validity = `${stampOf(THEN - 1_000)}:${stampOf(OVER)}`;
    const sign = await home.certify(ca, key, { validity });
    const oid = await repo.commit({ sign, at: new Date(THEN) });
    expect(await gitSays(oid, `alice@example.com cert-authority ${ca.line}\n`)).toBe(0);
    const { bytes } = await repo.object(oid);
    const keys = [{ kind: 'sshAuthority', line: ca.line, principals }] as const;
    expect(await judge(bytes, keys)).toBe('KeyExpired');
    expect(await judge(bytes, keys, {}, THEN)).toBe('good');
  });

  async function gitSays(oid: string, allowed: string): Promise<number> {
    const settings = ['-c', 'gpg.ssh.allowedSignersFile=.git/allowed'];
    await writeFile(join(repo.dir, '.git', 'allowed'), allowed);
    return (await repo.run([...settings, 'verify-commit', oid])).status;
  }
});
