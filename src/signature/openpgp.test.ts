import * as fc from 'fast-check';
import * as openpgp from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GpgHome } from '../../test/support/gpg.ts';
import type { GpgKey } from '../../test/support/gpg.ts';
import { momentOf } from '../../test/support/trust.ts';
import type { OwnedKey, SignedBytes } from './format.ts';
import { REQUIRED_MEMBERS } from './openpgp-internals.ts';
import { loadOpenPgp } from './openpgp.ts';

const payload = Buffer.from('tree …\n\nmessage');
const BORN = new Date('2024-01-01T00:00:00Z');
const NOW = Date.UTC(2025, 0, 1);

let gpg: GpgHome;
let alice: GpgKey;
let armor: string;
let publicKey: string;
beforeAll(async () => {
  gpg = await GpgHome.create();
  alice = await gpg.newKey('Alice', 'alice@example.com', { at: BORN });
  publicKey = await gpg.publicKey(alice);
  armor = await gpg.sign(alice, payload, ['--faked-system-time=20240601T000000!']);
});
afterAll(() => gpg.remove());

const owned = (armored: string, name = 'alice', signerSet = 'team'): OwnedKey<'openpgp'> => ({
  material: { kind: 'openpgp', armored },
  owner: { class: 'person', signerSet, name, emails: ['a@example.com'], roles: ['r'], lives: [] },
});

const signed = (signature: string): SignedBytes => ({
  armor: Buffer.from(signature),
  payload,
  namespace: 'git',
});
const when = momentOf(NOW);

async function verdict(signature: string, ...keys: readonly string[]): Promise<string> {
  const { keys: loaded } = await loadOpenPgp(keys.map((key) => owned(key)));
  const evidence = await loaded.verify(signed(signature), when);
  return evidence.kind === 'good' ? 'good' : evidence.reason;
}

function armorOf(bytes: Uint8Array): string {
  return openpgp.armor(openpgp.enums.armor.signature, bytes).replaceAll('\r', '');
}

async function binary(signature = armor): Promise<Buffer> {
  const written: unknown = (await openpgp.readSignature({ armoredSignature: signature })).write();
  if (!(written instanceof Uint8Array)) throw new Error('a stream instead of bytes');
  return Buffer.from(written);
}

describe('the pinned library', () => {
  it('has every member that our view of it names', async () => {
    await gpg.addSubkey(alice, { at: BORN });
    const key = await openpgp.readKey({ armoredKey: await gpg.publicKey(alice) });
    const signature = (await openpgp.readSignature({ armoredSignature: armor })).packets[0] ?? {};
    const having = { signature, key, subkey: key.subkeys[0] ?? {} };
    for (const what of ['signature', 'key', 'subkey'] as const) {
      const missing = REQUIRED_MEMBERS[what].filter((name) => !(name in having[what]));
      expect(missing).toStrictEqual([]);
    }
  });
});

describe('left 16 bits', () => {
  it('wrong in a good signature, still good; the library alone refuses', async () => {
    const wrong = await withWrongHint();
    const result = await openpgp.verify({
      message: await openpgp.createMessage({ binary: payload }),
      signature: await openpgp.readSignature({ armoredSignature: wrong }),
      verificationKeys: await openpgp.readKey({ armoredKey: publicKey }),
    });
    await expect(result.signatures[0]?.verified).rejects.toThrow('Signed digest did not match');
    expect(await verdict(wrong, publicKey)).toBe('good');
  });

  it('wrong and a changed signature, invalid', async () => {
    const bytes = await binary(await withWrongHint());
    const last = bytes.length - 1;
    bytes[last] = (bytes[last] ?? 0) ^ 1;
    expect(await verdict(armorOf(bytes), publicKey)).toBe('SignatureInvalid');
  });

  it("wrong in the key's own certification and binding, still good", async () => {
    const signer = await gpg.newKey('Sub', 'sub@example.com', { usage: 'cert', at: BORN });
    await gpg.addSubkey(signer, { at: BORN });
    const signature = await gpg.sign(signer, payload, ['--faked-system-time=20240601T000000!']);
    const key = await openpgp.readKey({ armoredKey: await gpg.publicKey(signer) });
    const own = [
      ...key.users.flatMap((user) => user.selfCertifications),
      ...key.subkeys.flatMap((subkey) => subkey.bindingSignatures),
    ];
    expect(own).toHaveLength(2);
    for (const one of own) one.signedHashValue = flipped(one.signedHashValue);
    const broken = key.armor();
    const again = await openpgp.readKey({ armoredKey: broken });
    await expect(again.getSigningKey()).rejects.toThrow('Signed digest did not match');
    expect(await verdict(signature, broken)).toBe('good');
  });

  async function withWrongHint(): Promise<string> {
    const signature = await openpgp.readSignature({ armoredSignature: armor });
    for (const packet of signature.packets) {
      packet.signedHashValue = flipped(packet.signedHashValue);
    }
    return signature.armor().replaceAll('\r', '');
  }

  function flipped(hint: Uint8Array | null): Uint8Array {
    return Uint8Array.from(hint ?? [], (byte) => byte ^ 0xff);
  }
});

