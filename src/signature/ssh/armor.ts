import { ok, stopped } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { bad } from '../evidence.ts';
import type { BadSignature } from '../evidence.ts';

/** Longest signature read, in octets; one with a certificate on a large RSA key has about 5,000. */
const MAX_SIGNATURE_BYTES = 65_536;

const BEGIN = '-----BEGIN SSH SIGNATURE-----';
const END = '-----END SSH SIGNATURE-----';

/** The padding may stand in a line of its own; that it stands at the end alone is judged on the whole. */
const BASE64_LINE = /^[A-Za-z0-9+/=]+$/;

/**
 * Decodes one SSH signature block (PROTOCOL.sshsig): canonical base64 between BEGIN and END in lines
 * of one width (ssh-keygen makes 70, others 64 or 76 columns), only the last may be shorter. What is
 * no base64 at all is the armor of another kind and `SignatureFormatUnsupported`; else `CommitMalformed`.
 */
export function decodeSshArmor(armor: Uint8Array): Result<Buffer, BadSignature> {
  if (armor.length > MAX_SIGNATURE_BYTES * 2) return malformed('its SSH signature is too long');
  const lines = Buffer.from(armor).toString('latin1').split('\n');
  const [begin, ...body] = lines;
  const [end, rest] = body.splice(-2);
  if (begin !== BEGIN || end !== END || rest !== '') {
    return malformed('its SSH signature is not one plain block from BEGIN to END');
  }
  if (body.length === 0 || !body.every((line) => BASE64_LINE.test(line))) {
    const what = 'there is something else than base64 under its SSH signature label';
    return stopped(bad('SignatureFormatUnsupported', what));
  }
  const width = body[0]?.length ?? 0;
  const isEven = body.slice(0, -1).every((line) => line.length === width);
  if (!isEven || (body.at(-1)?.length ?? 0) > width) {
    return malformed('the lines of its SSH signature have different lengths');
  }
  const text = body.join('');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length > MAX_SIGNATURE_BYTES) return malformed('its SSH signature is too long');
  if (bytes.toString('base64') !== text) return malformed('its base64 is not canonical');
  return ok(bytes);
}

function malformed(detail: string): Result<never, BadSignature> {
  return stopped(bad('CommitMalformed', detail));
}
