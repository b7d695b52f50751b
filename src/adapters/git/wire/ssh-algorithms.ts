import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2';

/** No SHA-1, no CBC, no DSA, no short groups, no compression, and nothing that Terrapin (CVE-2023-48795) breaks. */
const MODERN = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group14-sha256',
  ],
  cipher: [
    'aes256-gcm@openssh.com',
    'aes128-gcm@openssh.com',
    'aes256-ctr',
    'aes192-ctr',
    'aes128-ctr',
  ],
  hmac: ['hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} satisfies Algorithms;

const HOST_KEYS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/**
 * What is offered to a server: a host key of a listed type first, so that a server with several keys
 * shows the one that is known. The others follow: a changed key is then seen and named as such.
 */
export function algorithmsFor(keyTypes: readonly string[]): Algorithms {
  const isListed = (name: string): boolean =>
    keyTypes.includes(name.startsWith('rsa-') ? 'ssh-rsa' : name);
  const serverHostKey = [
    ...HOST_KEYS.filter(isListed),
    ...HOST_KEYS.filter((name) => !isListed(name)),
  ];
  return { ...MODERN, serverHostKey };
}
