import type { Instant } from '../domain/clock.ts';
import { bad, signerOf } from './evidence.ts';
import type { BadSignature, SignatureEvidence } from './evidence.ts';
import type { KeyOwner, Moment } from './format.ts';
import { judgeLife } from './life.ts';
import { repairLeft16 } from './left16.ts';
import type { KeyPacketView, KeyView, SignatureView } from './openpgp-internals.ts';
import { judgeAlgorithm } from './strength.ts';

/**
 * A trusted key with what its owner says of it. `fingerprint` is the primary's, in capitals; `revoked`
 * holds fingerprints, the primary's or subkeys', and `compromised` tells that one was revoked for good.
 */
export type TrustedKey = Readonly<{
  key: KeyView;
  owner: KeyOwner;
  fingerprint: string;
  revoked: ReadonlySet<string>;
  compromised: boolean;
}>;

/** One key that the signature may be by: a trusted key's primary or one of its subkeys. */
export type Candidate = Readonly<{ trusted: TrustedKey; packet: KeyPacketView }>;

/** A signature, what it is said to sign, and the moment of decision. */
export type Question = Readonly<{
  signature: SignatureView;
  createdAt: Instant;
  literal: object;
  when: Moment;
  config: object;
}>;

/** How far a signer's clock may be ahead of ours. */
export const MAX_CLOCK_SKEW_MS = 5 * 60_000;

const BINARY_DOCUMENT = 0x00;

/** What the signature's own dates say against it. Dates are the signer's claims: they can only refuse. */
export function judgeDates(
  signature: SignatureView,
  { at, firstSeen }: Moment,
): BadSignature | undefined {
  const created = signature.created?.getTime() ?? Number.POSITIVE_INFINITY;
  if (created > at + MAX_CLOCK_SKEW_MS) {
    return bad('SignatureInvalid', 'it is dated in the future; correct the clock of the signer');
  }
  const lifeSeconds = signature.signatureExpirationTime ?? 0;
  if (!signature.signatureNeverExpires && created + lifeSeconds * 1_000 <= firstSeen) {
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
  const { owner, fingerprint } = trusted;
  return {
    ...{ kind: 'good', format: 'openpgp', signer: signerOf(owner, fingerprint) },
    ...{ emails: owner.emails, roles: owner.roles, keyId, createdAt: asked.createdAt },
  };
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

async function judgeKey(candidate: Candidate, asked: Question): Promise<BadSignature | undefined> {
  const { trusted, packet } = candidate;
  const { key, owner, fingerprint, revoked, compromised } = trusted;
  const mine = packet.getFingerprint();
  const whose = `key ${fingerprint} of ${owner.name}`;
  if (revoked.has(key.getFingerprint()) || revoked.has(mine)) {
    const detail = `${whose} carries a revocation; sign with another key`;
    return { ...bad('KeyRevoked', detail, fingerprint), compromised };
  }
  const refused = judgeLife(owner, fingerprint, asked.when);
  if (refused !== undefined) return { ...refused, key: fingerprint };
  // As it is now, so that a renewal counts. First sight softens an end that came since, nothing else.
  const now = await signingKeyAt(atLeast(asked.when.at, asked), candidate, asked);
  if (now === mine) return undefined;
  const ended = now instanceof Error && (await isExpired(key, mine, asked.when.at, asked));
  const found = ended ? await signingKeyAt(moment(asked), candidate, asked) : now;
  if (found === mine) return undefined;
  if (ended) {
    const detail = `${whose} has expired; renew it and update the SignerSet`;
    return bad('KeyExpired', detail, fingerprint);
  }
  return found instanceof Error
    ? bad('SignerUntrusted', `${whose} may not sign: ${textOf(found)}`, fingerprint)
    : bad('SignerUntrusted', `${whose} has another subkey with the same id`);
}

/** The fingerprint of the key that may sign under this id at a moment, or why none may. */
async function signingKeyAt(
  date: Date,
  { trusted, packet }: Candidate,
  { config }: Question,
): Promise<string | Error> {
  try {
    const found = await trusted.key.getSigningKey(packet.getKeyID(), date, undefined, config);
    return found.getFingerprint();
  } catch (error) {
    return error instanceof Error ? error : new Error('the library gave no reason');
  }
}

async function isExpired(
  key: KeyView,
  fingerprint: string,
  at: Instant,
  asked: Question,
): Promise<boolean> {
  const subkey = key.subkeys.find((one) => one.keyPacket.getFingerprint() === fingerprint);
  const ends = [
    await key.getExpirationTime(undefined, asked.config),
    (await subkey?.getExpirationTime(null, asked.config)) ?? Number.POSITIVE_INFINITY,
  ];
  const now = atLeast(at, asked).getTime();
  return ends.some((end) => end !== null && end.valueOf() <= now);
}

/** First sight, or the signature's own date where the signer's clock is a little ahead. */
function moment(asked: Question): Date {
  return atLeast(asked.when.firstSeen, asked);
}

function atLeast(at: Instant, { createdAt }: Question): Date {
  return new Date(Math.max(at, createdAt));
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : 'the library gave no reason';
}
