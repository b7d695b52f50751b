import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { isCertificateType } from './certificate.ts';
import { parsePublicKey } from './key.ts';
import type { SshPublicKey } from './key.ts';

/** Longest line read, in characters; a key of RSA's largest size has about 2,800. */
const MAX_LINE_LENGTH = 16_384;

const LINE = /^(?<type>[a-z0-9@.-]+)[ \t]+(?<base64>[A-Za-z0-9+/]+={0,2})(?:[ \t].*)?$/;

/** Reads `type base64 [comment]`, the form of a `.pub` file; says what is wrong with it otherwise. */
export function parseKeyLine(text: string): Result<SshPublicKey, string> {
  const line = text.trim();
  if (line.length > MAX_LINE_LENGTH) return stopped(`it is longer than ${MAX_LINE_LENGTH}`);
  if (line.includes('PRIVATE KEY-----')) {
    return stopped('it is a PRIVATE key; revoke it and publish a new one');
  }
  const { type, base64 } = LINE.exec(line)?.groups ?? {};
  if (type === undefined || base64 === undefined) {
    return stopped('it is not one line of key type, base64 and comment');
  }
  const blob = Buffer.from(base64, 'base64');
  if (blob.toString('base64') !== base64) return stopped('its base64 is not canonical');
  if (isCertificateType(type)) return stopped('it is a certificate; list its key or its authority');
  const key = parsePublicKey(blob);
  if (!key.ok) return stopped(key.stop.detail);
  if (key.value.type !== type) return stopped(`it says ${type} but holds ${key.value.type}`);
  return ok(key.value);
}
