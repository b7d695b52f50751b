import { describe, expect, it } from 'vitest';
import { plainScan } from '../../../../test/support/secrets/plain-scanner.ts';
import { CASES, REPLACED } from '../../../../test/support/secrets/generic-cases.ts';
import { GENERIC_RULES } from './index.ts';

describe('GENERIC_RULES', () => {
  it('every rule, has a name of its own, words and a source', () => {
    const ids = GENERIC_RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { description, fix, reference, keywords } of GENERIC_RULES) {
      expect(reference).toMatch(/^https:\/\//);
      expect(fix).toMatch(/\.$/);
      expect(description).not.toMatch(/\.$/);
      expect(keywords).toEqual(keywords.map((word) => word.toLowerCase()));
    }
  });

  it('every rule, has a case', () => {
    const tried = new Set(CASES.map(([rule]) => rule));
    expect(GENERIC_RULES.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([]);
  });

  it.each(CASES)('%s in %s, found: %s', (id, path, template, value) => {
    const hits = plainScan(
      GENERIC_RULES,
      path,
      template.replace('§', () => value),
    );
    expect(hits.map(({ rule }) => rule)).toContain(id);
    if (!template.includes('§')) return;
    const hit = hits.find(({ rule }) => rule === id);
    expect(value).toContain(hit?.secret.trim().slice(0, 40));
  });

  it.each(CASES.filter(([, , template, value]) => template.includes('§') && value !== ''))(
    '%s in %s, clean where a placeholder stands: %s',
    (_, path, template) => {
      for (const placeholder of REPLACED) {
        const text = template.replace('§', () => placeholder);
        expect(plainScan(GENERIC_RULES, path, text)).toEqual([]);
      }
    },
  );
});

describe('GENERIC_RULES, harmless texts', () => {
  it.each([
    ['a.py', 'password = get_password()'],
    ['a.ts', 'interface Login { password: string; token: string }'],
    ['a.ts', "const password = process.env['DB_PASSWORD'];"],
    ['a.yaml', 'token_type: bearer'],
    ['a.yaml', 'secretName: payments-tls'],
    ['a.yaml', 'secret: my-secret'],
    ['a.json', '"forgotPassword": "Forgot your password?"'],
    ['a.json', '{"password": "Password", "passwordHint": "hint"}'],
    ['a.tf', 'password = var.db_password'],
    ['a.md', 'Set `token` to your personal access token.'],
    ['a.sh', 'export TOKEN="$(vault read -field=token secret/ci)"'],
    ['a.yaml', 'password: ENC[AES256_GCM,data:abc,iv:def,tag:ghi,type:str]'],
    ['a.yaml', 'url: https://git.example.com:8443/team/app.git'],
    ['a.yaml', `url: https://meet.example.com/j/1?pwd=${'aBcDeFgH1kLmN0pQ'.repeat(2).slice(2)}09`],
    ['a.yaml', 'publicKey: "age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgp"'],
    ['a.go', 'Authorization: Basic authentication is required'],
    ['a.md', 'ssh://git@github.com/team/app.git'],
    ['a.sh', 'curl -u "$USER:$TOKEN" https://example.com'],
    ['a.yaml', 'image: registry.example.com/app@sha256:' + 'ab'.repeat(32)],
    ['a.txt', `token: ${'0123456789abcdef'.repeat(2)}`],
    ['a.txt', `credentialsId: '${['29f63271', 'dc2f', '4734', '8221', '5b31b5169bac'].join('-')}'`],
    ['a.txt', `key_fingerprint: ${'5d41c0'.repeat(5)}aa`],
    ['a.txt', `signing key ${'C387CC1B'.repeat(2)}`],
    ['a.go', 'Key: x509PrivateKeyRSA2048, y'],
    ['a.go', 'load(keyRing, privateKeyOfSuite4Version2026)'],
    ['a.md', 'a key-of-the-kingdom-2026-01-02 is no key'],
  ])('%s: %s, nothing', (path, text) => {
    expect(plainScan(GENERIC_RULES, path, text)).toEqual([]);
  });
});
