import { describe, expect, it } from 'vitest';
import { parseSopsConfig } from '../../src/secrets/structure/sops-config.ts';
import type { SopsConfig } from '../../src/secrets/index.ts';
import {
  ageFile,
  base64,
  letters,
  noise,
  sopsBlock,
  sopsValue,
  told,
} from '../support/secrets/structure.ts';

const PASSWORD = letters(20, 'plain');
const good = sopsValue('good');
const block = sopsBlock();

const secret = (value: string): string =>
  `apiVersion: v1\nkind: Secret\nstringData:\n  p: ${value}\n`;

/** What scanners do: a file with `sops:` and a value with `ENC[` is encrypted. */
const naive = (text: string): boolean => /^\s*"?sops"?:/m.test(text) && text.includes('ENC[');

const withoutMac = block.replace(/ {2}mac: .*\n/, '');
const withPlainMac = block.replace(/mac: .*\n/, 'mac: x\n');
const withoutRecipients = block.replace(/ {2}age:\n[^]*?(?= {2}lastmodified)/, '  age: []\n');
const withEmptyKey = block.replace(/enc: \|\n[^]*?(?= {2}lastmodified)/, 'enc: ""\n');
const withTextKey = block.replace(/enc: \|\n[^]*?(?= {2}lastmodified)/, 'enc: hello\n');
const iv = base64(noise(32, 'iv'));
const tag = base64(noise(16, 'tag'));
const enc = (data: string, ivText = iv, tagText = tag): string =>
  `ENC[AES256_GCM,data:${data},iv:${ivText},tag:${tagText},type:str]`;

const FAKES: readonly (readonly [name: string, text: string])[] = [
  ['a block without mac', `${secret(good)}${withoutMac}`],
  ['a block whose mac is plain', `${secret(good)}${withPlainMac}`],
  ['a block without recipients', `${secret(good)}${withoutRecipients}`],
  ['a block whose recipient has no key', `${secret(good)}${withEmptyKey}`],
  ['a block whose recipient has a text for a key', `${secret(good)}${withTextKey}`],
  ['a block in metadata', `${secret(good)}metadata:\n${block.replaceAll(/^/gm, '  ')}`],
  ['a block in another document', `${secret(good)}---\nname: x\n${block}`],
  ['a block in a comment', `${secret(good)}${block.replaceAll(/^/gm, '# ')}`],
  ['a block in a text', `${secret(good)}note: |\n${block.replaceAll(/^/gm, '  ')}`],
];

const MISSHAPEN: readonly (readonly [name: string, value: string])[] = [
  ['plain text in data', enc(`${PASSWORD}!`)],
  ['the base64 of plain text in data', enc(base64(PASSWORD))],
  [
    'plain text between noise in data',
    enc(base64(Buffer.concat([noise(4, 'x'), Buffer.from(PASSWORD), noise(4, 'y')]))),
  ],
  ['plain text for iv', enc(base64(noise(9, 'd')), base64(letters(32, 'iv')))],
  ['plain text for tag', enc(base64(noise(9, 'd')), iv, base64(letters(16, 'tag')))],
  ['a short iv', enc(base64(noise(9, 'd')), base64(noise(12, 'iv')))],
  ['a short tag', enc(base64(noise(9, 'd')), iv, base64(noise(8, 'tag')))],
  ['a tail behind the bracket', `${good}${PASSWORD}`],
  ['a head before it', `"${PASSWORD} ${good}"`],
  ['no end', good.slice(0, -1)],
];

describe('a file that only looks encrypted', () => {
  it('naive control: a scanner that looks for the words takes every one for encrypted', () => {
    expect(FAKES.filter(([, text]) => !naive(text)).map(([name]) => name)).toEqual([
      'a block in a comment',
    ]);
    expect(MISSHAPEN.every(([, value]) => naive(`${secret(value)}${block}`))).toBe(true);
  });

  it('a whole block around ciphertext, clean', () => {
    expect(told('a.yaml', `${secret(good)}${block}`)).toEqual([]);
  });

  it.each(FAKES)('%s, the value is told', (_name, text) => {
    expect(told('a.yaml', text)).toEqual(['kubernetes-secret-value@4']);
  });

  it.each(MISSHAPEN)('%s, the leaf is told', (_name, value) => {
    expect(told('a.yaml', `${secret(value)}${block}`)).toEqual(['sops-unencrypted-leaf@4']);
  });
});

