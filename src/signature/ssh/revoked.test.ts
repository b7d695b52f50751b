import { describe, expect, it } from 'vitest';
import {
  craftArmor,
  craftCertificate,
  craftKey,
  craftSignature,
  strings,
} from '../../../test/support/ssh-craft.ts';
import type { CraftedKey } from '../../../test/support/ssh-craft.ts';
import { loadKeyring } from '../keyring.ts';
import type { Holder } from '../trust.ts';
import { importAllowedSigners } from './allowed-signers.ts';
import { importRevokedKeys } from './revoked.ts';

const payload = Buffer.from('tree …\n\nmessage');
const alice = craftKey('ssh-ed25519');
const bob = craftKey('ssh-ed25519');
const authority = craftKey('ssh-ed25519');
const certificate = craftCertificate(authority, bob, { principals: ['bob@a.test'] });
const { holders } = importAllowedSigners(
  [`alice@a.test ${alice.line}`, `*@a.test cert-authority ${authority.line}`].join('\n'),
  'file',
);

/** `good`, or why not, for Alice's own signature and for Bob's with a certificate. */
async function verdicts(marked: readonly Holder[]): Promise<readonly string[]> {
  const { keyring } = await loadKeyring({ holders: marked, sigstoreRoots: [] });
  const judge = async (key: CraftedKey, shown: Buffer): Promise<string> => {
    const armor = Buffer.from(craftArmor(craftSignature(key, payload, { shown })));
    const signed = { armor, payload, namespace: 'git' } as const;
    const evidence = await keyring.ssh?.verify(signed, { at: 1, firstSeen: 1 });
    return evidence?.kind === 'bad' ? evidence.reason : 'good';
  };
  return [await judge(alice, alice.blob), await judge(bob, certificate)];
}

const certificateLine = `ssh-ed25519-cert-v01@openssh.com ${certificate.toString('base64')}`;

describe('importRevokedKeys', () => {
  it.each([
    ['nothing', '# nobody\n\n', ['good', 'good'], 0],
    ['a key', `${alice.line} comment\r\n`, ['KeyRevoked', 'good'], 0],
    ['a fingerprint', alice.fingerprint, ['KeyRevoked', 'good'], 0],
    ['the authority', authority.line, ['good', 'KeyRevoked'], 0],
    ["the authority's fingerprint", authority.fingerprint, ['good', 'KeyRevoked'], 0],
    ['a certified key', bob.line, ['good', 'KeyRevoked'], 0],
    ['a certificate', certificateLine, ['good', 'KeyRevoked'], 0],
    ['a certified key by fingerprint', bob.fingerprint, ['good', 'good'], 1],
    ['fingerprint and key', `${bob.fingerprint}\n${bob.line}`, ['good', 'KeyRevoked'], 0],
    ['key and fingerprint', `${bob.line}\n${bob.fingerprint}`, ['good', 'KeyRevoked'], 0],
    ['both', `${alice.line}\n${bob.line}\n`, ['KeyRevoked', 'KeyRevoked'], 0],
    ['a weak key', craftKey('ssh-rsa', 1_024).line, ['good', 'good'], 1],
  ] as const)('%s', async (_, text, answers, problems) => {
    const read = importRevokedKeys(text, holders);
    expect(await verdicts(read.ok ? read.value.holders : [])).toStrictEqual(answers);
    expect(read.ok && read.value.problems.length).toBe(problems);
  });

  it.each([
    ['a binary KRL', 'SSHKRL\n\0\0\0\0\u0001'],
    ['a line that is no key', `${alice.line}\nserial: 5`],
    ['a fingerprint that is cut off', alice.fingerprint.slice(0, -1)],
    ['a key of another kind than it says', alice.line.replace('ssh-ed25519', 'ssh-rsa')],
    ['a broken certificate', certificateLine.slice(0, 200)],
    ['too long a list', '#'.repeat(1_048_577)],
  ])('%s, refused as a whole', (_, text) => {
    expect(importRevokedKeys(text, holders).ok).toBe(false);
  });

  it('a listed key is marked where it stands, another is added under the name of the list', () => {
    const marked = importRevokedKeys(`${alice.line}\n${bob.line}`, holders);
    const [first, second] = holders;
    const life = { revoked: { reason: 'Compromised', at: 0 } };
    const none = { class: 'person', signerSet: 'file', emails: [], roles: [], life: {} };
    const keysOf = (line: string) => [{ material: { kind: 'ssh', line }, life }];
    expect(marked.ok && marked.value.holders).toStrictEqual([
      { ...first, keys: keysOf(alice.line) },
      second,
      { ...none, name: 'the revocation list', keys: keysOf(bob.line) },
    ]);
  });

  it('keys of other formats and lines that hold no key, left alone', () => {
    const keys = [
      { material: { kind: 'openpgp', armored: 'x' }, life: {} },
      { material: { kind: 'ssh', line: 'x' }, life: {} },
    ] as const;
    const other: Holder = {
      ...{ class: 'person', signerSet: 's', name: 'o', emails: [], roles: [], life: {}, keys },
    };
    const read = importRevokedKeys(`ssh-unknown ${strings('ssh-unknown').toString('base64')}`, [
      other,
    ]);
    expect(read).toMatchObject({ ok: true, value: { holders: [other] } });
  });
});
