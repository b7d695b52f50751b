import { createHash } from 'node:crypto';
import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { decodeArmor } from '../../signature/armor.ts';
import { isForgeFingerprint } from '../../signature/forges.ts';
import type { Holder } from '../../signature/index.ts';
import { PACKET, splitPackets } from '../../signature/packets.ts';
import type { Packet } from '../../signature/packets.ts';
import { joinHolders } from './holders.ts';
import type { ImportedHolders } from './holders.ts';
import { readUserId } from './user-id.ts';

/** Packet types besides those that a key and a signature have (RFC 9580 §5). */
const SECRET_KEYS: ReadonlySet<number> = new Set([5, 7]);
const USER_ID = 13;
/** What gpg keeps for itself in a keyring: its own trust, markers, padding. */
const NOT_OF_KEYS: ReadonlySet<number> = new Set([10, 12, 21]);

const BLOCK =
  /-----BEGIN PGP PUBLIC KEY BLOCK-----\n(?:(?!-----)[^\n]*\n)*-----END PGP PUBLIC KEY BLOCK-----/g;

const ARMOR_LINE_LENGTH = 64;

/**
 * Reads a keyring, armored (one block or several) or binary, key by key: the holder of each is the
 * first user id's name, with the addresses of all user ids. Keys of one name are one holder's. What a
 * keyring says of names is the word of whoever made the file; nobody has checked it.
 */
export function readKeyring(bytes: Uint8Array, signerSet: string): Result<ImportedHolders, string> {
  const packets = packetsOf(bytes);
  if (!packets.ok) return packets;
  if (packets.value.some(({ tag }) => SECRET_KEYS.has(tag))) {
    return stopped(
      'it holds a SECRET key; export public keys only, and revoke it if it was shared',
    );
  }
  const keys = keysOf(packets.value);
  if (keys.length === 0) return stopped('it holds no OpenPGP key');
  const holders = keys.map((key) => holderOf(key, signerSet));
  return ok({ holders: joinHolders(holders), problems: [] });
}

function packetsOf(bytes: Uint8Array): Result<readonly Packet[], string> {
  if (((bytes[0] ?? 0) & 0x80) !== 0) return splitPackets(bytes);
  const text = Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n');
  const all: Packet[] = [];
  for (const [block] of text.matchAll(BLOCK)) {
    const binary = decodeArmor(Buffer.from(`${block}\n`, 'latin1'));
    if (!binary.ok) return binary;
    const packets = splitPackets(binary.value);
    if (!packets.ok) return packets;
    all.push(...packets.value);
  }
  return ok(all);
}

function keysOf(packets: readonly Packet[]): readonly (readonly Packet[])[] {
  const keys: Packet[][] = [];
  for (const packet of packets) {
    if (packet.tag === PACKET.publicKey) keys.push([packet]);
    else if (!NOT_OF_KEYS.has(packet.tag)) keys.at(-1)?.push(packet);
  }
  return keys;
}

function holderOf(packets: readonly Packet[], signerSet: string): Holder {
  const ids = packets
    .filter(({ tag }) => tag === USER_ID)
    .map(({ body }) => readUserId(Buffer.from(body).toString('utf8')));
  const fingerprint = fingerprintOf(packets[0]?.body ?? new Uint8Array());
  const emails = ids.flatMap(({ email }) => (email === undefined ? [] : [email]));
  return {
    class: isForgeFingerprint(fingerprint) ? 'forge' : 'person',
    signerSet,
    name: ids[0]?.name ?? fingerprint,
    emails: [...new Set(emails)],
    roles: [],
    life: {},
    keys: [{ material: { kind: 'openpgp', armored: armor(packets) }, life: {} }],
  };
}

/** RFC 9580 §5.5.4, versions 4 and 6; other versions have no place in a SignerSet anyway. */
function fingerprintOf(body: Uint8Array): string {
  const isSix = body[0] === 6;
  const head = Buffer.alloc(isSix ? 5 : 3, isSix ? 0x9b : 0x99);
  if (isSix) head.writeUInt32BE(body.length, 1);
  else head.writeUInt16BE(body.length & 0xffff, 1);
  const hash = createHash(isSix ? 'sha256' : 'sha1')
    .update(head)
    .update(body);
  return hash.digest('hex').toUpperCase();
}

function armor(packets: readonly Packet[]): string {
  const binary = Buffer.concat(packets.flatMap(({ tag, body }) => [headerOf(tag, body), body]));
  const lines = binary.toString('base64').match(new RegExp(`.{1,${ARMOR_LINE_LENGTH}}`, 'g')) ?? [];
  const begin = ['-----BEGIN PGP PUBLIC KEY BLOCK-----', ''];
  return [...begin, ...lines, '-----END PGP PUBLIC KEY BLOCK-----', ''].join('\n');
}

/** The header of today's packet format with a length of five octets (RFC 9580 §4.2.1). */
function headerOf(tag: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(6);
  header[0] = 0xc0 | tag;
  header[1] = 0xff;
  header.writeUInt32BE(body.length, 2);
  return header;
}
