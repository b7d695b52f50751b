import * as openpgp from 'openpgp';
import { commitText } from '../judgement.ts';

// Signatures and keys that gpg refuses to make.

/** A signature packet over the plain commit by this key, whatever its flags; names `id` instead of itself where given. */
export async function signWith(secret: openpgp.PrivateKey, id?: Uint8Array): Promise<Uint8Array> {
  const packet = new openpgp.SignaturePacket();
  packet.signatureType = openpgp.enums.signature.binary;
  packet.hashAlgorithm = openpgp.enums.hash.sha256;
  packet.publicKeyAlgorithm = secret.keyPacket.algorithm;
  const message = await openpgp.createMessage({ binary: commitText() });
  const sign: unknown = Reflect.get(packet, 'sign');
  if (typeof sign !== 'function') throw new Error('cannot sign');
  const asked = [secret.keyPacket, message.packets[0], new Date(), true, openpgp.config];
  await Reflect.apply(sign, packet, asked);
  const list = new openpgp.PacketList<openpgp.SignaturePacket>();
  list.push(packet);
  const bytes = Buffer.from(list.write());
  return id === undefined ? bytes : withoutFingerprint(bytes, secret.getKeyID().toHex(), id);
}

function withoutFingerprint(bytes: Buffer, own: string, id: Uint8Array): Buffer {
  const mine = Buffer.from(own, 'hex');
  for (let at = bytes.indexOf(mine); at !== -1; at = bytes.indexOf(mine, at + 1)) {
    Buffer.from(id).copy(bytes, at);
  }
  // An unknown, uncritical subpacket type where the issuer fingerprint (33) was.
  const fingerprint = bytes.indexOf(Buffer.from([22, 33, 4]));
  if (fingerprint !== -1) bytes[fingerprint + 1] = 100;
  return bytes;
}

/** A signature whose unhashed key id is another's; the fingerprint it names stays. */
export async function renamedIssuer(armor: string, own: string, other: string): Promise<string> {
  const written: unknown = (await openpgp.readSignature({ armoredSignature: armor })).write();
  if (!(written instanceof Uint8Array)) throw new Error('a stream instead of bytes');
  const bytes = Buffer.from(written);
  const id = (fingerprint: string): Buffer => Buffer.from(fingerprint.slice(-16), 'hex');
  // The unhashed subpacket (9 octets, type 16) is the last mention of the key id.
  const subpacket = bytes.lastIndexOf(Buffer.concat([Buffer.from([9, 16]), id(own)]));
  id(other).copy(bytes, subpacket + 2);
  return armoredSignature(bytes);
}

/** One's public key with a signing subkey of somebody else, and a signature by that subkey. */
export async function graftedKey(
  mine: openpgp.PrivateKey,
  theirs: openpgp.PrivateKey,
): Promise<Readonly<{ armored: string; signature: string }>> {
  const other = await theirs.addSubkey({ type: 'ecc', sign: true });
  const signing = other.subkeys.at(-1);
  if (signing === undefined) throw new Error('no subkey');
  const packets = mine.toPublic().toPacketList();
  const subkeys = other.toPublic().subkeys;
  packets.push(...subkeys.flatMap((one) => [one.keyPacket, ...one.bindingSignatures]));
  const signature = await openpgp.sign({
    message: await openpgp.createMessage({ binary: commitText() }),
    signingKeys: other,
    signingKeyIDs: signing.getKeyID(),
    detached: true,
  });
  const armored = new openpgp.PublicKey(packets).armor();
  return { armored, signature: signature.replaceAll('\r', '') };
}

/** The armor of signature packets, with the line ends of Git. */
export function armoredSignature(bytes: Uint8Array): string {
  return openpgp.armor(openpgp.enums.armor.signature, bytes).replaceAll('\r', '');
}
