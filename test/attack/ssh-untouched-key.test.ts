import { describe, expect, it } from 'vitest';
import { withSignature } from '../support/repo-builder.ts';
import { craftArmor, craftKey, craftSignature } from '../support/ssh-craft.ts';
import type { CraftedKey, Forgery } from '../support/ssh-craft.ts';
import { COMMIT, judge, naive } from './ssh-judgement.ts';

// A hardware key is worth its touch: malware on the laptop can ask it for signatures, but not press it.
// The naive reader checks the bytes and not the flag, or lets the signature say that no hardware made it.

const alice = craftKey('sk-ssh-ed25519@openssh.com');
const keys = [{ kind: 'ssh', line: alice.line }] as const;
const signed = (forgery: Forgery, key: CraftedKey = alice): string =>
  craftArmor(craftSignature(key, COMMIT, forgery));

describe('hardware keys', () => {
  it('touched, good', async () => {
    expect(await judge(withSignature(COMMIT, signed({ flags: 1 })), keys)).toBe('good');
  });

  it.each([0, 4, 0xfe])('flags %i without the touch, invalid', async (flags) => {
    const armor = signed({ flags });
    expect(naive(armor, alice.line)).toBe(true);
    expect(await judge(withSignature(COMMIT, armor), keys)).toBe('SignatureInvalid');
  });

  it('a touch written in afterwards, invalid', async () => {
    const blob = craftSignature(alice, COMMIT, { flags: 0 });
    blob[blob.length - 5] = 1;
    expect(await judge(withSignature(COMMIT, craftArmor(blob)), keys)).toBe('SignatureInvalid');
  });

  it('its numbers under the plain algorithm, malformed', async () => {
    const plain: CraftedKey = { ...alice, application: '' };
    const armor = signed({ algorithm: 'ssh-ed25519', shown: alice.blob }, plain);
    expect(naive(armor, alice.line)).toBe(true);
    expect(await judge(withSignature(COMMIT, armor), keys)).toBe('CommitMalformed');
  });

  it('its numbers as a plain key, untrusted', async () => {
    const number = alice.blob.subarray(4 + alice.type.length, 4 + alice.type.length + 36);
    const type = 'ssh-ed25519';
    const header = Buffer.from([0, 0, 0, type.length, ...Buffer.from(type)]);
    const plain = { ...alice, type, application: '', blob: Buffer.concat([header, number]) };
    const armor = signed({}, plain);
    expect(naive(armor, alice.line)).toBe(true);
    expect(await judge(withSignature(COMMIT, armor), keys)).toBe('SignerUntrusted');
  });
});
