import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { MAX_DER_BYTES } from './der.ts';

const BASE64_LINE = /^[A-Za-z0-9+/]{1,76}={0,2}$/;

/** Longest armor read: base64 of the longest DER, with its line ends. */
const MAX_ARMOR_BYTES = Math.ceil((MAX_DER_BYTES * 4) / 3) + 4_096;

/**
 * Decodes one block whose BEGIN and END lines the commit grammar has checked: canonical base64 and
 * nothing else, no headers (RFC 7468 §3, strict).
 */
export function decodeBlock(armor: Uint8Array): Result<Uint8Array, string> {
  if (armor.length > MAX_ARMOR_BYTES) return stopped(`it is longer than ${MAX_ARMOR_BYTES} bytes`);
  const lines = Buffer.from(armor).toString('latin1').split('\n').slice(1, -2);
  return decodeLines(lines);
}

/** Every certificate of a PEM text, in order; text between the blocks is a remark. */
export function decodeCertificates(pem: string): Result<readonly Uint8Array[], string> {
  const found: Uint8Array[] = [];
  const blocks = pem.matchAll(/^-----BEGIN ([A-Z0-9 ]+)-----\r?\n([^-]*)^-----END \1-----/gm);
  for (const [, label, text = ''] of blocks) {
    if (label !== 'CERTIFICATE') return stopped(`it holds a ${label}, not only certificates`);
    const bytes = decodeLines(text.split(/\r?\n/).slice(0, -1));
    if (!bytes.ok) return bytes;
    found.push(bytes.value);
  }
  const begins = pem.match(/-----BEGIN /g)?.length ?? 0;
  return begins === found.length ? ok(found) : stopped('a PEM block is not whole');
}

function decodeLines(lines: readonly string[]): Result<Uint8Array, string> {
  if (lines.length === 0 || !lines.every((line) => BASE64_LINE.test(line))) {
    return stopped('its block holds something else than base64');
  }
  const text = lines.join('');
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? ok(bytes) : stopped('its base64 is not canonical');
}
