import * as openpgp from 'openpgp';
import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';
import { decodeArmor } from './armor.ts';
import { bad } from './evidence.ts';
import type { SignatureEvidence } from './evidence.ts';
import { joinOwners } from './format.ts';
import type { FormatKeys, LoadedFormat, Moment, OwnedKey, SignedBytes } from './format.ts';
import { isForgeFingerprint } from './forges.ts';
import { repairKey } from './left16.ts';
import type { KeyView, SignatureView } from './openpgp-internals.ts';
import { judge, judgeDates } from './openpgp-policy.ts';
import type { Candidate, TrustedKey } from './openpgp-policy.ts';
import { PACKET, revocationReasonOf, signatureTypeOf, splitPackets } from './packets.ts';
import type { Packet } from './packets.ts';
import { judgeAlgorithm, judgeDigest, MIN_RSA_BITS } from './strength.ts';

/** Ours alone: what another part of the process does to the library's own config changes nothing. */
const CONFIG: openpgp.Config = Object.freeze({
  ...openpgp.config,
  minRSABits: MIN_RSA_BITS,
  allowInsecureVerificationWithReformattedKeys: false,
  allowMissingKeyFlags: false,
  enableParsingV5Entities: false,
  ignoreMalformedPackets: false,
  additionalAllowedPackets: [],
  knownNotations: [],
  rejectPublicKeyAlgorithms: new Set(openpgp.config.rejectPublicKeyAlgorithms),
  rejectCurves: new Set(openpgp.config.rejectCurves),
  rejectHashAlgorithms: new Set([openpgp.enums.hash.md5, openpgp.enums.hash.ripemd]),
  rejectMessageHashAlgorithms: new Set([
    openpgp.enums.hash.md5,
    openpgp.enums.hash.ripemd,
    openpgp.enums.hash.sha1,
  ]),
});

const BINARY_DOCUMENT = 0x00;
const KEY_REVOCATION = 0x20;
const SUBKEY_REVOCATION = 0x28;

/** Longest armored key read, in characters. */
const MAX_KEY_LENGTH = 1_048_576;

/**
 * Loads public keys, each pinned by its full primary fingerprint. A key listed twice counts for the
 * first owner, with what all copies say: any copy's revocation revokes. Never throws; a key that
 * cannot be used is a problem for people, and its signatures are `SignerUntrusted`.
 */
export async function loadOpenPgp(owned: readonly OwnedKey<'openpgp'>[]): Promise<LoadedFormat> {
  const byFingerprint = new Map<string, TrustedKey>();
  const usable = new Set<string>();
  const problems: string[] = [];
  for (const one of owned) {
    const read = await readKey(one);
    const { name, signerSet } = one.owner;
    const whose = `OpenPGP key of ${name} in SignerSet ${signerSet}`;
    if (!read.ok) {
      problems.push(`${whose} is not used: ${read.stop}`);
      continue;
    }
    const weak = judgeAlgorithm(read.value.key.keyPacket);
    if (weak !== undefined) problems.push(`${whose} is not used: ${weak.detail}`);
    else usable.add(read.value.fingerprint);
    const { fingerprint } = read.value;
    const known = byFingerprint.get(fingerprint);
    const joined = known === undefined ? read.value : await join(known, read.value);
    if (known !== undefined && known.owner.name !== name) {
      const both = `${known.owner.name} and ${name}`;
      problems.push(`${whose} is listed for ${both} and counts for ${joined.owner.name}`);
    }
    byFingerprint.set(fingerprint, joined);
  }
  return { keys: new OpenPgpKeys(byFingerprint.values()), usable: usable.size, problems };
}

class OpenPgpKeys implements FormatKeys {
  /** By the 8 octets a signature names its key by: a way to find candidates, nothing more. */
  readonly #byKeyId = new Map<string, Candidate[]>();

  constructor(keys: Iterable<TrustedKey>) {
    for (const trusted of keys) {
      const packets = [trusted.key.keyPacket, ...trusted.key.subkeys.map((one) => one.keyPacket)];
      for (const packet of packets) {
        const id = packet.getKeyID().bytes;
        this.#byKeyId.set(id, [...(this.#byKeyId.get(id) ?? []), { trusted, packet }]);
      }
    }
  }

  async verify({ armor, payload }: SignedBytes, when: Moment): Promise<SignatureEvidence> {
    const binary = decodeArmor(armor);
    if (!binary.ok) return bad('CommitMalformed', binary.stop);
    const read = await readSignature(binary.value);
    if (!read.ok) return bad('SignatureFormatUnsupported', read.stop);
    const signature = read.value;
    const refused = judgeDigest(signature) ?? judgeDates(signature, when);
    if (refused !== undefined) return refused;
    const message = await openpgp.createMessage({ binary: payload });
    const literal = message.packets.findPacket(openpgp.enums.packet.literalData) ?? {};
    const createdAt = signature.created?.getTime() ?? when.at;
    const asked = { signature, createdAt, literal, when, config: CONFIG };
    let answer: SignatureEvidence = bad(
      'SignerUntrusted',
      `no SignerSet lists ${nameOf(signature)}`,
      nameOf(signature),
    );
    for (const candidate of this.#candidates(signature)) {
      answer = await judge(candidate, asked);
      if (answer.kind === 'good') return answer;
    }
    return answer;
  }

