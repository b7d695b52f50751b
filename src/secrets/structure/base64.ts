/** Most bytes of one value that are decoded; more is no credential. */
const MAX_DECODED_BYTES = 1024 * 1024;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Decodes standard base64 with blanks and line ends in it, as Kubernetes reads `data`; padding may be
 * missing. `undefined` for anything else and for what is too long.
 */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length > (MAX_DECODED_BYTES / 3) * 4 + 1024) return undefined;
  const packed = /[ \t\r\n]/.test(text) ? text.replaceAll(/[ \t\r\n]+/g, '') : text;
  if (packed === '' || !BASE64.test(packed) || packed.replace(/=+$/, '').length % 4 === 1) {
    return undefined;
  }
  return Buffer.from(packed, 'base64');
}

/** One character a byte. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The bytes of a text of one character a byte. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** Bytes of readable text in a row that ciphertext has once in ten million times. */
const MIN_READABLE_BYTES = 16;

/** Tells bytes that are readable text, which ciphertext never is. Too few bytes tell nothing. */
export function isReadable(bytes: Uint8Array): boolean {
  if (bytes.length < MIN_READABLE_BYTES) return false;
  return bytes.every(
    (byte) => (byte >= 0x20 && byte < 0x7f) || byte === 9 || byte === 10 || byte === 13,
  );
}

/**
 * Tells bytes that hold a long run of readable text: a secret put into what looks like ciphertext. The
 * more bytes, the longer is the longest run by chance: one byte for 2.7 times as many.
 */
export function holdsReadable(bytes: Uint8Array): boolean {
  let run = 0;
  const enough = MIN_READABLE_BYTES + Math.ceil(Math.log(Math.max(1, bytes.length / 64)));
  for (const byte of bytes) {
    run = byte >= 0x20 && byte < 0x7f ? run + 1 : 0;
    if (run >= enough) return true;
  }
  return false;
}
