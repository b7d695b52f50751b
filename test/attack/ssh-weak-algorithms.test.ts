import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSignature } from '../support/repo-builder.ts';
import { craftArmor, craftKey, craftSignature } from '../support/ssh-craft.ts';
import { SshHome } from '../support/ssh.ts';
import { COMMIT, judge, naive } from './ssh-judgement.ts';

// A collision in SHA-1, or a modulus that can be factored, signs in the name of a listed key. The naive
// readers take the algorithm that the signature names; ssh-keygen itself takes small RSA keys.

let home: SshHome;
beforeAll(async () => {
  home = await SshHome.create();
});
afterAll(() => home.remove());

describe('weak algorithms', () => {
  it('RSA with SHA-1 by a strong key, weak', async () => {
    const key = craftKey('ssh-rsa');
    const armor = craftArmor(craftSignature(key, COMMIT, { algorithm: 'ssh-rsa' }));
    expect(naive(armor, key.line)).toBe(true);
    const listed = [{ kind: 'ssh', line: key.line }] as const;
    expect(await judge(withSignature(COMMIT, armor), listed)).toBe('SignatureWeak');
    const honest = craftArmor(craftSignature(key, COMMIT));
    expect(await judge(withSignature(COMMIT, honest), listed)).toBe('good');
  });

  it('a listed RSA key of 1024 bits, weak', async () => {
    const how = { type: 'rsa', bits: 1_024 };
    const key = await home.newKey('Alice', 'alice@example.com', how);
    const armor = await home.sign(key, COMMIT);
    const allowed = `alice@example.com ${key.line}\n`;
    const signed = { armor, payload: COMMIT };
    expect(await home.isAllowed(signed, allowed, 'alice@example.com')).toBe(true);
    // A strong key beside it: the keyring reads SSH, and the weak one still does not count.
    const listed = [key.line, craftKey('ssh-ed25519').line].map(
      (line) => ({ kind: 'ssh', line }) as const,
    );
    expect(await judge(withSignature(COMMIT, armor), listed)).toBe('SignatureWeak');
  });
});
