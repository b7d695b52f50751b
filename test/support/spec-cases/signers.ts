import type { RuleId } from '../../../src/api/validate.ts';
import type { Row } from './case.ts';

/** An armored key block in form only. */
export const KEY_BLOCK = `-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: made for tests\n\n${'mDMEZ'.repeat(30)}\n=AbCd\n-----END PGP PUBLIC KEY BLOCK-----\n`;

/** The least that a SignerSet must say. */
export const MINIMAL_SIGNERS = {
  people: [{ name: 'Ada Lovelace', keys: [{ openPGP: KEY_BLOCK }] }],
} as const;

const key = (name: string, value: string, rule?: RuleId): Row => [
  name,
  { 'people.0.keys': [{ openPGP: value }] },
  ...(rule === undefined ? [] : [['spec.people[0].keys[0].openPGP', rule] as const]),
];

/** People and their keys. */
export const SIGNERS: readonly Row[] = [
  ['the least, accepted', {}],
  ['nobody, accepted', { people: [] }],
  ['no people, required', { people: undefined }, ['spec.people', 'required']],
  [
    'a person without keys, required',
    { 'people.0.keys': undefined },
    ['spec.people[0].keys', 'required'],
  ],
  ['an empty list of keys, too few', { 'people.0.keys': [] }, ['spec.people[0].keys', 'count']],
  [
    '17 keys, too many',
    { 'people.0.keys': Array.from({ length: 17 }, () => ({ openPGP: KEY_BLOCK })) },
    ['spec.people[0].keys', 'count'],
  ],
  [
    'a key as text, wrong type',
    { 'people.0.keys': [KEY_BLOCK] },
    ['spec.people[0].keys[0]', 'type'],
  ],
  [
    '501 people, too many',
    {
      people: Array.from({ length: 501 }, (_, i) => ({
        ...MINIMAL_SIGNERS.people[0],
        name: `p${i}`,
      })),
    },
    ['spec.people', 'count'],
  ],
  [
    'two people of one name, duplicate',
    { people: [MINIMAL_SIGNERS.people[0], MINIMAL_SIGNERS.people[0]] },
    ['spec.people[1]', 'duplicate'],
  ],
  ['a name with accents, accepted', { 'people.0.name': "Zoë O'Neill-Ångström 2" }],
  ['a name in Japanese, accepted', { 'people.0.name': '山田 太郎' }],
  ['an empty name, too short', { 'people.0.name': '' }, ['spec.people[0].name', 'length']],
  ['128 characters outside the first plane, accepted', { 'people.0.name': '𠀀'.repeat(128) }],
  [
    '129 characters, too long',
    { 'people.0.name': '𠀀'.repeat(129) },
    ['spec.people[0].name', 'length'],
  ],
  [
    'a name with a line break, no name',
    { 'people.0.name': 'Ada\nReady' },
    ['spec.people[0].name', 'pattern'],
  ],
  [
    'a name that turns the text around, no name',
    { 'people.0.name': 'Ada\u202e' },
    ['spec.people[0].name', 'pattern'],
  ],
  [
    'a name that begins with a space, no name',
    { 'people.0.name': ' Ada' },
    ['spec.people[0].name', 'pattern'],
  ],
  key('a block with Windows line ends, accepted', KEY_BLOCK.replaceAll('\n', '\r\n')),
  key('a block between blank lines, accepted', `\n\n${KEY_BLOCK}\n \n`),
  key('a private key, no public key', KEY_BLOCK.replaceAll('PUBLIC', 'PRIVATE'), 'pattern'),
  key(
    'a public and a private key, more than one block',
    KEY_BLOCK + KEY_BLOCK.replaceAll('PUBLIC', 'PRIVATE'),
    'pattern',
  ),
  key('two public keys, more than one block', KEY_BLOCK + KEY_BLOCK, 'pattern'),
  key('a block without end, no public key', KEY_BLOCK.replace(/-----END.*/, ''), 'pattern'),
  key('text before the block, no public key', `Ada's key:\n${KEY_BLOCK}`, 'pattern'),
  key('an SSH key, no public key', `ssh-ed25519 ${'A'.repeat(140)} ada@example.com`, 'pattern'),
  key('a fingerprint, too short', '0123456789ABCDEF0123456789ABCDEF01234567', 'length'),
  key('64 KiB and one, too long', KEY_BLOCK.padEnd(65_537, '\n'), 'length'),
];
