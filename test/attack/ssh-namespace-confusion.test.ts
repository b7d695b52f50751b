import { describe, expect, it } from 'vitest';
import { withSignature } from '../support/repo-builder.ts';
import { craftArmor, craftKey, craftSignature } from '../support/ssh-craft.ts';
import { COMMIT, judge, naive } from './ssh-judgement.ts';

// People sign files and mail with the keys that they sign commits with. Who gets somebody to sign a
// "file" that is a commit, or a mail with one in it, has a signature over the right bytes. The naive
// reader takes the namespace from the signature.

const alice = craftKey('ssh-ed25519');
const keys = [{ kind: 'ssh', line: alice.line }] as const;
const signedFor = (namespace: string): string =>
  craftArmor(craftSignature(alice, COMMIT, { namespace }));

describe('namespace confusion', () => {
  it('signed for git, good', async () => {
    expect(await judge(withSignature(COMMIT, signedFor('git')), keys)).toBe('good');
  });

  it.each(['file', 'email', 'gitward-approval', 'git ', 'GIT', 'git\0', ''])(
    'signed for "%s", invalid',
    async (namespace) => {
      const armor = signedFor(namespace);
      expect(naive(armor, alice.line)).toBe(true);
      expect(await judge(withSignature(COMMIT, armor), keys)).toBe('SignatureInvalid');
    },
  );

  it('signed for a file and relabelled, invalid', async () => {
    const blob = craftSignature(alice, COMMIT, { namespace: 'got' });
    blob.write('git', blob.indexOf('got'), 'latin1');
    const armor = craftArmor(blob);
    expect(await judge(withSignature(COMMIT, armor), keys)).toBe('SignatureInvalid');
  });
});