  #candidates(signature: SignatureView): readonly Candidate[] {
    const named = signature.issuerFingerprint;
    const fingerprint = named === null ? undefined : Buffer.from(named).toString('hex');
    const found = this.#byKeyId.get(signature.issuerKeyID.bytes) ?? [];
    // Eight octets can be made to collide; where the signature names the whole fingerprint, it counts.
    return found.filter(
      ({ packet }) => fingerprint === undefined || packet.getFingerprint() === fingerprint,
    );
  }
}

async function readSignature(binary: Uint8Array): Promise<Result<SignatureView, string>> {
  const packets = splitPackets(binary);
  if (!packets.ok) return packets;
  const [only, ...more] = packets.value;
  // One good signature beside another that is not checked is how signatures get smuggled.
  if (only?.tag !== PACKET.signature || more.length > 0) {
    return stopped('it is not exactly one signature packet');
  }
  if (signatureTypeOf(only) !== BINARY_DOCUMENT) {
    return stopped('it does not sign exact bytes (a text-mode signature, or one of another kind)');
  }
  try {
    const read = await openpgp.readSignature({ binarySignature: binary, config: CONFIG });
    const packet: unknown = read.packets[0];
    if (packet instanceof openpgp.SignaturePacket && packet.created !== null) {
      return ok(packet as unknown as SignatureView); // Our view of the pinned version; a test checks it.
    }
    return stopped('its version or algorithm is not supported');
  } catch {
    return stopped('its packet cannot be read');
  }
}

async function readKey({
  material: { armored },
  owner,
}: OwnedKey<'openpgp'>): Promise<Result<TrustedKey, string>> {
  if (armored.length > MAX_KEY_LENGTH) return stopped(`it is longer than ${MAX_KEY_LENGTH}`);
  try {
    const [found, ...more] = await openpgp.readKeys({ armoredKeys: armored, config: CONFIG });
    if (found === undefined || more.length > 0) return stopped('the text holds more than one key');
    if (found.isPrivate()) return stopped('it is a PRIVATE key; revoke it and publish a new one');
    const packets = await packetsOf(armored);
    if (!packets.ok) return packets;
    const key = found as unknown as KeyView; // Our view of the pinned version; a test checks it.
    await repairKey(key);
    // Whatever the time: a key without a valid self-signature will never verify anything. A weak key
    // is kept nevertheless, so that its signatures are called weak and not unknown.
    if (judgeAlgorithm(key.keyPacket) === undefined) {
      await key.getPrimarySelfSignature(null, undefined, CONFIG);
    }
    const revoked = revokedIn(key, packets.value);
    if (!revoked.ok) return revoked;
    const fingerprint = key.getFingerprint().toUpperCase();
    const holder = isForgeFingerprint(fingerprint) ? { ...owner, class: 'forge' as const } : owner;
    return ok({ key, owner: holder, fingerprint, ...revoked.value });
  } catch (error) {
    return stopped(error instanceof Error ? error.message : 'it cannot be read');
  }
}

async function packetsOf(armored: string): Promise<Result<readonly Packet[], string>> {
  const { data } = await openpgp.unarmor(armored, CONFIG);
  const binary: unknown = data;
  return binary instanceof Uint8Array ? splitPackets(binary) : stopped('it cannot be unpacked');
}

/**
 * Fingerprints that carry a revocation, whoever made it and whenever: SignerSets are edited by people
 * who can take a wrong one out, while a revocation that is overlooked lets a thief sign.
 */
function revokedIn(
  key: KeyView,
  packets: readonly Packet[],
): Result<Pick<TrustedKey, 'revoked' | 'compromised'>, string> {
  const count = (type: number): number =>
    packets.filter((one) => one.tag === PACKET.signature && signatureTypeOf(one) === type).length;
  const revoked = new Set<string>();
  if (count(KEY_REVOCATION) > 0) revoked.add(key.getFingerprint());
  const subkeys = key.subkeys.filter((one) => one.revocationSignatures.length > 0);
  for (const subkey of subkeys) revoked.add(subkey.keyPacket.getFingerprint());
  const seen = subkeys.reduce((sum, one) => sum + one.revocationSignatures.length, 0);
  // The library drops packets it cannot read, a revocation of version 3 too.
  if (seen < count(SUBKEY_REVOCATION)) return stopped('a revocation of a subkey cannot be read');
  const reasons = packets.flatMap(revocationReasonOf);
  return ok({ revoked, compromised: revoked.size > 0 && reasons.some(isHard) });
}

/** Superseded (1) and retired (3) leave what was signed before standing; all else does not (RFC 9580 §5.2.3.31). */
function isHard(reason: number): boolean {
  return reason !== 1 && reason !== 3;
}

/** Both copies of one key as one. Should they not fit together, the first one and every revocation count. */
async function join(known: TrustedKey, copy: TrustedKey): Promise<TrustedKey> {
  const revoked = new Set([...known.revoked, ...copy.revoked]);
  const compromised = known.compromised || copy.compromised;
  const owner = joinOwners(known.owner, copy.owner);
  try {
    const key = await known.key.update(copy.key, null, CONFIG);
    return { ...known, owner, key, revoked, compromised };
  } catch {
    return { ...known, owner, revoked, compromised };
  }
}

function nameOf(signature: SignatureView): string {
  const { issuerFingerprint, issuerKeyID } = signature;
  if (issuerFingerprint !== null)
    return Buffer.from(issuerFingerprint).toString('hex').toUpperCase();
  return issuerKeyID.bytes === '' ? 'its key, which it does not name' : issuerKeyID.toHex();
}
