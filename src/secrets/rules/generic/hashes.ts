import type { Allowlist, LeakRule } from '../../rule.ts';
import { rule } from '../define.ts';
import { NOISY_PATHS } from './assignment.ts';

const CRYPT = 'https://manpages.debian.org/bookworm/libcrypt-dev/crypt.5.en.html';

/** Source code and documents show hashes of nobody. */
const OUTSIDE_CODE: Allowlist = {
  ...NOISY_PATHS,
  paths: [
    ...NOISY_PATHS.paths,
    String.raw`(?i)\.(?:go|java|kt|scala|groovy|py|rb|js|mjs|cjs|ts|tsx|jsx|cs|php|c|h|cc|cpp|rs|swift|ex|exs|clj|pl|lua|md|mdx|rst|adoc|asciidoc|html?|po|pot|[1-8])$`,
  ],
};

const COMMON = {
  severity: 'medium',
  fix: 'Change the password: a hash that others hold can be tried out at leisure.',
  allowlists: [OUTSIDE_CODE],
} as const;

/** Hashes of passwords, as accounts, web servers and databases keep them. */
export const HASH_RULES: readonly LeakRule[] = [
  rule({
    ...COMMON,
    id: 'password-hash-bcrypt',
    description: 'Password hash (bcrypt)',
    reference: CRYPT,
    regex: String.raw`\$2[abxy]\$(?:0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}(?:[^./A-Za-z0-9]|$)`,
    keywords: ['$2a$', '$2b$', '$2x$', '$2y$'],
  }),
  rule({
    ...COMMON,
    id: 'password-hash-sha-crypt',
    description: 'Password hash (SHA-256 and SHA-512 of crypt)',
    reference: CRYPT,
    regex: String.raw`\$[56]\$(?:rounds=\d{1,9}\$)?[^\s$:"'<>]{1,16}\$(?:[./A-Za-z0-9]{86}|[./A-Za-z0-9]{43})(?:[^./A-Za-z0-9]|$)`,
    keywords: ['$5$', '$6$'],
  }),
  rule({
    ...COMMON,
    id: 'password-hash-md5-crypt',
    description: 'Password hash (MD5 of crypt, Apache, PHPass, Cisco)',
    reference: CRYPT,
    regex: String.raw`\$(?:1|apr1)\$[^\s$:"'<>]{1,8}\$[./A-Za-z0-9]{22}(?:[^./A-Za-z0-9]|$)|\$[PH]\$[./A-Za-z0-9]{31}(?:[^./A-Za-z0-9]|$)`,
    keywords: ['$1$', '$apr1$', '$p$', '$h$'],
  }),
  rule({
    ...COMMON,
    id: 'password-hash-yescrypt',
    description: 'Password hash (yescrypt, scrypt, SunMD5)',
    reference: CRYPT,
    regex: String.raw`\$(?:y|gy|7)\$[./A-Za-z0-9]{1,40}\$[./A-Za-z0-9]{0,90}\$[./A-Za-z0-9]{43}|\$md5(?:,rounds=\d{1,9})?\$[./A-Za-z0-9]{1,16}\${1,2}[./A-Za-z0-9]{22}`,
    keywords: ['$y$', '$gy$', '$7$', '$md5'],
  }),
  rule({
    ...COMMON,
    id: 'password-hash-argon2',
    description: 'Password hash (Argon2)',
    reference: 'https://www.rfc-editor.org/rfc/rfc9106',
    regex: String.raw`\$argon2(?:id|i|d)\$v=\d{1,3}\$m=\d{1,9},t=\d{1,4},p=\d{1,4}(?:,[a-z]{1,9}=[^$\s]{1,40})?\$[A-Za-z0-9+/]{8,100}\$[A-Za-z0-9+/]{16,200}`,
    keywords: ['$argon2'],
  }),
  rule({
    ...COMMON,
    id: 'password-hash-pbkdf2',
    description: 'Password hash (PBKDF2 of Django and passlib)',
    reference: 'https://docs.djangoproject.com/en/stable/topics/auth/passwords/',
    regex: String.raw`\$?pbkdf2[_-]sha(?:1|256|512)\$(?:i=)?\d{1,9}(?:,l=\d{1,4})?\$[A-Za-z0-9+/.=]{4,100}\$[A-Za-z0-9+/.]{20,200}={0,2}`,
    keywords: ['pbkdf2'],
  }),
  rule({
    ...COMMON,
    id: 'password-hash-ldap',
    description: 'Password hash of a directory (SHA, SSHA, MD5)',
    reference: 'https://www.openldap.org/doc/admin26/security.html#Password%20Storage',
    regex: String.raw`\{(?:S?SHA(?:256|384|512)?|S?MD5)\}([A-Za-z0-9+/]{20,200}={0,2})`,
    keywords: ['sha}', 'sha256}', 'sha384}', 'sha512}', 'md5}'],
  }),
  rule({
    ...COMMON,
    id: 'password-hash-postgres',
    description: 'Password hash of PostgreSQL (SCRAM) or MySQL',
    reference: 'https://www.postgresql.org/docs/current/catalog-pg-authid.html',
    regex: String.raw`SCRAM-SHA-(?:1|256)\$\d{1,7}:[A-Za-z0-9+/=]{8,60}\$[A-Za-z0-9+/=]{20,60}:[A-Za-z0-9+/=]{20,60}|(?i:identified by password)[\t ]{1,3}'\*[0-9A-F]{40}'`,
    keywords: ['scram-sha-', 'identified by password'],
  }),
  rule({
    ...COMMON,
    id: 'password-hash-cisco',
    description: 'Hash of a password of a network device (types 8 and 9)',
    reference:
      'https://media.defense.gov/2022/Feb/17/2002940795/-1/-1/0/CSI_CISCO_PASSWORD_TYPES_BEST_PRACTICES_20220217.PDF',
    regex: String.raw`\$[89]\$[./A-Za-z0-9]{14}\$[./A-Za-z0-9]{43}(?:[^A-Za-z0-9/]|$)`,
    keywords: ['$8$', '$9$'],
  }),
  rule({
    ...COMMON,
    id: 'kerberos-ticket-hash',
    description: 'Part of a Kerberos ticket from which a password can be guessed',
    reference: 'https://attack.mitre.org/techniques/T1558/',
    regex: String.raw`\$krb5(?:asrep|tgs|pa)\$(?:17|18|23)\$[^\s"'<>]{32,1000}`,
    keywords: ['$krb5'],
  }),
  rule({
    ...COMMON,
    id: 'htpasswd-entry',
    description: 'Entry of a password file of a web server',
    reference: 'https://httpd.apache.org/docs/2.4/misc/password_encryptions.html',
    regex: String.raw`(?m)^[\w.@-]{1,60}:(\$[^\s:]{10,200}|[./A-Za-z0-9]{13}|\{SHA\}[A-Za-z0-9+/]{27}=)\r?$`,
    path: String.raw`(?i)(?:^|/)[^/]{0,40}(?:htpasswd|passwd|shadow)[^/]{0,20}$`,
    isGeneric: true,
  }),
];