describe('a file that is encrypted by half', () => {
  const half = (selection: string, rest = ''): string =>
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  a: ${good}\n  b: ${PASSWORD}\n${rest}${sopsBlock(selection)}`;
  const values = (fields: string, selection: string): string => `${fields}${sopsBlock(selection)}`;

  it.each([
    ['a leaf that encrypted_regex selects', half('  encrypted_regex: ^(data|stringData)$\n'), [7]],
    [
      'a leaf that encrypted_suffix selects',
      values(`a_enc: ${PASSWORD}\nb: plain\n`, '  encrypted_suffix: _enc\n'),
      [1],
    ],
    [
      'leaves that nothing leaves out',
      values(`a: ${PASSWORD}\nb_unencrypted: plain\nc: ${good}\n`, ''),
      [1],
    ],
    [
      'leaves but those of unencrypted_regex',
      values(`kind: x\na: ${PASSWORD}\n`, '  unencrypted_regex: ^kind$\n'),
      [2],
    ],
    [
      'leaves but those of unencrypted_suffix',
      values(`a_p: plain\nb: ${PASSWORD}\n`, '  unencrypted_suffix: _p\n'),
      [2],
    ],
    [
      'a leaf deep below a selected key',
      values(`data:\n  x:\n    - y: ${PASSWORD}\n`, '  encrypted_regex: ^data$\n'),
      [3],
    ],
    [
      'a number and a flag',
      values('port: 5432\nflag: true\nnothing: null\nempty: ""\n', ''),
      [1, 2],
    ],
    [
      'everything, by a regex that is none',
      values(`a: ${PASSWORD}\n`, '  encrypted_regex: "("\n'),
      [1],
    ],
  ])('%s, told', (_name, text, lines) => {
    expect(told('config.yaml', text)).toEqual(lines.map((line) => `sops-unencrypted-leaf@${line}`));
  });

  it('a plain document behind an encrypted one, its Secret told', () => {
    expect(told('a.yaml', `${secret(good)}${block}---\n${secret(PASSWORD)}`)).toHaveLength(1);
  });

  it('JSON, told', () => {
    const sops = {
      age: [{ recipient: `age1${'q'.repeat(58)}`, enc: `${ageFile('')}\n` }],
      mac: sopsValue('mac', 64),
      lastmodified: '2024-01-01T00:00:00Z',
      version: '3.9.0',
    };
    const text = JSON.stringify({ a: good, b: PASSWORD, sops }, null, 2);
    expect(told('a.json', text)).toEqual(['sops-unencrypted-leaf@3']);
  });

  it('dotenv, told', () => {
    const key = ageFile('').replaceAll('\n', '\\n');
    const meta = `sops_age__list_0__map_enc=${key}\nsops_mac=${sopsValue('mac', 64)}\nsops_version=3.9.0\n`;
    expect(told('app.env', `A=${good}\nB=${PASSWORD}\n${meta}`)).toEqual([
      'sops-unencrypted-leaf@2',
    ]);
    expect(told('app.env', `A=${good}\n${meta}`)).toEqual([]);
  });

  it('ini, told', () => {
    const key = ageFile('').replaceAll('\n', '\\n');
    const meta = `[sops]\nage__list_0__map_enc=${key}\nmac=${sopsValue('mac', 64)}\nversion=3.9.0\n`;
    expect(told('app.ini', `[db]\na = ${good}\nb = ${PASSWORD}\n\n${meta}`)).toEqual([
      'sops-unencrypted-leaf@3',
    ]);
  });
});

describe('a file that .sops.yaml wants encrypted', () => {
  const config = (text: string, directory = ''): SopsConfig => {
    const parsed = parseSopsConfig(Buffer.from(text), directory);
    if (!parsed.ok) throw new Error(parsed.stop.why);
    return parsed.value;
  };
  const rules = config(`creation_rules:
  - path_regex: secrets/public/.*\\.yaml$
    encrypted_regex: ^nothing$
  - path_regex: secrets/.*\\.yaml$
  - path_regex: \\.enc\\.json$
    key_groups:
      - age: [age1x]
  - path_regex: .*\\.ya?ml
    encrypted_regex: ^(data|stringData)$
`);
  const near = config('creation_rules:\n  - path_regex: x\\.yaml$\n', 'apps/x');
  const plain = `database: ${PASSWORD}\n`;
  const demanded = 'sops-file-not-encrypted@1';

  it.each([
    ['plain where the second rule matches', 'secrets/db.yaml', plain, [demanded]],
    ['the first rule that matches counts', 'secrets/public/db.yaml', plain, []],
    ['encrypted', 'secrets/db.yaml', `database: ${good}\n${sopsBlock('')}`, []],
    ['a block that is none', 'secrets/db.yaml', `database: ${good}\n${withoutMac}`, [demanded]],
    ['JSON', 'a/b.enc.json', `{"a": "${PASSWORD}"}`, [demanded]],
    ['the configuration itself', '.sops.yaml', plain, []],
    [
      'a kustomization beside the secrets',
      'secrets/kustomization.yaml',
      'resources: [db.yaml]\n',
      [],
    ],
    [
      'a Deployment under a rule for all files',
      'app.yaml',
      'apiVersion: apps/v1\nkind: Deployment\ndata: {a: b}\n',
      [],
    ],
    [
      'a Secret under a rule for all files',
      'app.yaml',
      secret(PASSWORD),
      [demanded, 'kubernetes-secret-value@4'],
    ],
    ['the nearest configuration counts', 'apps/x/secrets/db.yaml', plain, []],
    ['the nearest configuration, matched below its directory', 'apps/x/x.yaml', plain, [demanded]],
  ])('%s', (_name, path, text, findings) => {
    expect(told(path, text, [rules, near])).toEqual(findings);
  });

  it.each([
    ['no YAML', 'a: [\n', 'unreadable'],
    ['no map', 'hello\n', 'unreadable'],
    ['a regex that is none', 'creation_rules:\n  - path_regex: "("\n', 'badRegex'],
    ['too large', `#${'x'.repeat(300_000)}\n`, 'tooLarge'],
  ])('a configuration that is %s, refused', (_name, text, why) => {
    expect(parseSopsConfig(Buffer.from(text), '')).toMatchObject({ ok: false, stop: { why } });
  });

  it('all fields of a rule, read', () => {
    const text = `creation_rules:
  - path_regex: a
    encrypted_regex: b
    unencrypted_regex: c
    encrypted_suffix: d
    unencrypted_suffix: e
    pgp: F00
  - age: age1x
`;
    expect(config(text, 'x')).toEqual({
      directory: 'x',
      rules: [
        {
          pathRegex: 'a',
          encryptedRegex: 'b',
          unencryptedRegex: 'c',
          encryptedSuffix: 'd',
          unencryptedSuffix: 'e',
        },
        {},
      ],
    });
  });
});
