import type { LeakRule } from '../../rule.ts';
import { rule } from '../define.ts';
import { unless } from './assignment.ts';

const COMMON = {
  severity: 'critical',
  fix: 'Treat the key as lost: make a new one, replace it everywhere, and revoke what it certifies.',
} as const;

/** Between the lines of a block: line ends, real and escaped, and what quotes or comments them. */
const BETWEEN = String.raw`\s"'\x60+,;*#>|.()\\`;

/** Headers in front of the first line: of old encrypted keys, and of OpenPGP. */
const HEADERS = String.raw`(?:Proc-Type|Version|Comment|Hash|Subject|x-[a-z]{1,20}): ?[\s\S]{100,900}`;

/** A block of PEM: at least `first` characters of its first line, and what follows them, to 900 in all. */
function block(label: string, first: number): string {
  const lines = String.raw`[A-Za-z0-9+/=_]{${first}}[A-Za-z0-9+/=_${BETWEEN}]{0,840}`;
  return String.raw`-----BEGIN ${label}-----[${BETWEEN}nrt]{0,24}(${lines}|${HEADERS})`;
}

/** An example by its own words. What it is assigned to says nothing: names are easily given. */
const EXAMPLES = [unless('secret', '(?i)example|x{8}')];

/** Private keys of all kinds, by their own format. */
export const PRIVATE_KEY_RULES: readonly LeakRule[] = [
  rule({
    ...COMMON,
    id: 'private-key',
    description: 'Private key in PEM',
    reference: 'https://www.rfc-editor.org/rfc/rfc7468#section-10',
    regex: block(String.raw`(?:(?:RSA|EC|DSA|ANY|DH|X25519|ED25519)[ ])?PRIVATE KEY`, 48),
    keywords: ['private key'],
    allowlists: EXAMPLES,
  }),
  rule({
    ...COMMON,
    id: 'ssh-private-key',
    description: 'Private key of SSH',
    reference: 'https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key',
    regex: block(String.raw`(?:OPENSSH|SSH2(?: ENCRYPTED)?) PRIVATE KEY`, 60),
    keywords: ['private key'],
    allowlists: EXAMPLES,
  }),
  rule({
    ...COMMON,
    id: 'encrypted-private-key',
    description: 'Private key under a passphrase, in PEM',
    severity: 'medium',
    reference: 'https://www.rfc-editor.org/rfc/rfc7468#section-11',
    regex: block(String.raw`ENCRYPTED (?:(?:SIGSTORE|COSIGN) )?PRIVATE KEY`, 48),
    keywords: ['encrypted'],
  }),
  rule({
    ...COMMON,
    id: 'pgp-private-key',
    description: 'Secret key of OpenPGP',
    reference: 'https://www.rfc-editor.org/rfc/rfc9580#section-6.2',
    regex: block('PGP PRIVATE KEY BLOCK', 48),
    keywords: ['pgp private key'],
  }),
  rule({
    ...COMMON,
    id: 'private-key-base64',
    description: 'Private key in PEM, encoded once more in base64',
    reference: 'https://www.rfc-editor.org/rfc/rfc4648#section-4',
    // The base64 of the opening line of PEM, at its first alignment, and of its kinds.
    regex: String.raw`LS0tLS1CRUdJTi(?:BSU0Eg|BFQyBQ|BQUklW|BPUEVO|BEU0Eg|BQR1Ag|BFTkNS)[A-Za-z0-9+/]{40,1000}={0,2}`,
    keywords: ['ls0tls1crudjti'],
  }),
  rule({
    ...COMMON,
    id: 'putty-private-key',
    description: 'Private key of PuTTY',
    reference: 'https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html',
    regex: String.raw`PuTTY-User-Key-File-[123]:[^\n]{1,80}\r?\n[\s\S]{20,1000}?Private-Lines:[ ]\d{1,3}`,
    keywords: ['putty-user-key-file'],
  }),
  rule({
    ...COMMON,
    id: 'age-secret-key',
    description: 'Secret key of age',
    reference: 'https://github.com/C2SP/C2SP/blob/main/age.md',
    regex: String.raw`AGE-SECRET-KEY-(?:PQ-)?1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58,110}`,
    keywords: ['age-secret-key-'],
    rarity: 0.5,
  }),
  rule({
    ...COMMON,
    id: 'minisign-secret-key',
    description: 'Secret key of minisign or signify',
    reference: 'https://jedisct1.github.io/minisign/#secret-key-format',
    regex: String.raw`untrusted comment:[^\n]{0,200}secret key[^\n]{0,200}\r?\n(RW[A-Za-z0-9+/]{80,300}={0,2})`,
    keywords: ['untrusted comment'],
  }),
  rule({
    ...COMMON,
    id: 'wireguard-private-key',
    description: 'Private or preshared key of WireGuard',
    reference: 'https://man7.org/linux/man-pages/man8/wg.8.html',
    regex: String.raw`(?:PrivateKey|PresharedKey)[\t ]{0,5}=[\t ]{0,5}([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)`,
    keywords: ['privatekey', 'presharedkey'],
    rarity: 0.5,
  }),
  rule({
    ...COMMON,
    id: 'json-web-key-private',
    description: 'Private part of a JSON Web Key',
    reference: 'https://www.rfc-editor.org/rfc/rfc7517#section-9.3',
    regex: String.raw`\b(?:d|k)(?:["']?:[\t ]?|["'][\t ]:[\t ])["']([A-Za-z0-9_-]{40,1000})["']`,
    keywords: ['kty'],
    rarity: 0.6,
    isGeneric: true,
  }),
];
