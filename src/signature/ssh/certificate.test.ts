import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SshHome, stampOf } from '../../../test/support/ssh.ts';
import type { CertificateOptions, SshKey } from '../../../test/support/ssh.ts';
import {
  craftArmor,
  craftCertificate,
  craftKey,
  craftSignature,
  strings,
} from '../../../test/support/ssh-craft.ts';
import type { CertificateForgery } from '../../../test/support/ssh-craft.ts';
import type { SignatureEvidence } from '../evidence.ts';
import type { KeyOwner, Moment, OwnedKey } from '../format.ts';
import { loadSsh } from './ssh.ts';

const payload = Buffer.from('tree …\n\nmessage');
const NOW = Date.UTC(2026, 0, 1);
const ALICE = 'alice@example.com';

let home: SshHome;
let authority: SshKey;
let alice: SshKey;
beforeAll(async () => {
  home = await SshHome.create();
  authority = await home.newKey('CA', 'ca@example.com');
  alice = await home.newKey('Alice', ALICE);
});
afterAll(() => home.remove());

const ownerOf = (name = 'alice', emails = [ALICE], lives: KeyOwner['lives'] = []): KeyOwner => ({
  ...{ class: 'person', signerSet: 'team', name, emails, roles: [], lives },
});
const trusting = (
  line: string,
  principals: readonly string[] = [ALICE],
  owner = ownerOf(),
): OwnedKey<'sshAuthority'> => ({ material: { kind: 'sshAuthority', line, principals }, owner });
const listing = (line: string, owner = ownerOf()): OwnedKey<'ssh'> => ({
  material: { kind: 'ssh', line },
  owner,
});

function judge(
  armor: string,
  keys: readonly (OwnedKey<'ssh'> | OwnedKey<'sshAuthority'>)[],
  when: Moment = { at: NOW, firstSeen: NOW },
): Promise<SignatureEvidence> {
  const signed = { armor: Buffer.from(armor), payload, namespace: 'git' } as const;
  return loadSsh(keys).keys.verify(signed, when);
}

async function verdict(...args: Parameters<typeof judge>): Promise<string> {
  const evidence = await judge(...args);
  return evidence.kind === 'good' ? 'good' : evidence.reason;
}

async function certified(options: CertificateOptions = {}): Promise<string> {
  return home.sign(await home.certify(authority, alice, options), payload);
}

/** As ssh-keygen sees it, with the authority listed for everybody at example.com. */
function keygen(armor: string, at = NOW): Promise<boolean> {
  const allowed = `*@example.com cert-authority ${authority.line}\n`;
  return home.isAllowed({ armor, payload }, allowed, ALICE, { at });
}

/** Rows of name, armor and answer, as names show them. */
function answers(rows: readonly (readonly [string, string, string])[]) {
  return rows.map(([name, armor, answer]) => [name, answer, armor] as const);
}

