import type { RuleId } from '../../../src/api/validate.ts';
import type { Changes, Row, SpecCase } from './case.ts';
import { KEY_BLOCK } from './signers.ts';

const LINE = `ssh-ed25519 ${'A'.repeat(68)} ada@example.com`;
const PEM = `-----BEGIN CERTIFICATE-----\n${'MIIB'.repeat(30)}\n-----END CERTIFICATE-----\n`;
const AUTHORITY = { key: LINE, principals: ['ada', '*@example.com', '!root'] };
const X509 = { authorities: PEM, san: 'ada@example.com' };
const SIGSTORE = {
  identity: 'ada@example.com',
  issuer: 'https://accounts.example.com',
  root: 'public-good',
};
const ROOT = { name: 'public-good', trustedRoot: '{"mediaType": "x"}' };
const DAY = '2026-01-31T08:00:00Z';
const NEXT_DAY = '2026-02-01T08:00:00Z';
const LIFE = {
  notBefore: DAY,
  notAfter: NEXT_DAY,
  revoked: { reason: 'Compromised', at: DAY },
};

/** One person with a key of every kind, a forge and the Sigstore root that they name. */
export const EVERY_KIND_OF_KEY = {
  people: [
    {
      name: 'Ada',
      emails: ['ada@example.com', '*@ada.example', '!root@ada.example'],
      roles: ['release', 'ops'],
      ...LIFE,
      keys: [
        { openPGP: KEY_BLOCK, ...LIFE },
        { ssh: LINE },
        { sshAuthority: AUTHORITY },
        { x509: X509 },
        { sigstore: SIGSTORE },
      ],
    },
  ],
  forges: [{ name: 'GitHub', keys: [{ openPGP: KEY_BLOCK }] }],
  sigstoreRoots: [ROOT],
} as const;

/** The fields of `EVERY_KIND_OF_KEY` that hold text. */
export const TEXTS_OF_SIGNERS: readonly string[] = [
  ...['name', 'emails.0', 'roles.0', 'notBefore', 'notAfter', 'revoked.at'],
  ...['keys.0.notAfter', 'keys.0.openPGP', 'keys.1.ssh', 'keys.2.sshAuthority.key'],
  ...['keys.2.sshAuthority.principals.0', 'keys.3.x509.authorities', 'keys.3.x509.san'],
  ...['keys.4.sigstore.identity', 'keys.4.sigstore.issuer', 'keys.4.sigstore.root'],
].map((field) => `people.0.${field}`);

const PERSON = 'spec.people[0]';
const row = (name: string, changes: Changes, ...problems: SpecCase['problems']): Row => [
  name,
  { ...EVERY_KIND_OF_KEY, people: structuredClone(EVERY_KIND_OF_KEY.people), ...changes },
  ...problems,
];
const key = (name: string, one: object, ...problems: readonly [string, RuleId][]): Row => [
  name,
  { 'people.0.keys': [one] },
  ...problems.map(([at, rule]) => [`${PERSON}.keys[0]${at}`, rule] as const),
];
const ssh = (name: string, line: string, rule?: RuleId): Row =>
  key(name, { ssh: line }, ...(rule === undefined ? [] : [['.ssh', rule] as [string, RuleId]]));
const email = (value: string, rule?: RuleId): Row => [
  `e-mail ${JSON.stringify(value).slice(0, 40)}, ${rule ?? 'accepted'}`,
  { 'people.0.emails': [value] },
  ...(rule === undefined ? [] : [[`${PERSON}.emails[0]`, rule] as const]),
];

