import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';

/** One OpenPGP packet: its type and its body, unread. */
export type Packet = Readonly<{ tag: number; body: Uint8Array }>;

/** Packet types this module's callers ask for (RFC 9580 §5). */
export const PACKET = { signature: 2, publicKey: 6 } as const;

/** Most packets of one input; keys of well-connected people carry some thousand certifications. */
const MAX_PACKETS = 20_000;

type Length = Readonly<{ start: number; end: number }>;

/** Splits binary OpenPGP data into packets of definite length; every byte must belong to one (RFC 9580 §4.2). */
export function splitPackets(bytes: Uint8Array): Result<readonly Packet[], string> {
  const packets: Packet[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (packets.length >= MAX_PACKETS) return stopped(`it has more than ${MAX_PACKETS} packets`);
    const first = bytes[at] ?? 0;
    if ((first & 0x80) === 0) return stopped('it holds bytes that are no packet');
    const modern = (first & 0x40) !== 0;
    const length = modern ? newLength(bytes, at + 1) : oldLength(bytes, at + 1, first & 0x03);
    if (length === undefined || length.end > bytes.length) {
      return stopped('a packet has no definite length or is cut off');
    }
    const tag = modern ? first & 0x3f : (first >> 2) & 0x0f;
    packets.push({ tag, body: bytes.subarray(length.start, length.end) });
    at = length.end;
  }
  return ok(packets);
}

/** The type octet of a signature packet of version 3, 4, 5 or 6. */
export function signatureTypeOf(packet: Packet): number | undefined {
  return packet.body[0] === 3 ? packet.body[2] : packet.body[1];
}

/** "Reason for Revocation" (RFC 9580 §5.2.3.31). */
const REASON_SUBPACKET = 29;

const REVOCATIONS: ReadonlySet<number | undefined> = new Set([0x20, 0x28]);

/**
 * The reasons that a revocation packet gives in its hashed part: none for other packets, 0 ("no reason")
 * where it gives none or is of a version without subpackets.
 */
export function revocationReasonOf(packet: Packet): readonly number[] {
  if (packet.tag !== PACKET.signature || !REVOCATIONS.has(signatureTypeOf(packet))) return [];
  const { body } = packet;
  const [version] = body;
  if (version === 3) return [0];
  const wide = version === 6;
  const start = wide ? 8 : 6;
  const length = bigEndian(body.subarray(4, start));
  const end = Math.min(start + length, body.length);
  for (let at = start; at < end;) {
    const found = newLength(body, at);
    if (found === undefined || found.end > end) return [0];
    if (((body[found.start] ?? 0) & 0x7f) === REASON_SUBPACKET) return [body[found.start + 1] ?? 0];
    at = found.end;
  }
  return [0];
}

function newLength(bytes: Uint8Array, at: number): Length | undefined {
  const first = bytes[at];
  if (first === undefined || (first >= 224 && first < 255)) return undefined;
  if (first < 192) return span(at + 1, first);
  const second = bytes[at + 1] ?? 0;
  if (first < 224) return span(at + 2, ((first - 192) << 8) + second + 192);
  return span(at + 5, bigEndian(bytes.subarray(at + 1, at + 5)));
}

function oldLength(bytes: Uint8Array, at: number, kind: number): Length | undefined {
  const octets = [1, 2, 4][kind];
  if (octets === undefined) return undefined;
  return span(at + octets, bigEndian(bytes.subarray(at, at + octets)));
}

function span(start: number, length: number): Length {
  return { start, end: start + length };
}

function bigEndian(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}