describe('certificates that ssh-keygen makes', () => {
  it.each([
    ['ed25519', undefined],
    ['rsa', 2_048],
    ['ecdsa', 256],
    ['ecdsa', 384],
    ['ecdsa', 521],
  ])('%s %s under each kind of authority, good in the name of the key', async (type, bits) => {
    const size = bits === undefined ? {} : { bits };
    const key = await home.newKey('Alice', ALICE, { type, ...size });
    const other = await home.newKey('CA', 'ca@example.com', { type, ...size });
    for (const by of [authority, other]) {
      const armor = await home.sign(await home.certify(by, key), payload);
      const evidence = await judge(armor, [trusting(by.line)]);
      const { fingerprint } = key;
      expect(evidence).toMatchObject({
        ...{ kind: 'good', keyId: fingerprint, signer: { name: 'alice', fingerprint } },
        emails: [ALICE],
      });
    }
  });

  const range = (from: number, to: number): string => `${stampOf(from)}:${stampOf(to)}`;
  it.each<readonly [string, CertificateOptions, string, boolean]>([
    ['plain', {}, 'good', true],
    ['among other principals', { principals: ['x', ALICE] }, 'good', true],
    ['for another principal', { principals: ['bob@example.org'] }, 'SignerUntrusted', false],
    ['for no principal', { principals: [] }, 'SignerUntrusted', false],
    ['for hosts', { host: true }, 'SignerUntrusted', false],
    ['over', { validity: range(NOW - 9_000, NOW) }, 'KeyExpired', false],
    ['over in a second', { validity: range(NOW - 9_000, NOW + 1_000) }, 'good', true],
    ['from now on', { validity: range(NOW, NOW + 9_000) }, 'good', true],
    ['from the next second on', { validity: range(NOW + 1_000, NOW + 9_000) }, 'KeyExpired', false],
    ['with unknown extensions', { options: ['extension:x@example.com=1'] }, 'good', true],
    [
      'with an unknown critical option',
      { options: ['critical:x@example.com=1'] },
      'SignerUntrusted',
      true,
    ],
    ['with a known critical option', { options: ['force-command=true'] }, 'SignerUntrusted', true],
  ])('%s', async (_, options, answer, isGood) => {
    const armor = await certified(options);
    expect(await verdict(armor, [trusting(authority.line)])).toBe(answer);
    expect(await keygen(armor)).toBe(isGood);
  });

  it('over since first sight, good; not yet valid at decision, expired', async () => {
    const armor = await certified({ validity: range(NOW, NOW + 9_000) });
    const keys = [trusting(authority.line)];
    expect(await verdict(armor, keys, { at: NOW + 99_000, firstSeen: NOW })).toBe('good');
    expect(await verdict(armor, keys, { at: NOW - 1, firstSeen: NOW - 1 })).toBe('KeyExpired');
  });

  it('authority listed as a plain key, key listed without its authority, untrusted', async () => {
    const armor = await certified();
    expect(await verdict(armor, [listing(authority.line)])).toBe('SignerUntrusted');
    expect(await verdict(armor, [listing(alice.line)])).toBe('SignerUntrusted');
    expect(await home.isAllowed({ armor, payload }, `${ALICE} ${alice.line}\n`, ALICE)).toBe(false);
    const own = await home.sign(authority, payload);
    expect(await verdict(own, [trusting(authority.line, ['*'])])).toBe('SignerUntrusted');
    const plain = await home.sign(alice, payload);
    expect(await verdict(plain, [trusting(authority.line)])).toBe('SignerUntrusted');
  });

  it('a certificate in a list, a problem', async () => {
    const blob = craftCertificate(craftKey('ssh-ed25519'), craftKey('ssh-ed25519'));
    const line = `ssh-ed25519-cert-v01@openssh.com ${blob.toString('base64')}`;
    for (const keys of [[listing(line)], [trusting(line)], [trusting(authority.line, [])]]) {
      expect(loadSsh(keys)).toMatchObject({ usable: 0, problems: [expect.anything()] });
    }
  });
});

describe('one authority, many owners', () => {
  it('the principals say who signed', async () => {
    const bob = trusting(authority.line, ['bob'], ownerOf('bob', ['bob@example.com']));
    const keys = [bob, trusting(authority.line, ['alice'])];
    expect(await judge(await certified({ principals: ['alice'] }), keys)).toMatchObject({
      ...{ kind: 'good', signer: { name: 'alice' }, emails: [ALICE] },
    });
    expect(await judge(await certified({ principals: ['bob'] }), keys)).toMatchObject({
      ...{ kind: 'good', signer: { name: 'bob' }, emails: ['bob@example.com'] },
    });
  });

  it('a pattern, only the certified addresses count', async () => {
    const patterns = ['*@example.com', '!root@example.com', 'x@example.org'];
    const keys = [trusting(authority.line, patterns, ownerOf('everybody', [...patterns, 'plain']))];
    const evidence = await judge(await certified({ principals: [ALICE, 'y@example.org'] }), keys);
    expect(evidence).toMatchObject({ kind: 'good', emails: ['plain', ALICE] });
    const root = await certified({ principals: ['root@example.com'] });
    expect(await verdict(root, keys)).toBe('SignerUntrusted');
  });

  it('an address that is certified but not among the principals, no more than a remark', async () => {
    const keys = [trusting(authority.line, ['alice'], ownerOf('alice', [ALICE, '*@example.org']))];
    const armor = await certified({ principals: ['alice', 'bob@example.org'] });
    expect(await judge(armor, keys)).toMatchObject({ kind: 'good', emails: [ALICE] });
  });

  it('whoever is revoked by name, revoked under a pattern too', async () => {
    const revoked = [{ revoked: { reason: 'Retired', at: NOW } }] as const;
    const all = trusting(authority.line, ['*'], ownerOf('everybody', ['*']));
    const keys = [all, trusting(authority.line, [ALICE], ownerOf('alice', [], revoked))];
    expect(await verdict(await certified(), [all])).toBe('good');
    expect(await verdict(await certified(), keys)).toBe('KeyRevoked');
    expect(await verdict(await certified({ principals: ['bob'] }), keys)).toBe('good');
  });

  it('an authority revoked in one copy, revoked for its owner', async () => {
    const revoked = [{ revoked: { reason: 'Compromised', at: NOW } }] as const;
    const copy = trusting(authority.line, ['x'], ownerOf('alice', [], revoked));
    const evidence = await judge(await certified(), [trusting(authority.line), copy]);
    expect(evidence).toMatchObject({
      reason: 'KeyRevoked',
      compromised: true,
      key: alice.fingerprint,
    });
  });

  it('a certificate that is over of a revoked authority, revoked and not only expired', async () => {
    const revoked = [{ revoked: { reason: 'Compromised', at: NOW } }] as const;
    const armor = await certified({ validity: `${stampOf(NOW - 9_000)}:${stampOf(NOW - 1_000)}` });
    const keys = [trusting(authority.line, [ALICE], ownerOf('alice', [], revoked))];
    expect(await verdict(armor, [trusting(authority.line)])).toBe('KeyExpired');
    expect(await verdict(armor, keys)).toBe('KeyRevoked');
  });

  it('a key that is listed as revoked, revoked under a certificate', async () => {
    const revoked = [{ revoked: { reason: 'Compromised', at: NOW } }] as const;
    const keys = [trusting(authority.line), listing(alice.line, ownerOf('alice', [], revoked))];
    expect(await verdict(await certified(), keys)).toBe('KeyRevoked');
    const expired = [
      trusting(authority.line),
      listing(alice.line, ownerOf('a', [], [{ notAfter: 1 }])),
    ];
    expect(await verdict(await certified(), expired)).toBe('good');
  });
});

