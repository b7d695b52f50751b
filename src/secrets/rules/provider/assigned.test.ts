import { describe, expect, it } from 'vitest';
import { textScanner } from '../../engine/scanner.ts';
import { HEX } from './alphabet.ts';
import { assigned, keyOf } from './assigned.ts';
import { token } from './token.ts';

const COMMON = {
  description: 'Key of a made-up provider',
  severity: 'high',
  fix: 'Revoke it.',
  reference: 'https://example.com/docs',
} as const;

const RULES = [
  assigned({
    ...COMMON,
    id: 'acme-key',
    names: [keyOf('acme')],
    value: `${HEX}{32}`,
    keywords: ['acme'],
  }),
  token({ ...COMMON, id: 'acme-token', body: `acme_${HEX}{32}`, keywords: ['acme_'] }),
];

const scanner = textScanner(
  { rules: RULES, allowlists: [] },
  { dialect: 'gitward', inlineAllow: false, monotonic: () => 0 },
);

// Made here, so that no scanner takes this file for a leak.
const KEY = ['3f9c', '07be', 'd215', '6a84', 'e0c7', '9b1d', '58f2', '4a63'].join('');
const TOKEN = ['acme', KEY].join('_');

function found(text: string): readonly string[] {
  return scanner.scan(Buffer.from(text), { path: 'a.txt' }).hits.map(({ secret }) => secret);
}

describe('a value that its name tells', () => {
  it.each([
    ['an environment file', `ACME_API_KEY=${KEY}\n`],
    ['an exported variable in quotes', `export ACME_SECRET="${KEY}"; run`],
    ['a longer identifier around the name', `my.acme-client.api-key.prod: ${KEY}\n`],
    ['camel case in code', `const acmeApiKey = '${KEY}';`],
    ['a JSON member', `{"acmeToken":"${KEY}"}`],
    ['JSON within a JSON string', `"{\\"acme_token\\":\\"${KEY}\\"}"`],
    ['an index', `os.environ['ACME_KEY'] = '${KEY}'\n`],
    ['a call', `setenv("ACME_KEY", "${KEY}")`],
    ['a Go declaration', `acmeKey := "${KEY}"\n`],
    ['a Ruby hash', `:acme_key => "${KEY}",`],
    ['an element', `<acmeKey>${KEY}</acmeKey>`],
    ['an attribute with a value beside it', `<add key="AcmeKey" value="${KEY}" />`],
    ['the environment of a container', `- name: ACME_KEY\n          value: ${KEY}\n`],
    ['the same in JSON', `{"name": "ACME_KEY",\n  "value": "${KEY}"}`],
    ['a query', `https://api.example.com/?acme_key=${KEY}&page=2`],
    ['an escaped line end behind it', `"ACME_KEY=${KEY}\\nPORT=1"`],
    ['the end of the text', `acme_key: ${KEY}`],
  ])('%s is found', (_, text) => {
    expect(found(text)).toEqual([KEY]);
  });

  it.each([
    ['a count in front', `1234567890${KEY.slice(10)}`],
    ['a count within', `${KEY.slice(0, 8)}abcdef0123456789${KEY.slice(24)}`],
    ['a count at the end', `${KEY.slice(10)}1234567890`],
    ['two counts in turn', ['abcdef', '1234567890'].join('').repeat(2)],
  ])('%s does not hide a value', (_, value) => {
    expect(found(`acme_key: ${value}`)).toEqual([value]);
  });

  it.each([
    ['a name without a word for a secret', `acme_dashboard: ${KEY}\n`],
    ['another name', `other_key: ${KEY}\n`],
    ['a digest', `acme_key_sha256: ${KEY}\n`],
    ['a checksum', `acme_key_checksum = "${KEY}"\n`],
    ['a longer value', `acme_key: ${KEY}00\n`],
    ['a shorter value', `acme_key: ${KEY.slice(1)}\n`],
    ['no operator', `acme key ${KEY}\n`],
    ['a value on the next line but one', `acme_key:\n\n\n\n\n\n  x: ${KEY}\n`],
    ['a reference', 'acme_key: ${ACME_KEY}\n'],
    ['a filled-in placeholder', `acme_key: ${'ab'.repeat(16)}\n`],
    ['a counted placeholder', `acme_key: ${'0123456789abcdef'.repeat(2)}\n`],
  ])('%s is not', (_, text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('a token that tells itself', () => {
  it.each([
    ['alone', TOKEN],
    ['in quotes', `x = "${TOKEN}"`],
    ['behind an escaped line end', `"a\\n${TOKEN}\\n"`],
    ['in a URL', `https://x:${TOKEN}@git.example.com/a.git`],
    ['at the end of a sentence', `It is ${TOKEN}.`],
  ])('%s is found', (_, text) => {
    expect(found(text)).toEqual([TOKEN]);
  });

  it.each([
    ['one character longer', `${TOKEN}0`],
    ['with a word behind it', `${TOKEN}_old`],
    ['one character short', TOKEN.slice(0, -1)],
    ['in capitals', TOKEN.toUpperCase()],
    ['of one character', `acme_${'a'.repeat(32)}`],
  ])('%s is not', (_, text) => {
    expect(found(text)).toEqual([]);
  });
});
