import { ok, stopped } from '../domain/result.ts';
import type { Result } from '../domain/result.ts';

/** The armor header keys of RFC 9580 §6.2.2; all of them are unsigned remarks. */
const HEADER_LINE = /^(?:Version|Comment|MessageID|Hash|Charset|SaltedHash): [\x20-\x7e]{0,200}$/;

const BASE64_LINE = /^[A-Za-z0-9+/]{1,76}={0,2}$/;
const CRC_LINE = /^=[A-Za-z0-9+/]{4}$/;

/**
 * Decodes one OpenPGP armor block whose BEGIN and END lines the commit grammar has checked: known
 * headers, one empty line, canonical base64, an optional right checksum, nothing else (RFC 9580 §6.2).
 * Readers that skip what they do not know leave room for unsigned bytes; this one refuses.
 */
export function decodeArmor(armor: Uint8Array): Result<Uint8Array, string> {
  const lines = Buffer.from(armor).toString('latin1').split('\n').slice(1, -2);
  const blank = lines.indexOf('');
  if (blank === -1) return stopped('no empty line ends its armor headers');
  if (!lines.slice(0, blank).every((line) => HEADER_LINE.test(line))) {
    return stopped('its armor has a header that OpenPGP does not know');
  }
  const body = lines.slice(blank + 1);
  const crc = CRC_LINE.test(body.at(-1) ?? '') ? body.pop() : undefined;
  if (body.length === 0 || !body.every((line) => BASE64_LINE.test(line))) {
    return stopped('its armor holds something else than base64');
  }
  const text = body.join('');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) return stopped('its base64 is not canonical');
  if (crc !== undefined && crc !== `=${crc24(bytes).toString('base64')}`) {
    return stopped('its armor checksum is wrong');
  }
  return ok(bytes);
}

/** RFC 9580 §6.1.1. */
const CRC24_INIT = 0xb704ce;
const CRC24_POLYNOMIAL = 0x1864cfb;

function crc24(bytes: Uint8Array): Buffer {
  let crc = CRC24_INIT;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) {
      crc <<= 1;
      if ((crc & 0x1000000) !== 0) crc ^= CRC24_POLYNOMIAL;
    }
  }
  return Buffer.from([(crc >> 16) & 0xff, (crc >> 8) & 0xff, crc & 0xff]);
}
