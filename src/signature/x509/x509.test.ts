import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as maker from '../../../test/support/x509/certificates.ts';
import { makeCms } from '../../../test/support/x509/cms.ts';
import type { CmsParts } from '../../../test/support/x509/cms.ts';
import { armor, utf8 } from '../../../test/support/x509/der.ts';
import * as people from '../../../test/support/x509/owners.ts';
import { loadKeyring } from '../keyring.ts';
import type { KeyMaterial, Trust } from '../trust.ts';
import { loadX509 } from './x509.ts';

const { ALICE, PAYLOAD, evidenceOf, ownerNamed, pinned, verdictOf } = people;
const { BEFORE, NOW, certify, names, purposes } = maker;

const LEAF = [names(ALICE), maker.keyUsage(0x80), purposes(maker.EMAIL_PROTECTION)];

const root = certify({ name: 'Root' });
const leaf = certify({ by: root, extensions: LEAF });

const cmsOf = (parts: Partial<CmsParts> = {}): Buffer =>
  makeCms({ payload: PAYLOAD, leaf, ...parts });

describe('a signature of a person below a pinned authority', () => {
  it('good, and all that is known of it', async () => {
    const signedAt = new Date(NOW - 5_000);
    expect(await evidenceOf(cmsOf({ signedAt }), [pinned([root])])).toStrictEqual({
      kind: 'good',
      format: 'x509',
      signer: {
        ...{ class: 'person', name: 'alice', signerSet: 'team' },
        fingerprint: maker.fingerprintOf(leaf),
      },
      ...{
        emails: ['alice@example.com'],
        roles: ['dev'],
        keyId: ALICE,
        createdAt: signedAt.getTime(),
      },
    });
  });

  it('of nobody listed, untrusted under the name it claims', async () => {
    expect(await evidenceOf(cmsOf(), [pinned([root], 'bob@example.com')])).toMatchObject({
      ...{ kind: 'bad', reason: 'SignerUntrusted', key: ALICE },
    });
  });
});

describe('keys and digests', () => {
  const ed25519 = generateKeyPairSync('ed25519');
  it.each<[string, maker.Pair, CmsParts['digest'], string]>([
    ['P-256 and SHA-256', maker.newPair(), 'sha256', 'good'],
    ['P-384 and SHA-384', maker.newPair('secp384r1'), 'sha384', 'good'],
    ['P-521 and SHA-512', maker.newPair('secp521r1'), 'sha512', 'good'],
    ['RSA-2048 and SHA-256', maker.newRsa(), 'sha256', 'good'],
    ['Ed25519 and SHA-512', ed25519, 'sha512', 'good'],
    ['Ed25519 and SHA-256, which its RFC rules out', ed25519, 'sha256', 'CommitMalformed'],
    ['RSA-1024, weak', maker.newRsa(1_024), 'sha256', 'SignatureWeak'],
    ['SHA-1, weak', maker.newPair(), 'sha1', 'SignatureWeak'],
    ['MD5, weak', maker.newRsa(), 'md5', 'SignatureWeak'],
    ['secp256k1, unsupported', maker.newPair('secp256k1'), 'sha256', 'SignatureFormatUnsupported'],
    [
      'DSA, weak',
      generateKeyPairSync('dsa', { modulusLength: 2_048, divisorLength: 256 }),
      ...(['sha256', 'SignatureWeak'] as const),
    ],
  ])('%s', async (_, pair, digest = 'sha256', outcome) => {
    const signer = certify({ by: root, pair, extensions: LEAF });
    expect(await verdictOf(cmsOf({ leaf: signer, digest }), [pinned([root])])).toBe(outcome);
  });

  it.each([
    ['SHA-1', 'sha1'],
    ['MD5', 'md5'],
  ] as const)('a certificate that its authority signed with %s, weak', async (_, digest) => {
    const authority = certify({ pair: maker.newRsa() });
    const signer = certify({ by: authority, digest, extensions: LEAF });
    expect(await verdictOf(cmsOf({ leaf: signer }), [pinned([authority])])).toBe('SignatureWeak');
  });
});

describe('keys asked again', () => {
  it('the same answer, and every check anew', async () => {
    const { keys } = loadX509([pinned([root])], []);
    const until = new Date(NOW + 60_000);
    const cms = cmsOf({ leaf: certify({ by: root, until, extensions: LEAF }) });
    const ask = async (bytes: Buffer, payload = PAYLOAD, at = NOW): Promise<string> => {
      const signed = { armor: armor(bytes), payload, namespace: 'git' } as const;
      const evidence = await keys.verify(signed, { at, firstSeen: at });
      return evidence.kind === 'good' ? 'good' : evidence.reason;
    };
    expect([await ask(cms), await ask(cms)]).toStrictEqual(['good', 'good']);
    expect(await ask(cms, Buffer.from('other'))).toBe('SignatureInvalid');
    expect(await ask(cms, PAYLOAD, NOW + 61_000)).toBe('KeyExpired');
    expect(await ask(cms, PAYLOAD, BEFORE.getTime() - 1)).toBe('KeyExpired');
    const last = Buffer.from(cms);
    last[last.length - 1] = (last[last.length - 1] ?? 0) ^ 1;
    expect(await ask(last)).toBe('SignatureInvalid');
  });
});

