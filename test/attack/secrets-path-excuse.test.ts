import { describe, expect, it } from 'vitest';
import { base64, githubToken, letters, pem, scanFile } from '../support/secrets/structure.ts';

const DATA = base64(letters(14, 'hidden'));

/** Names under which generic rules say nothing, and scanners often do not look at all. */
const PATHS = [
  ...['package-lock.json', 'yarn.lock', 'go.sum', 'locales/en.json', 'i18n/de.yaml', 'a.svg'],
  ...['deploy/example/secret.yaml', 'test/fixtures/secret.yaml', 'docs/README.md', 'x.min.js'],
  ...['vendor/x/secret.yaml', 'node_modules/a/b.yaml', 'zz_generated.deepcopy.go', 'a.html'],
] as const;

/** What scanners do: lock files, generated files, images and examples hold no secrets. */
const naive = (path: string): boolean =>
  !/lock|\.sum$|locales|i18n|example|fixtures|\.(?:svg|md|min\.js|html)$|vendor|node_modules|generated/.test(
    path,
  );

const manifest = { apiVersion: 'v1', kind: 'Secret', data: { password: DATA } };
const CONTENTS = [
  ['a Secret', JSON.stringify(manifest), 'kubernetes-secret-value'],
  ['a token of a provider', `x = "${githubToken()}"\n`, 'github-personal-token'],
  ['a private key', pem('RSA PRIVATE KEY'), 'private-key'],
] as const;

describe('a leak in a file that is named as if nobody wrote it', () => {
  it('naive control: none of the files is looked at', () => {
    expect(PATHS.filter(naive)).toEqual([]);
  });

  it('a file of settings among translations, told by generic rules too', () => {
    const text = `DB_PASSWORD=${letters(14, 'settings')}\n`;
    const told = (path: string): number => scanFile(path, text).findings.length;
    expect(['lang/prod.env', 'i18n/app.conf', 'locales/a/b.ini'].map(told)).toEqual([1, 1, 1]);
  });

  it.each(CONTENTS)('%s, told under every name', (_name, text, rule) => {
    const silent = PATHS.filter(
      (path) => !scanFile(path, text).findings.some((one) => one.rule === rule),
    );
    expect(silent).toEqual([]);
  });
});
