import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rarityOf } from './rarity.ts';

/** The parts are apart so that no scanner takes this file for a leak. */
const joined = (...parts: readonly string[]): string => parts.join('');

const NO_VALUES: readonly string[] = [
  ...['', 'password', 'get_password', 'ClientSecret', 'rootpassword', 'test-user-1', 'my-secret'],
  ...['changeme', 'CHANGE_ME', 'your-token-here', 'xxxxxxxx', '********', 'aaaaaaaa', '<password>'],
  ...['${DB_PASSWORD}', '{{ .Values.password }}', '$PASSWORD', '%PASSWORD%', '%s', '#{secret}'],
  ...['os.environ[NAME]', 'getPassword()', 'config.db.password', 'var.password', 'vault:kv/data#x'],
  ...['/run/secrets/db', './key.pem', 'server.key', 'https://example.org/', 'bot@example.org'],
  ...[
    '1.2.3',
    '2024-01-31',
    '3600',
    '30s',
    'true',
    'null',
    'X-Amz-Security-Token',
    'APP_DB_PASSWORD',
    'sha256',
  ],
  ...[
    'ENC[AES256_GCM',
    '!vault',
    'arn:aws:kms:x',
    '0123456789',
    'abcdefghijkl',
    'AKIAEXAMPLEEXAMPLE',
  ],
];

describe('rarityOf', () => {
  it.each(NO_VALUES)('%s, no value at all', (value) => {
    expect(rarityOf(value)).toBe(0);
  });

  it.each([
    ['words', joined('bad', 'Request', 'Exception', 'Mapper'), 0, 0.2],
    ['a word and a digit', joined('hun', 'ter', '2'), 0.1, 0.3],
    ['two words with a twist', joined('corr', '3ct', '-Ho', 'rse'), 0.3, 0.7],
    ['hex digits', joined('9f86d081', '884c7d65', '9a2feaa0', 'c55ad015'), 0.8, 1],
    ['base64', joined('q83vEj', 'RWeJq8', '3g7hZt', 'LkPw0='), 0.8, 1],
    ['a long identifier', joined('this', 'Names', 'Something', 'Entirely', 'Harmless'), 0, 0.3],
  ])('%s, as rare as it should be', (_, value, least, most) => {
    expect(rarityOf(value)).toBeGreaterThanOrEqual(least);
    expect(rarityOf(value)).toBeLessThanOrEqual(most);
  });

  it('base64 of a placeholder, no value', () => {
    expect(rarityOf(Buffer.from('user:changeme').toString('base64'))).toBe(0);
  });

  it('any text, between 0 and 1', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (value) => {
        const rarity = rarityOf(value);
        expect(rarity >= 0 && rarity <= 1).toBe(true);
      }),
    );
  });

  it.each(['a', 'aA', '/a', 'a.', 'a_', '(a', 'x-', '1.', 'a/b', '{', '%('])(
    'a megabyte of %s, in no time',
    (piece) => {
      const began = performance.now();
      rarityOf(piece.repeat(1_000_000 / piece.length));
      expect(performance.now() - began).toBeLessThan(200);
    },
  );
});