describe('lives', () => {
  const at = NOW - 1_000;
  it.each([
    ['revoked as compromised', [{ revoked: { reason: 'Compromised', at } }], 'KeyRevoked'],
    ['retired', [{ revoked: { reason: 'Retired', at } }], 'KeyRevoked'],
    ['ended', [{ notAfter: at }], 'KeyExpired'],
    ['not begun', [{ notBefore: NOW + 1 }], 'KeyExpired'],
    ['in its life', [{ notBefore: at, notAfter: NOW + 1 }], 'good'],
  ] as const)('%s', async (_, lives, outcome) => {
    expect(await verdictOf(cmsOf(), [pinned([root], ALICE, ownerNamed('alice', ...lives))])).toBe(
      outcome,
    );
  });

  it('revoked as compromised and expired, revoked; expired alone, expired', async () => {
    const end = maker.AFTER.getTime() + 1;
    const late = { when: { at: end, firstSeen: end } };
    const gone = ownerNamed('alice', { revoked: { reason: 'Compromised', at } });
    const revoked = await evidenceOf(cmsOf(), [pinned([root], ALICE, gone)], late);
    expect(revoked).toMatchObject({ reason: 'KeyRevoked', compromised: true, key: ALICE });
    expect(await verdictOf(cmsOf(), [pinned([root]), pinned([certify()])], late)).toBe(
      'KeyExpired',
    );
    const ended = ownerNamed('alice', { notAfter: at });
    const both = await evidenceOf(cmsOf(), [pinned([root], ALICE, ended)], late);
    expect(both).toMatchObject({ reason: 'KeyExpired', key: ALICE });
  });

  it('listed twice and revoked in the second place, revoked', async () => {
    const revoked = ownerNamed('alice', { revoked: { reason: 'Compromised', at } });
    const evidence = await evidenceOf(cmsOf(), [pinned([root]), pinned([root], ALICE, revoked)]);
    expect(evidence).toMatchObject({ reason: 'KeyRevoked', compromised: true, key: ALICE });
  });
});

describe('loadX509', () => {
  const good = pinned([root]);
  it('distinct conditions counted once, problems named', () => {
    const broken = {
      ...good,
      material: { ...good.material, kind: 'x509', authorities: 'nothing', san: ALICE },
    } as const;
    const plain = pinned([leaf]);
    const constrained = pinned([
      certify({ extensions: [maker.authority(), maker.extension('2.5.29.30', utf8('x'))] }),
    ]);
    const weak = pinned([certify({ pair: maker.newRsa(1_024) })]);
    const keyless = {
      ...good,
      material: { kind: 'sigstore', identity: ALICE, issuer: 'x', root: 'none' },
    } as const;
    const listed = [good, good, broken, plain, constrained, weak, keyless];
    const { usable, problems } = loadX509(listed, []);
    expect(usable).toBe(1);
    expect(problems).toHaveLength(5);
  });

  it('any text for authorities, no throw and nothing usable', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.nat(root.pem.length), (text, at) => {
        const authorities = root.pem.slice(0, at) + text + root.pem.slice(at + 1);
        const { material, owner } = good;
        const { usable, problems } = loadX509(
          [{ material: { ...material, kind: 'x509', authorities, san: ALICE }, owner }],
          [],
        );
        expect(usable + problems.length).toBe(1);
      }),
    );
  });

  it('any bytes as signature, no throw and never good', async () => {
    const { keys } = loadX509([good], []);
    const when = { at: NOW, firstSeen: NOW };
    const cms = cmsOf();
    const cut = fc.tuple(fc.nat(cms.length), fc.nat(cms.length), fc.uint8Array({ maxLength: 8 }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), cut), async (input) => {
        const bytes =
          input instanceof Uint8Array
            ? input
            : Buffer.concat([cms.subarray(0, input[0]), input[2], cms.subarray(input[1])]);
        if (cms.equals(bytes)) return;
        const signed = { armor: armor(bytes), payload: PAYLOAD, namespace: 'git' } as const;
        expect((await keys.verify(signed, when)).kind).toBe('bad');
      }),
      { numRuns: 500 },
    );
  });

  it('a certificate is of use from its first to its last second', async () => {
    const from = new Date(NOW - 60_000);
    const short = certify({ by: root, from, until: new Date(NOW), extensions: LEAF });
    const cms = cmsOf({ leaf: short, signedAt: BEFORE });
    const seen = (at: number, firstSeen: number): Promise<string> =>
      verdictOf(cms, [pinned([root])], { when: { at, firstSeen } });
    expect(await seen(NOW, NOW)).toBe('good');
    expect(await seen(NOW + 86_400_000, NOW)).toBe('good');
    expect(await seen(NOW + 1_000, NOW + 1_000)).toBe('KeyExpired');
    expect(await seen(NOW - 60_000, NOW - 60_000)).toBe('good');
    expect(await seen(NOW - 61_000, NOW - 61_000)).toBe('KeyExpired');
  });
});

describe('loadKeyring', () => {
  const holder = (material: KeyMaterial): Trust => ({
    holders: [{ ...ownerNamed('alice'), life: {}, keys: [{ material, life: {} }] }],
    sigstoreRoots: [],
  });

  it('with somebody known by certificates, verifies them', async () => {
    const { keyring, usable, problems } = await loadKeyring(holder(pinned([root]).material));
    expect([usable, problems]).toStrictEqual([1, []]);
    const signed = { armor: armor(cmsOf()), payload: PAYLOAD, namespace: 'git' } as const;
    const evidence = await keyring.x509?.verify(signed, { at: NOW, firstSeen: NOW });
    expect(evidence).toMatchObject({ kind: 'good', signer: { name: 'alice' } });
  });

  it('with nobody known by certificates, trusts no certificate', async () => {
    const { keyring } = await loadKeyring(holder({ kind: 'openpgp', armored: '' }));
    const signed = { armor: armor(cmsOf()), payload: PAYLOAD, namespace: 'git' } as const;
    const evidence = await keyring.x509?.verify(signed, { at: NOW, firstSeen: NOW });
    expect(evidence).toMatchObject({ kind: 'bad', reason: 'SignerUntrusted' });
  });
});