/** Kinds of keys, forges and roots. */
export const KEYS: readonly Row[] = [
  row('a key of every kind, accepted', {}),
  key('a key of no kind, none', {}, ['', 'one-key']),
  key('a key with a life alone, none', { notBefore: DAY }, ['', 'one-key']),
  key('a key of two kinds, one too many', { openPGP: KEY_BLOCK, ssh: LINE }, ['', 'one-key']),
  ssh('a line between blank lines, accepted', `\n${LINE}\n`),
  ssh('a line without comment, accepted', LINE.slice(0, 80)),
  ssh('a line with a token, accepted', LINE.replace('ssh-ed25519', 'sk-ssh-ed25519@openssh.com')),
  ssh('a comment with accents, accepted', `${LINE} Zoë`),
  ssh('two lines, more than one', `${LINE}\n${LINE}`, 'pattern'),
  ssh('options before the type, no line', `cert-authority ${LINE}`, 'pattern'),
  ssh('a private key, no line', `-----BEGIN OPENSSH PRIVATE KEY-----\n${LINE}`, 'pattern'),
  ssh('a short line, too short', 'ssh-ed25519 AAAA', 'length'),
  ssh('16 KiB and one, too long', LINE.padEnd(16_385, 'x'), 'length'),
  key('an authority without principals, required', { sshAuthority: { key: LINE } }, [
    '.sshAuthority.principals',
    'required',
  ]),
  key('an authority for nobody, too few', { sshAuthority: { key: LINE, principals: [] } }, [
    '.sshAuthority.principals',
    'count',
  ]),
  key(
    'principals with a comma, no principal',
    { sshAuthority: { key: LINE, principals: ['a,b'] } },
    ['.sshAuthority.principals[0]', 'pattern'],
  ),
  key('a principal twice, duplicate', { sshAuthority: { key: LINE, principals: ['a', 'a'] } }, [
    '.sshAuthority.principals[1]',
    'duplicate',
  ]),
  key('two certificates, accepted', { x509: { ...X509, authorities: PEM + PEM } }),
  key('a URI as san, accepted', { x509: { ...X509, san: 'https://ci.example.com/a?b' } }),
  key(
    'a private key beside the certificate, no certificates',
    { x509: { ...X509, authorities: PEM + PEM.replaceAll('CERTIFICATE', 'PRIVATE KEY') } },
    ['.x509.authorities', 'pattern'],
  ),
  key('a name as san, no address', { x509: { ...X509, san: 'Ada Lovelace' } }, [
    '.x509.san',
    'pattern',
  ]),
  row(
    'an issuer over http, no https',
    { 'people.0.keys.4.sigstore.issuer': 'http://accounts.example.com' },
    [`${PERSON}.keys[4].sigstore.issuer`, 'pattern'],
  ),
  row('a root that is not listed, unknown', { sigstoreRoots: [] }, ['spec', 'sigstore-root']),
  row('no roots at all, unknown', { sigstoreRoots: undefined }, ['spec', 'sigstore-root']),
  [
    'a forge with a root that is not listed, unknown',
    { forges: [{ name: 'Forge', keys: [{ sigstore: SIGSTORE }] }] },
    ['spec', 'sigstore-root'],
  ],
  [
    'a trusted root that is not JSON, no text of it',
    { sigstoreRoots: [{ ...ROOT, trustedRoot: 'https://tuf.example.com' }] },
    ['spec.sigstoreRoots[0].trustedRoot', 'pattern'],
  ],
  [
    'transparency Optional, no such choice',
    { sigstoreRoots: [{ ...ROOT, transparency: 'Optional' }] },
    ['spec.sigstoreRoots[0].transparency', 'choice'],
  ],
  [
    'five roots, too many',
    { sigstoreRoots: Array.from({ length: 5 }, (_, i) => ({ ...ROOT, name: `r${i}` })) },
    ['spec.sigstoreRoots', 'count'],
  ],
  [
    'a root twice, duplicate',
    { sigstoreRoots: [ROOT, ROOT] },
    ['spec.sigstoreRoots[1]', 'duplicate'],
  ],
  [
    'a forge without keys, too few',
    { forges: [{ name: 'GitHub', keys: [] }] },
    ['spec.forges[0].keys', 'count'],
  ],
];

/** Addresses, roles and lives of people. */
export const LIVES: readonly Row[] = [
  email('ada@example.com'),
  email('*@example.com'),
  email('ada+?@users.noreply.example.com'),
  email('!root@example.com'),
  email('zoë@größe.example'),
  email('a@', 'length'),
  email(`${'a'.repeat(250)}@b.c`),
  email(`${'a'.repeat(251)}@b.c`, 'length'),
  email('ada', 'pattern'),
  email('Ada <ada@example.com>', 'pattern'),
  email('a@b@c', 'pattern'),
  email('!!a@b.c', 'pattern'),
  email('a b@example.com', 'pattern'),
  email('a@example.com\n', 'pattern'),
  [
    'an address twice, duplicate',
    { 'people.0.emails': ['a@b.c', 'a@b.c'] },
    [`${PERSON}.emails[1]`, 'duplicate'],
  ],
  [
    '17 roles, too many',
    { 'people.0.roles': Array.from({ length: 17 }, (_, i) => `r${i}`) },
    [`${PERSON}.roles`, 'count'],
  ],
  [
    'a role in capitals, no name',
    { 'people.0.roles': ['Release'] },
    [`${PERSON}.roles[0]`, 'pattern'],
  ],
  row('an end at the beginning, no life', { 'people.0.notAfter': DAY }, [PERSON, 'life-order']),
  key(
    'a key that ends before it begins, no life',
    { ssh: LINE, notBefore: NEXT_DAY, notAfter: DAY },
    ['', 'life-order'],
  ),
  ...['2024-02-29', '2000-02-29', '2026-12-31'].map((day): Row => [
    `until ${day}, accepted`,
    { 'people.0.notAfter': `${day}T23:59:59Z` },
  ]),
  ...['2026-02-29', '2100-02-29', '2026-02-30', '2024-02-31', '2026-04-31', '2026-11-31'].map(
    (day): Row => [
      `until ${day}, no day`,
      { 'people.0.notAfter': `${day}T00:00:00Z` },
      [`${PERSON}.notAfter`, 'date-exists'],
    ],
  ),
  [
    'a moment with an offset, too long',
    { 'people.0.notAfter': '2026-01-31T08:00:00+00:00' },
    [`${PERSON}.notAfter`, 'length'],
  ],
  [
    'a moment with a blank, no moment',
    { 'people.0.notAfter': '2026-01-31 08:00:00Z' },
    [`${PERSON}.notAfter`, 'pattern'],
  ],
  [
    'hour 24, no moment',
    { 'people.0.notAfter': '2026-01-31T24:00:00Z' },
    [`${PERSON}.notAfter`, 'pattern'],
  ],
  [
    'revoked without date, required',
    { 'people.0.revoked': { reason: 'Retired' } },
    [`${PERSON}.revoked.at`, 'required'],
  ],
  [
    'revoked for fun, no such choice',
    { 'people.0.revoked': { reason: 'Fun', at: DAY } },
    [`${PERSON}.revoked.reason`, 'choice'],
  ],
];
