import { isUtf8 } from 'node:buffer';
import type { Instant } from '../../domain/clock.ts';

type Check = Readonly<{ holds: (body: Uint8Array) => boolean; wrong: string }>;

const INTEGER = { holds: isShortestInteger, wrong: 'a number that is not in its shortest form' };
const BIT_STRING = { holds: isBitString, wrong: 'a bad bit string' };
const BOOLEAN = { holds: isBoolean, wrong: 'a bad boolean' };
const NULL = { holds: (body: Uint8Array) => body.length === 0, wrong: 'a null that is not empty' };
const OID = {
  holds: (body: Uint8Array) => decodeOid(body) !== undefined,
  wrong: 'a bad object identifier',
};
const UTF8 = { holds: isUtf8, wrong: 'text that is not UTF-8' };
const PIECES = { holds: () => false, wrong: 'a sequence that is not constructed' };
const timeOfTag = (tag: number): Check => ({
  holds: (body) => decodeTime(tag, body) !== undefined,
  wrong: 'a time that is not in UTC seconds',
});

/** By universal identifier octet; ENUMERATED (10) is written like INTEGER. */
const CHECKS: ReadonlyMap<number, Check> = new Map<number, Check>([
  [0x01, BOOLEAN],
  [0x02, INTEGER],
  [0x03, BIT_STRING],
  [0x05, NULL],
  [0x06, OID],
  [0x0a, INTEGER],
  [0x0c, UTF8],
  [0x10, PIECES],
  [0x11, PIECES],
  [0x17, timeOfTag(0x17)],
  [0x18, timeOfTag(0x18)],
]);

/** What makes the contents of a universal primitive something else than DER (X.690 §8, §11), if anything. */
export function judgePrimitive(tag: number, body: Uint8Array): string | undefined {
  const check = CHECKS.get(tag);
  return check === undefined || check.holds(body) ? undefined : `it has ${check.wrong}`;
}

/** Highest octets of one arc; every arc in use has fewer. */
const MAX_ARC_OCTETS = 5;

/** The dotted form of an object identifier; nothing when it is not canonical (X.690 §8.19). */
export function decodeOid(body: Uint8Array): string | undefined {
  const arcs: number[] = [];
  let arc = 0;
  let octets = 0;
  for (const octet of body) {
    if (octets === 0 && octet === 0x80) return undefined;
    octets += 1;
    if (octets > MAX_ARC_OCTETS) return undefined;
    arc = arc * 128 + (octet & 0x7f);
    if ((octet & 0x80) !== 0) continue;
    arcs.push(arc);
    [arc, octets] = [0, 0];
  }
  const first = arcs.shift();
  if (first === undefined || octets !== 0) return undefined;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...arcs].join('.');
}

const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** A UTCTime or GeneralizedTime in the only forms of RFC 5280 §4.1.2.5. */
export function decodeTime(tag: number, body: Uint8Array): Instant | undefined {
  const text = Buffer.from(body).toString('latin1');
  const century = tag === 0x18 ? '' : text < '50' ? '20' : '19';
  const parts = TIME.exec(century + text)
    ?.slice(1)
    .map(Number);
  if (parts === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const instant = Date.UTC(year, month - 1, day, hour, minute, second);
  const again = new Date(instant).toISOString().replace(/\D/g, '').slice(0, 14);
  return again === parts.map((part, at) => String(part).padStart(at === 0 ? 4 : 2, '0')).join('')
    ? instant
    : undefined;
}

function isBoolean([value, ...more]: Uint8Array): boolean {
  return (value === 0 || value === 0xff) && more.length === 0;
}

function isShortestInteger([first, second]: Uint8Array): boolean {
  if (first === undefined) return false;
  if (second === undefined) return true;
  return !(first === 0 && second < 0x80) && !(first === 0xff && second >= 0x80);
}

/** Unused bits are zero. */
function isBitString(body: Uint8Array): boolean {
  const unused = body[0] ?? 8;
  if (body.length === 1) return unused === 0;
  return unused < 8 && ((body.at(-1) ?? 0) & ((1 << unused) - 1)) === 0;
}