describe('certificates made here', () => {
  const ca = craftKey('ssh-ed25519');
  const rsaAuthority = craftKey('ssh-rsa');
  const key = craftKey('ssh-ed25519');
  const touched = craftKey('sk-ecdsa-sha2-nistp256@openssh.com');
  const small = craftKey('ssh-rsa', 1_024);
  const signedWith = (forgery: CertificateForgery = {}, by = ca, signer = key): string =>
    craftArmor(craftSignature(signer, payload, { shown: craftCertificate(by, signer, forgery) }));

  it.each(
    answers([
      ['honest', signedWith(), 'good'],
      [
        'hardware key and authority',
        signedWith({}, touched, craftKey('sk-ssh-ed25519@openssh.com')),
        'good',
      ],
      [
        'RSA authority with SHA-1',
        signedWith({ algorithm: 'ssh-rsa' }, rsaAuthority),
        'SignatureWeak',
      ],
      ['small RSA authority', signedWith({}, small), 'SignatureWeak'],
      ['small RSA key', signedWith({}, ca, small), 'SignatureWeak'],
      ['another authority', signedWith({}, craftKey('ssh-ed25519')), 'SignerUntrusted'],
      [
        'an authority that did not sign',
        signedWith({ shown: ca.blob }, craftKey('ssh-ed25519')),
        'SignatureInvalid',
      ],
      ['a certified authority', signedWith({ shown: craftCertificate(ca, ca) }), 'CommitMalformed'],
      ['no authority', signedWith({ shown: Buffer.of() }), 'SignatureFormatUnsupported'],
      ['a reserved field in use', signedWith({ reserved: 'x' }), 'CommitMalformed'],
      ['bytes after it', signedWith({ trailing: 'x' }), 'CommitMalformed'],
      ['an option without value', signedWith({ critical: ['x'] }), 'CommitMalformed'],
      ['an extension without value', signedWith({ extensions: ['x'] }), 'CommitMalformed'],
      ['an empty principal', signedWith({ principals: [''] }), 'CommitMalformed'],
      ['a principal with NUL', signedWith({ principals: [`${ALICE}\0x`] }), 'CommitMalformed'],
      ['a principal that is no UTF-8', signedWith({ principals: ['\u00ff'] }), 'CommitMalformed'],
      [
        '257 principals',
        signedWith({ principals: Array.from({ length: 257 }, () => ALICE) }),
        'CommitMalformed',
      ],
      ['kind 3', signedWith({ kind: 3 }), 'SignerUntrusted'],
      ['the end of time', signedWith({ validBefore: 8_640_000_000_001n }), 'good'],
      ['a beginning after all time', signedWith({ validAfter: 2n ** 64n - 1n }), 'KeyExpired'],
      [
        'a DSA key',
        craftArmor(
          craftSignature(key, payload, { shown: strings('ssh-dss-cert-v01@openssh.com') }),
        ),
        'SignatureWeak',
      ],
      [
        'an unknown key',
        craftArmor(craftSignature(key, payload, { shown: strings('x-cert-v01@openssh.com') })),
        'SignatureFormatUnsupported',
      ],
      [
        'a name alone',
        craftArmor(
          craftSignature(key, payload, { shown: strings('ssh-ed25519-cert-v01@openssh.com') }),
        ),
        'CommitMalformed',
      ],
      [
        'another signer',
        craftArmor(
          craftSignature(craftKey('ssh-ed25519'), payload, { shown: craftCertificate(ca, key) }),
        ),
        'SignatureInvalid',
      ],
    ]),
  )('%s, %s', async (_, answer, armor) => {
    const keys = [ca, rsaAuthority, touched].map(({ line }) => trusting(line));
    expect(await verdict(armor, keys)).toBe(answer);
  });
});
