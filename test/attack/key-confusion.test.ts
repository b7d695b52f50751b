import * as openpgp from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadKeyring } from '../../src/signature/index.ts';
import type { Keyring } from '../../src/signature/index.ts';
import { GpgHome } from '../support/gpg.ts';
import type { GpgKey } from '../support/gpg.ts';
import { withSignature } from '../support/repo-builder.ts';
import { person, trustIn } from '../support/trust.ts';
import { commitText, evidenceOf, judge, keyringOf, signedCommit } from './judgement.ts';

// Somebody else's key that looks like a trusted one: the same name and mail, the same key id, or
// grafted on as a subkey. The naive readers trust a user id, or the key id that a signature names.

const EMBEDDED_SIGNATURE = 32;

let gpg: GpgHome;
let alice: GpgKey;
let mallory: GpgKey;
let keyring: Keyring;
beforeAll(async () => {
  gpg = await GpgHome.create();
  alice = await gpg.newKey('Alice', 'alice@example.com');
  const other = await GpgHome.create();
  mallory = await other.newKey('Alice', 'alice@example.com');
  keyring = await keyringOf(alice);
});
afterAll(async () => {
  await mallory.home.remove();
  await gpg.remove();
});

async function only(armored: string): Promise<Keyring> {
  return (await loadKeyring(trustIn(person('Alice', [armored])))).keyring;
}

async function keyObject(key: GpgKey): Promise<openpgp.PrivateKey> {
  return openpgp.readPrivateKey({ armoredKey: await key.home.secretKey(key) });
}

describe('key confusion', () => {
  it('a signature of Alice, good and in her name', async () => {
    const evidence = await evidenceOf(await signedCommit(alice), keyring);
    expect(evidence).toMatchObject({
      kind: 'good',
      signer: { class: 'person', name: 'Alice', signerSet: 'team', fingerprint: alice.fingerprint },
      keyId: alice.fingerprint.slice(-16),
    });
  });

  it('another key with the same name and mail, untrusted', async () => {
    const bytes = await signedCommit(mallory);
    const claimed = await openpgp.readKey({ armoredKey: await mallory.home.publicKey(mallory) });
    expect(claimed.getUserIDs()).toStrictEqual(['Alice <alice@example.com>']); // Naive: trusts this.
    expect(await judge(bytes, keyring)).toBe('SignerUntrusted');
  });

  it("Mallory's signature under Alice's key id, never good", async () => {
    const id = Buffer.from(alice.fingerprint.slice(-16), 'hex');
    const mine = Buffer.from(mallory.fingerprint.slice(-16), 'hex');
    const armor = await mallory.home.sign(mallory, commitText());
    const packet = bytesOf(await openpgp.readSignature({ armoredSignature: armor }));
    // The unhashed subpacket (10 octets, type 16) is the last mention of the key id.
    const subpacket = packet.lastIndexOf(Buffer.concat([Buffer.from([9, 16]), mine]));
    id.copy(packet, subpacket + 2);
    const forged = await openpgp.readSignature({ binarySignature: packet });
    expect(forged.getSigningKeyIDs()[0]?.toHex()).toBe(id.toString('hex')); // Naive: trusts this.
    const again = openpgp.armor(openpgp.enums.armor.signature, packet).replaceAll('\r', '');
    // The signature still names Mallory's whole fingerprint, which nobody lists.
    expect(await judge(withSignature(commitText(), again), keyring)).toBe('SignerUntrusted');
  });

  it('the same without the fingerprint, the bytes do not fit', async () => {
    const id = Buffer.from(alice.fingerprint.slice(-16), 'hex');
    const secret = await keyObject(mallory);
    const signature = await signatureWithoutFingerprint(secret, id);
    expect(await judge(withSignature(commitText(), signature), keyring)).toBe('SignatureInvalid');
  });

  it("Mallory's subkey grafted on Alice's key, left out", async () => {
    const [mine, theirs] = [await keyObject(alice), await keyObject(mallory)];
    const other = await theirs.addSubkey({ type: 'ecc', sign: true });
    const signing = other.subkeys.at(-1);
    if (signing === undefined) throw new Error('no subkey');
    const packets = mine.toPublic().toPacketList();
    packets.push(
      ...other.toPublic().subkeys.flatMap((one) => [one.keyPacket, ...one.bindingSignatures]),
    );
    const grafted = new openpgp.PublicKey(packets);
    expect(grafted.getKeys(signing.getKeyID())).toHaveLength(1); // Naive: finds it, and trusts it.
    const armor = await openpgp.sign({
      message: await openpgp.createMessage({ binary: commitText() }),
      signingKeys: other,
      signingKeyIDs: signing.getKeyID(),
      detached: true,
    });
    const bytes = withSignature(commitText(), armor.replaceAll('\r', ''));
    expect(await judge(bytes, await only(grafted.armor()))).toBe('SignerUntrusted');
  });

  it('a subkey without the signature back, left out', async () => {
    const owner = await gpg.newKey('Oscar', 'oscar@example.com', { usage: 'cert' });
    await gpg.addSubkey(owner);
    const bytes = await signedCommit(owner);
    const whole = await gpg.publicKey(owner);
    expect(await judge(bytes, await only(whole))).toBe('good');
    const stripped = await openpgp.readKey({ armoredKey: whole });
    for (const binding of stripped.subkeys.flatMap((one) => one.bindingSignatures)) {
      const before = binding.unhashedSubpackets.length;
      binding.unhashedSubpackets = binding.unhashedSubpackets.filter(
        ({ type }) => type !== EMBEDDED_SIGNATURE,
      );
      expect(binding.unhashedSubpackets.length).toBeLessThan(before);
    }
    expect(await judge(bytes, await only(stripped.armor()))).toBe('SignerUntrusted');
  });

  it('a key that may only certify, refused', async () => {
    const certifier = await gpg.newKey('Carol', 'carol@example.com', { usage: 'cert' });
    const secret = await keyObject(certifier);
    const armor = await signatureOfAnyKey(secret);
    const bytes = withSignature(commitText(), armor);
    expect(await judge(bytes, await keyringOf(certifier))).toBe('SignerUntrusted');
  });

  it('a signing subkey of Alice, good in the name of the primary key', async () => {
    const owner = await gpg.newKey('Olive', 'olive@example.com', { usage: 'cert' });
    await gpg.addSubkey(owner);
    const evidence = await evidenceOf(await signedCommit(owner), await keyringOf(owner));
    expect(evidence).toMatchObject({ kind: 'good', signer: { fingerprint: owner.fingerprint } });
    expect(evidence.kind === 'good' && evidence.keyId).not.toBe(owner.fingerprint.slice(-16));
  });
});

