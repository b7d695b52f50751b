import { describe, expect, it } from 'vitest';
import { secretKindOf } from './names.ts';

describe('secretKindOf', () => {
  it.each([
    ['password', 'password'],
    ['rootPassword', 'password'],
    ['DB_PASSWORD', 'password'],
    ['db.password', 'password'],
    ['spring.datasource.password', 'password'],
    ['PGPASSWORD', 'password'],
    ['passphrase', 'password'],
    ['ADMIN_PWD', 'password'],
    ['MYSQL_PASS', 'password'],
    ['PASSWORD_1', 'password'],
    ['API_TOKEN', 'token'],
    ['accessToken', 'token'],
    ['bot-token', 'token'],
    ['authtoken', 'token'],
    ['apiKey', 'key'],
    ['API_KEY', 'key'],
    ['apikey', 'key'],
    ['AWS_SECRET_ACCESS_KEY', 'key'],
    ['privateKey', 'key'],
    ['sshPrivateKey', 'key'],
    ['secret-key', 'key'],
    ['clientSecret', 'secret'],
    ['JWT_SECRET', 'secret'],
    ['APP_SECRET', 'secret'],
    ['webhook.secret', 'secret'],
  ])('%s, a secret of the kind %s', (name, kind) => {
    expect(secretKindOf(name)).toBe(kind);
  });

  it.each([
    ...['passwordPolicy', 'passwordKey', 'passwordSecretRef', 'PASSWORD_FILE', 'passwordLength'],
    ...['secretName', 'secretRef', 'secret', 'secretKeyRef', 'tlsSecret', 'existingSecret'],
    ...['existingSecretPasswordKey', 'imagePullSecret', 'tokenUrl', 'TOKEN_URL', 'tokenTTL'],
    ...['keyName', 'key', 'publicKey', 'SSH_PUBLIC_KEY', 'foreignKey', 'primaryKey', 'cacheKey'],
    ...['automountServiceAccountToken', 'usePassword', 'nextPageToken', 'maxTokens', 'monkey'],
    ...['author', 'compass', 'bypass', 'name', 'value', '', 'x'.repeat(500), 'generatePassword'],
  ])('%s, none', (name) => {
    expect(secretKindOf(name)).toBeUndefined();
  });
});
