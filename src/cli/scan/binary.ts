/** Git looks so far for a NUL, and calls a file with one binary. */
const FIRST_BYTES = 8_000;

/** Does git take these bytes for a binary file? */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, FIRST_BYTES).includes(0);
}
