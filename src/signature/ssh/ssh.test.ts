import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SshHome } from '../../../test/support/ssh.ts';
import type { SshKey } from '../../../test/support/ssh.ts';
import { craftArmor, craftKey, craftSignature, strings } from '../../../test/support/ssh-craft.ts';
import type { SignatureEvidence } from '../evidence.ts';
import type { KeyOwner, Moment, OwnedKey } from '../format.ts';
import { loadSsh } from './ssh.ts';

const payload = Buffer.from('tree …\n\nmessage');
const NOW = Date.UTC(2026, 0, 1);
const when: Moment = { at: NOW, firstSeen: NOW };

let home: SshHome;
let alice: SshKey;
let armor: string;
beforeAll(async () => {
  home = await SshHome.create();
  alice = await home.newKey('Alice', 'alice@example.com');
  armor = await home.sign(alice, payload);
});
afterAll(() => home.remove());

const ownerOf = (name = 'alice', lives: KeyOwner['lives'] = []): KeyOwner => ({
  ...{ class: 'person', signerSet: 'team', name, emails: ['alice@example.com'], roles: ['dev'] },
  lives,
});
const owned = (line: string, owner = ownerOf()): OwnedKey<'ssh'> => ({
  material: { kind: 'ssh', line },
  owner,
});

function judge(
  text: string,
  keys: readonly OwnedKey<'ssh'>[],
  over: Partial<Moment & { payload: Uint8Array; namespace: 'git' | 'gitward-approval' }> = {},
): Promise<SignatureEvidence> {
  const { at = NOW, firstSeen = NOW, namespace = 'git' } = over;
  const signed = { armor: Buffer.from(text), payload: over.payload ?? payload, namespace };
  return loadSsh(keys).keys.verify(signed, { at, firstSeen });
}

async function verdict(...args: Parameters<typeof judge>): Promise<string> {
  const evidence = await judge(...args);
  return evidence.kind === 'good' ? 'good' : evidence.reason;
}

describe('keys that ssh-keygen makes', () => {
  it.each([
    ['ed25519', undefined],
    ['rsa', 2_048],
    ['rsa', 3_072],
    ['ecdsa', 256],
    ['ecdsa', 384],
    ['ecdsa', 521],
  ])('%s %s, good with either hash, in the name of the owner', async (type, bits) => {
    const key = await home.newKey('Bob', 'bob@example.com', {
      type,
      ...(bits === undefined ? {} : { bits }),
    });
    for (const hash of ['sha256', 'sha512'] as const) {
      const signature = await home.sign(key, payload, { hash });
      const { fingerprint } = key;
      expect(await judge(signature, [owned(`${key.line} bob@laptop`)])).toStrictEqual({
        ...{ kind: 'good', format: 'ssh', emails: ['alice@example.com'], roles: ['dev'] },
        signer: { class: 'person', name: 'alice', signerSet: 'team', fingerprint },
        keyId: fingerprint,
      });
      const other = { payload: Buffer.concat([payload, Buffer.of(0)]) };
      expect(await verdict(signature, [owned(key.line)], other)).toBe('SignatureInvalid');
    }
  });

  it('RSA of 1024 bits, weak and not usable, where ssh-keygen calls it good', async () => {
    const key = await home.newKey('Old', 'old@example.com', { type: 'rsa', bits: 1_024 });
    const signature = await home.sign(key, payload);
    expect(await home.isValid(signature, payload)).toBe(true);
    expect(await verdict(signature, [owned(key.line)])).toBe('SignatureWeak');
    expect(loadSsh([owned(key.line)])).toMatchObject({ usable: 0, problems: [expect.anything()] });
  });
});

describe('keys made here', () => {
  it.each([
    'ssh-ed25519',
    'ssh-rsa',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'sk-ssh-ed25519@openssh.com',
    'sk-ecdsa-sha2-nistp256@openssh.com',
  ])('%s, good for gitward and for ssh-keygen, and not with a bit changed', async (type) => {
    const key = craftKey(type);
    const blob = craftSignature(key, payload);
    const text = craftArmor(blob);
    expect(await verdict(text, [owned(key.line)])).toBe('good');
    expect(await home.isValid(text, payload)).toBe(true);
    const { keys } = loadSsh([owned(key.line)]);
    for (let at = 0; at < blob.length; at += 1) {
      const changed = Buffer.from(blob);
      changed[at] = (blob[at] ?? 0) ^ (1 << (at % 8));
      const signed = {
        armor: Buffer.from(craftArmor(changed)),
        payload,
        namespace: 'git',
      } as const;
      expect(await keys.verify(signed, when)).toMatchObject({ kind: 'bad' });
    }
  });

  it.each([2_047, 2_046])('RSA of %i bits, good from 2047 on', async (bits) => {
    const key = craftKey('ssh-rsa', bits);
    const answer = await verdict(craftArmor(craftSignature(key, payload)), [owned(key.line)]);
    expect(answer).toBe(bits === 2_047 ? 'good' : 'SignatureWeak');
  });

  it('RSA with sha2-256, good', async () => {
    const key = craftKey('ssh-rsa');
    const blob = craftSignature(key, payload, { algorithm: 'rsa-sha2-256' });
    expect(await verdict(craftArmor(blob), [owned(key.line)])).toBe('good');
  });
});

