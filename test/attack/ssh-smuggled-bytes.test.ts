import { describe, expect, it } from 'vitest';
import { withSignature } from '../support/repo-builder.ts';
import { craftArmor, craftKey, craftSignature } from '../support/ssh-craft.ts';
import { COMMIT, judge, naive } from './ssh-judgement.ts';

// Bytes that no reader checks give a commit a second name for the same signed content, and room for
// data that only some programs read. The naive reader stops when it has what it needs.

const alice = craftKey('ssh-ed25519');
const keys = [{ kind: 'ssh', line: alice.line }] as const;
const honest = craftSignature(alice, COMMIT);

describe('smuggled bytes', () => {
  it('none, good', async () => {
    expect(await judge(withSignature(COMMIT, craftArmor(honest)), keys)).toBe('good');
  });

  it.each([
    ['after the blob', craftArmor(craftSignature(alice, COMMIT, { trailing: 'extra' }))],
    ['after the signature', craftArmor(craftSignature(alice, COMMIT, { innerTrailing: 'extra' }))],
    ['in the reserved field', craftArmor(craftSignature(alice, COMMIT, { reserved: 'extra' }))],
    ['in the last base64 digit', spareBits(craftArmor(honest))],
    ['after the padding', craftArmor(honest).replace('\n-----END', 'AAAA\n-----END')],
    ['in the breaks of lines', craftArmor(honest).replace(/\n(.{8})/, '\n$1\n')],
  ])('%s, malformed', async (_, armor) => {
    expect(armor).not.toBe(craftArmor(honest));
    expect(naive(armor, alice.line)).toBe(true);
    expect(await judge(withSignature(COMMIT, armor), keys)).toBe('CommitMalformed');
  });

  it('another kind of signature under the label of SSH, unsupported', async () => {
    const armor =
      '-----BEGIN SSH SIGNATURE-----\n\niHUEABYKAB0=\n=abcd\n-----END SSH SIGNATURE-----\n';
    expect(await judge(withSignature(COMMIT, armor), keys)).toBe('SignatureFormatUnsupported');
    const other = craftArmor(Buffer.from('not an SSH signature'));
    expect(await judge(withSignature(COMMIT, other), keys)).toBe('SignatureFormatUnsupported');
  });
});

/** Sets the bits of the last digit before the padding that decode to nothing. */
function spareBits(armor: string): string {
  return armor.replace(/(.)(=+\n-----END)/, (_, digit: string, rest: string) => {
    return `${String.fromCharCode(digit.charCodeAt(0) + 1)}${rest}`;
  });
}
