import { describe, expect, it } from 'vitest';
import type { Person, SignerSet } from '../api/signerset.ts';
import { trustOf } from './trust.ts';

const DAY = '2026-01-31T08:00:00Z';
const AT = Date.UTC(2026, 0, 31, 8);

function set(name: string, spec: SignerSet['spec']): SignerSet {
  return { apiVersion: 'gitward.dev/v1alpha1', kind: 'SignerSet', metadata: { name }, spec };
}

describe('trustOf', () => {
  it('every field, mapped', () => {
    const revoked = { reason: 'Retired', at: DAY } as const;
    const x509 = { authorities: 'pem', san: 'ada@example.com' };
    const sigstore = { identity: 'ada@example.com', issuer: 'https://i.example', root: 'r' };
    const sshAuthority = { key: '\nssh-rsa B\n', principals: ['ada'] };
    const keys = [{ openPGP: 'a', notBefore: DAY }, { ssh: 'ssh-ed25519 A c\n' }, { sshAuthority }];
    const ada = { name: 'Ada', emails: ['ada@example.com'], roles: ['release'], notAfter: DAY };
    const root = { name: 'r', trustedRoot: '{}', transparency: 'Required' } as const;
    const trust = trustOf([
      set('team', {
        people: [{ ...ada, revoked, keys: [...keys, { x509 }, { sigstore, revoked }] }],
        forges: [{ name: 'Forge', keys: [{ openPGP: 'f', notAfter: DAY }] }],
        sigstoreRoots: [root],
      }),
    ]);
    expect(trust).toStrictEqual({
      holders: [
        {
          ...{ class: 'person', signerSet: 'team', name: 'Ada' },
          ...{ emails: ['ada@example.com'], roles: ['release'] },
          life: { notAfter: AT, revoked: { reason: 'Retired', at: AT } },
          keys: [
            { material: { kind: 'openpgp', armored: 'a' }, life: { notBefore: AT } },
            { material: { kind: 'ssh', line: 'ssh-ed25519 A c' }, life: {} },
            {
              material: { kind: 'sshAuthority', line: 'ssh-rsa B', principals: ['ada'] },
              life: {},
            },
            { material: { kind: 'x509', ...x509 }, life: {} },
            {
              material: { kind: 'sigstore', ...sigstore },
              life: { revoked: { reason: 'Retired', at: AT } },
            },
          ],
        },
        {
          ...{ class: 'forge', signerSet: 'team', name: 'Forge' },
          ...{ emails: [], roles: [], life: {} },
          keys: [{ material: { kind: 'openpgp', armored: 'f' }, life: { notAfter: AT } }],
        },
      ],
      sigstoreRoots: [{ signerSet: 'team', ...root }],
    });
  });

  it('sets and people in another order, the same trust', () => {
    const person = (name: string): Person => ({ name, keys: [{ openPGP: name }] });
    const one = set('a', { people: [person('x'), person('y')] });
    const two = set('b', { people: [person('x')] });
    const turned = set('a', { people: one.spec.people.toReversed() });
    expect(trustOf([two, turned])).toStrictEqual(trustOf([one, two]));
  });

  it.each([
    ['notBefore', { notBefore: '2026-02-30T00:00:00Z' }, { notAfter: 0 }],
    ['notAfter', { notBefore: DAY, notAfter: 'never' }, { notBefore: AT, notAfter: 0 }],
    [
      'revoked.at',
      { revoked: { reason: 'Compromised', at: '' } },
      { revoked: { reason: 'Compromised', at: 0 } },
    ],
  ] as const)('%s that cannot be read, already ended', (_, life, expected) => {
    const { holders } = trustOf([set('a', { people: [{ name: 'x', keys: [], ...life }] })]);
    expect(holders.map((holder) => holder.life)).toStrictEqual([expected]);
  });
});