describe('what does not count', () => {
  it('a key nobody lists, untrusted and named', async () => {
    const other = await home.newKey('Mallory', 'alice@example.com');
    expect(await judge(armor, [owned(other.line)])).toMatchObject({
      ...{ kind: 'bad', reason: 'SignerUntrusted', key: alice.fingerprint },
    });
  });

  it('an approval, good for approvals only', async () => {
    const approval = await home.sign(alice, payload, { namespace: 'gitward-approval' });
    const keys = [owned(alice.line)];
    expect(await verdict(approval, keys, { namespace: 'gitward-approval' })).toBe('good');
    expect(await verdict(approval, keys)).toBe('SignatureInvalid');
    expect(await verdict(armor, keys, { namespace: 'gitward-approval' })).toBe('SignatureInvalid');
  });

  it.each([
    ['key revoked', { revoked: { reason: 'Compromised', at: NOW + 1 } }, {}, 'KeyRevoked'],
    ['key over at first sight', { notAfter: NOW }, {}, 'KeyExpired'],
    ['key over since first sight', { notAfter: NOW }, { firstSeen: NOW - 1 }, 'good'],
    ['key not yet valid', { notBefore: NOW + 1 }, {}, 'KeyExpired'],
  ] as const)('%s, as the SignerSet says', async (_, life, moment, answer) => {
    const evidence = await judge(armor, [owned(alice.line, ownerOf('alice', [life]))], moment);
    const refused = { kind: 'bad', reason: answer, key: alice.fingerprint };
    expect(evidence).toMatchObject(answer === 'good' ? { kind: 'good' } : refused);
  });

  it('a key listed twice, counts for the first with the lives of both', async () => {
    const revoked = ownerOf('bob', [{ revoked: { reason: 'Retired', at: 0 } }]);
    const both = [owned(alice.line), owned(`${alice.line} again`, revoked)];
    expect(await verdict(armor, both)).toBe('KeyRevoked');
    expect(loadSsh(both)).toMatchObject({ usable: 1, problems: [expect.anything()] });
    expect(
      await judge(armor, [owned(alice.line), owned(alice.line, ownerOf('bob'))]),
    ).toMatchObject({ kind: 'good', signer: { name: 'alice' } });
  });
});

describe('lines that list no key', () => {
  it.each([
    ['empty', ''],
    ['a type alone', 'ssh-ed25519'],
    ['a DSA key', `ssh-dss ${strings('ssh-dss', 'p', 'q', 'g', 'y').toString('base64')}`],
    ['base64 that is not canonical', 'ssh-ed25519 AAAB'],
    ['another type than it holds', craftKey('ssh-ed25519').line.replace('ssh-ed25519', 'ssh-rsa')],
    [
      'a private key',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----',
    ],
    ['two keys', `${craftKey('ssh-ed25519').line}\n${craftKey('ssh-ed25519').line}`],
    ['options before the key', `no-pty ${craftKey('ssh-ed25519').line}`],
    ['too long', `${craftKey('ssh-ed25519').line} ${'x'.repeat(20_000)}`],
  ])('%s, a problem', (_, line) => {
    expect(loadSsh([owned(line)])).toMatchObject({ usable: 0, problems: [expect.anything()] });
  });
});

describe('any bytes', () => {
  it('never thrown at, never good', async () => {
    const { keys } = loadSsh([owned(alice.line)]);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (bytes, isBlob) => {
        const text = isBlob ? Buffer.from(craftArmor(bytes)) : bytes;
        const signed = { armor: text, payload, namespace: 'git' } as const;
        expect(await keys.verify(signed, when)).toMatchObject({ kind: 'bad' });
      }),
    );
  });

  it('of mutants of a real signature, good only where they are the original', async () => {
    const { keys } = loadSsh([owned(alice.line)]);
    const blob = Buffer.from(armor.split('\n').slice(1, -2).join(''), 'base64');
    const edit = fc.record({
      at: fc.nat({ max: blob.length }),
      cut: fc.nat({ max: 8 }),
      put: fc.uint8Array({ maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(edit, async ({ at, cut, put }) => {
        const mutant = Buffer.concat([blob.subarray(0, at), put, blob.subarray(at + cut)]);
        const signed = {
          armor: Buffer.from(craftArmor(mutant)),
          payload,
          namespace: 'git',
        } as const;
        const { kind } = await keys.verify(signed, when);
        expect(kind === 'good').toBe(mutant.equals(blob));
      }),
      { numRuns: 1_000 },
    );
  });
});