/** Signs with the primary key whatever its flags say. */
async function signatureOfAnyKey(secret: openpgp.PrivateKey): Promise<string> {
  return armorOf(await signPacket(secret, undefined));
}

/** Signs with a key but names another key id, and no fingerprint. */
async function signatureWithoutFingerprint(
  secret: openpgp.PrivateKey,
  id: Uint8Array,
): Promise<string> {
  return armorOf(await signPacket(secret, id));
}

async function signPacket(
  secret: openpgp.PrivateKey,
  id: Uint8Array | undefined,
): Promise<Uint8Array> {
  const packet = new openpgp.SignaturePacket();
  packet.signatureType = openpgp.enums.signature.binary;
  packet.hashAlgorithm = openpgp.enums.hash.sha256;
  packet.publicKeyAlgorithm = secret.keyPacket.algorithm;
  const message = await openpgp.createMessage({ binary: commitText() });
  const literal = message.packets[0];
  // The fields below are what the library's own signing sets; a key id of ours goes in at the end.
  const sign: unknown = Reflect.get(packet, 'sign');
  if (typeof sign !== 'function' || literal === undefined) throw new Error('cannot sign');
  await Reflect.apply(sign, packet, [secret.keyPacket, literal, new Date(), true, openpgp.config]);
  const list = new openpgp.PacketList<openpgp.SignaturePacket>();
  list.push(packet);
  const bytes = Buffer.from(list.write());
  if (id === undefined) return bytes;
  const own = Buffer.from(secret.getKeyID().toHex(), 'hex');
  for (let at = bytes.indexOf(own); at !== -1; at = bytes.indexOf(own, at + 1)) {
    Buffer.from(id).copy(bytes, at);
  }
  // An unknown, uncritical subpacket type where the issuer fingerprint (33) was.
  const fingerprint = bytes.indexOf(Buffer.from([22, 33, 4]));
  if (fingerprint !== -1) bytes[fingerprint + 1] = 100;
  return bytes;
}

function armorOf(bytes: Uint8Array): string {
  return openpgp.armor(openpgp.enums.armor.signature, bytes).replaceAll('\r', '');
}

function bytesOf(signature: openpgp.Signature): Buffer {
  const written: unknown = signature.write();
  if (!(written instanceof Uint8Array)) throw new Error('a stream instead of bytes');
  return Buffer.from(written);
}
