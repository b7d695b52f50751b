/** Where the salt of the fingerprints lies, from the root of the repository. */
export const SALT_PATH = '.gitward/salt';

/** Shorter ones could be tried out; it is on one line, and looks the same in every encoding. */
const SALT = /^[!-~]{16,256}$/;

/** The salt of a file, blanks and line ends behind it left out; `undefined` where it is none. */
export function parseSalt(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes).toString('latin1').trimEnd();
  return SALT.test(text) ? text : undefined;
}
