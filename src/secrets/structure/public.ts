const PUBLIC_BLOCKS = new Set([
  ...['CERTIFICATE', 'TRUSTED CERTIFICATE', 'X509 CRL', 'PUBLIC KEY', 'RSA PUBLIC KEY'],
  ...['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST', 'PGP PUBLIC KEY BLOCK', 'SSH2 PUBLIC KEY'],
  ...['DH PARAMETERS', 'EC PARAMETERS'],
]);

const BEGIN = /^-----BEGIN ([A-Z0-9 ]{1,40})-----$/;
const BASE64_LINE = /^[A-Za-z0-9+/=]{1,76}$/;
/** A sequence in DER, or the length that SSH begins with. */
const DER_HEAD = /^(?:M[A-P]|AAAA|Comment: )/;
const ARMOR_HEADER = /^(?:Version|Comment|Hash|Charset): .{0,80}$/;
const KEY_TYPE = '(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-nistp\\d{3}|sk-(?:ssh|ecdsa)-[a-z0-9@.-]+)';
const PUBLIC_SSH = new RegExp(`^${KEY_TYPE} [A-Za-z0-9+/]{40,}={0,2}(?: [\\w@.+-]{0,100})?$`);
const KNOWN_HOST = new RegExp(
  `^(?:@[a-z-]+ )?[\\w.,:\\[\\]*?!|+/=-]{1,512} ${KEY_TYPE} [A-Za-z0-9+/]{40,}={0,2}$`,
);

/** May this line stand in a block of this name? The first one begins as what it holds does. */
function isOfBlock(line: string, block: string, isFirst: boolean): boolean {
  if (isFirst && !block.startsWith('PGP') && !DER_HEAD.test(line)) return false;
  return line === '' || BASE64_LINE.test(line) || ARMOR_HEADER.test(line);
}

/**
 * Tells a value that everybody may know, by what it is and not by its key: certificates, public keys,
 * known hosts, comments between them, and nothing else.
 */
export function isPublic(text: string): boolean {
  const lines = text.split('\n').map((line) => line.trim());
  let block: string | undefined;
  let isFirst = false;
  let isAny = false;
  for (const line of lines) {
    if (block !== undefined) {
      if (line === `-----END ${block}-----`) block = undefined;
      else if (!isOfBlock(line, block, isFirst)) return false;
      isFirst = false;
      continue;
    }
    if (line === '') continue;
    const begun = BEGIN.exec(line)?.[1];
    if (begun !== undefined) {
      if (!PUBLIC_BLOCKS.has(begun)) return false;
      block = begun;
      isFirst = true;
    } else if (!PUBLIC_SSH.test(line) && !KNOWN_HOST.test(line)) return false;
    isAny = true;
  }
  return isAny && block === undefined;
}