describe('signatures of other versions', () => {
  it.each(['curve25519', 'curve448'] as const)('version 6 with %s, good', async (type) => {
    const config = { v6Keys: true };
    const userIDs = { name: 'Six', email: 'six@example.com' };
    const made = await openpgp.generateKey({ userIDs, type, config, date: BORN, format: 'object' });
    const signature = await openpgp.sign({
      message: await openpgp.createMessage({ binary: payload }),
      signingKeys: made.privateKey,
      detached: true,
      date: BORN,
      config,
    });
    expect(await verdict(signature.replaceAll('\r', ''), made.publicKey.armor())).toBe('good');
  });

  it.each([
    ['version 3', (body: Buffer) => Buffer.concat([Buffer.from([3, 5, 0]), body.subarray(3)])],
    ['version 9', (body: Buffer) => Buffer.concat([Buffer.from([9]), body.subarray(1)])],
    ['unknown algorithm', (body: Buffer) => patched(body, 2, 99)],
    ['unknown hash', (body: Buffer) => patched(body, 3, 99)],
    ['cut off', (body: Buffer) => body.subarray(0, 12)],
    ['empty', () => Buffer.of()],
  ])('%s, unsupported', async (_, change) => {
    const bytes = await binary();
    const headerLength = bytes[0] === 0xc2 ? 2 : 3;
    const body = change(bytes.subarray(headerLength));
    const packet = Buffer.concat([Buffer.from([0xc2, body.length]), body]);
    expect(await verdict(armorOf(packet), publicKey)).toBe('SignatureFormatUnsupported');
  });

  function patched(body: Buffer, at: number, value: number): Buffer {
    const copy = Buffer.from(body);
    copy[at] = value;
    return copy;
  }
});

describe('hostile bytes', () => {
  const edits = fc.array(fc.tuple(fc.nat(500), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 3,
  });
  const changed = (bytes: Buffer, changes: readonly (readonly [number, number])[]): Buffer => {
    const copy = Buffer.from(bytes);
    for (const [at, flip] of changes) copy[at % copy.length] = (copy[at % copy.length] ?? 0) ^ flip;
    return copy;
  };

  it('a disturbed signature, evidence and never a throw', async () => {
    const { keys } = await loadOpenPgp([owned(publicKey)]);
    const bytes = await binary();
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        const text = armorOf(changed(bytes, changes));
        const evidence = await keys.verify(signed(text), when);
        expect(['good', 'bad']).toContain(evidence.kind);
      }),
      { numRuns: 200 },
    );
  });

  it('a disturbed key, loaded or a problem and never a throw', async () => {
    const key = await openpgp.readKey({ armoredKey: publicKey });
    const bytes = Buffer.from(key.write());
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        const text = openpgp.armor(openpgp.enums.armor.publicKey, changed(bytes, changes));
        const loaded = await loadOpenPgp([owned(text)]);
        expect(loaded.usable + loaded.problems.length).toBe(1);
      }),
      { numRuns: 200 },
    );
  });
});

describe('keys that are left out, each with its problem', () => {
  it.each([
    ['garbage', () => Promise.resolve('hello')],
    ['nothing', () => Promise.resolve('')],
    ['a signature', () => Promise.resolve(armor)],
    ['a private key', () => gpg.secretKey(alice)],
    ['two keys', () => gpg.gpg(['--armor', '--export']).then(String)],
    ['no self-signature', withoutSelfSignature],
    ['an endless text', () => Promise.resolve('x'.repeat(2_000_000))],
  ])('%s', async (_, text) => {
    const loaded = await loadOpenPgp([owned(await text()), owned(publicKey)]);
    expect(loaded.usable).toBe(1);
    expect(loaded.problems).toHaveLength(1);
  });

  it('a weak key, left out and said so', async () => {
    const weak = await gpg.newKey('Weak', 'weak@example.com', { algorithm: 'rsa1024', at: BORN });
    const loaded = await loadOpenPgp([owned(await gpg.publicKey(weak))]);
    expect([loaded.usable, loaded.problems.length]).toStrictEqual([0, 1]);
  });

  it('one key for two people, counts for the first and is said so', async () => {
    const loaded = await loadOpenPgp([owned(publicKey, 'alice'), owned(publicKey, 'bob')]);
    expect([loaded.usable, loaded.problems.length]).toStrictEqual([1, 1]);
    const evidence = await loaded.keys.verify(signed(armor), when);
    expect(evidence.kind === 'good' && evidence.signer.name).toBe('alice');
  });

  it('one key in two sets for one person, no problem', async () => {
    const loaded = await loadOpenPgp([owned(publicKey, 'a', 'x'), owned(publicKey, 'a', 'y')]);
    expect([loaded.usable, loaded.problems]).toStrictEqual([1, []]);
  });

  async function withoutSelfSignature(): Promise<string> {
    const key = await openpgp.readKey({ armoredKey: publicKey });
    for (const user of key.users) user.selfCertifications = [];
    return key.armor();
  }
});
