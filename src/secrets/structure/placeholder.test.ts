import { describe, expect, it } from 'vitest';
import { letters } from '../../../test/support/secrets/structure.ts';
import { isHarmless, isPlaceholder } from './placeholder.ts';

const random = letters(24, 'random');

describe('isPlaceholder', () => {
  it.each([
    ...['', '  ', '${DB_PASSWORD}', '$(DB_PASSWORD)', '$DB_PASSWORD', '${{ secrets.TOKEN }}'],
    ...[
      '{{ .Values.password }}',
      '{{ .Values.password | b64enc | quote }}',
      '<password>',
      '%PASS%',
    ],
    ...[
      'REPLACE_ME',
      'CHANGE_ME',
      'TODO',
      '****',
      'xxxxx',
      'null',
      '~',
      '<path:a/b#c>',
      'REDACTED',
    ],
    ...['vault:secret/data/db#password', 'ref+awsssm://a/b', 'op://vault/item/field'],
    ...['arn:aws:secretsmanager:eu-west-1:1:secret:db', 'projects/p/secrets/s/versions/1'],
  ])('%j, one', (value) => {
    expect(isPlaceholder(value)).toBe(true);
  });

  it.each([
    ...[
      'changeme',
      'password',
      'hunter2',
      `${random}{{ "" }}`,
      `{{ .Values.x | default "${random}" }}`,
    ],
    ...[
      `\${${random}`,
      `<${random}`,
      `{{ ${random}`,
      `a ${'x'.repeat(600)}`,
      '$',
      'ENC[AES256_GCM,data:x',
    ],
  ])('%j, none', (value) => {
    expect(isPlaceholder(value)).toBe(false);
  });
});

describe('isHarmless', () => {
  it.each([
    ['true', 'password'],
    ['30s', 'token'],
    ['/etc/db/password', 'password'],
    ['changeme', 'password'],
    ['your-password-here', 'password'],
    ['my-secret-name', 'secret'],
    ['db-credentials-v2', 'token'],
    ['https://example.com/token', 'token'],
    ['the password of the user', 'password'],
    ['abc', 'password'],
    ['client_secret_post', 'secret'],
  ] as const)('%s as a %s, harmless', (value, kind) => {
    expect(isHarmless(value, kind)).toBe(true);
  });

  it.each([
    ['corr3ct-Horse', 'password'],
    ['hunter2', 'password'],
    ['mySecretPa55', 'password'],
    ['correct horse', 'password'],
    [random, 'token'],
    [random.toLowerCase(), 'key'],
    ['12345678', 'password'],
  ] as const)('%s as a %s, told', (value, kind) => {
    expect(isHarmless(value, kind)).toBe(false);
  });
});
