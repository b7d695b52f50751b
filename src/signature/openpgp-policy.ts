import type { Instant } from '../domain/clock.ts';
import type { Signer } from '../domain/proof.ts';
import { bad } from './evidence.ts';
import type { BadSignature, SignatureEvidence } from './evidence.ts';
import { repairLeft16 } from './left16.ts';
import type { KeyPacketView, KeyView, SignatureView } from './openpgp-internals.ts';
import { judgeAlgorithm } from './strength.ts';

/** A trusted key with what its owner says of it. `revoked` holds fingerprints, the primary's or subkeys'. */
export type TrustedKey = Readonly<{ key: KeyView; signer: Signer; revoked: ReadonlySet<string> }>;

/** One key that the signature may be by: a trusted key's primary or one of its subkeys. */
export type Candidate = Readonly<{ trusted: TrustedKey; packet: KeyPacketView }>;

/** A signature, what it is said to sign, and the moment of decision. */
export type Question = Readonly<{
  signature: SignatureView;
  createdAt: Instant;
  literal: object;
  at: Instant;
  config: object;
}>;

/** How far a signer's clock may be ahead of ours. */
export const MAX_CLOCK_SKEW_MS = 5 * 60_000;

const BINARY_DOCUMENT = 0x00;

/** What the signature's own dates say against it. Dates are the signer's claims: they can only refuse. */
export function judgeDates(signature: SignatureView, at: Instant): BadSignature | undefined {
  const created = signature.created?.getTime() ?? Number.POSITIVE_INFINITY;
  if (created > at + MAX_CLOCK_SKEW_MS) {
    return bad('SignatureInvalid', 'it is dated in the future; correct the clock of the signer');
  }
  const lifeSeconds = signature.signatureExpirationTime ?? 0;
  if (!signature.signatureNeverExpires && created + lifeSeconds * 1_000 <= at) {
    return bad('SignatureInvalid', 'it has expired; sign the commit again');
  }
  return undefined;
}

/**
 * Judges a signature by one key, first the bytes, then the key, as of the moment of decision: a date
 * before the key's expiry or revocation proves nothing, for whoever has the key chooses the date.
 */
export async function judge(candidate: Candidate, asked: Question): Promise<SignatureEvidence> {
  const { trusted, packet } = candidate;
  const weak = judgeAlgorithm(packet) ?? judgeAlgorithm(trusted.key.keyPacket);
  if (weak !== undefined) return weak;
  const unfit = await judgeBytes(packet, asked);
  if (unfit !== undefined) return unfit;
  const refused = await judgeKey(candidate, asked);
  if (refused !== undefined) return refused;
  const keyId = packet.getKeyID().toHex().toUpperCase();
  return { kind: 'good', signer: trusted.signer, keyId, createdAt: asked.createdAt };
}

async function judgeBytes(
  packet: KeyPacketView,
  asked: Question,
): Promise<BadSignature | undefined> {
  const { signature, literal, config } = asked;
  if (asked.createdAt < packet.created.getTime()) {
    return bad('SignatureInvalid', 'it is dated before its key was made');
  }
  await repairLeft16(signature, literal, true);
  try {
    await signature.verify(packet, BINARY_DOCUMENT, literal, moment(asked), true, config);
    return undefined;
  } catch (error) {
    return bad('SignatureInvalid', `it does not fit the commit: ${textOf(error)}`);
  }
}

async function judgeKey(
  { trusted, packet }: Candidate,
  asked: Question,
): Promise<BadSignature | undefined> {
  const { key, signer, revoked } = trusted;
  const mine = packet.getFingerprint();
  const whose = `key ${signer.fingerprint} of ${signer.name}`;
  if (revoked.has(key.getFingerprint()) || revoked.has(mine)) {
    return bad('KeyRevoked', `${whose} carries a revocation; sign with another key`);
  }
  try {
    const found = await key.getSigningKey(
      packet.getKeyID(),
      moment(asked),
      undefined,
      asked.config,
    );
    if (found.getFingerprint() === mine) return undefined;
    return bad('SignerUntrusted', `${whose} has another subkey with the same id`);
  } catch (error) {
    if (await isExpired(key, mine, asked)) {
      return bad('KeyExpired', `${whose} has expired; renew it and update the SignerSet`);
    }
    return bad('SignerUntrusted', `${whose} may not sign: ${textOf(error)}`);
  }
}

async function isExpired(key: KeyView, fingerprint: string, asked: Question): Promise<boolean> {
  const subkey = key.subkeys.find((one) => one.keyPacket.getFingerprint() === fingerprint);
  const ends = [
    await key.getExpirationTime(undefined, asked.config),
    (await subkey?.getExpirationTime(null, asked.config)) ?? Number.POSITIVE_INFINITY,
  ];
  const now = moment(asked).getTime();
  return ends.some((end) => end !== null && end.valueOf() <= now);
}

/** The decision, or the signature's own date where the signer's clock is a little ahead. */
function moment(asked: Question): Date {
  return new Date(Math.max(asked.at, asked.createdAt));
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : 'the library gave no reason';
}
