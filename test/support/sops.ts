import { createCipheriv, randomBytes } from 'node:crypto';

/** One value as SOPS writes it: AES-256-GCM with a 32-byte nonce, the key path as additional data. */
export function sopsValue(text: string, path: string, key: Uint8Array): string {
  const iv = randomBytes(32);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(`${path}:`));
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64');
  const tag = cipher.getAuthTag().toString('base64');
  return `ENC[AES256_GCM,data:${data},iv:${iv.toString('base64')},tag:${tag},type:str]`;
}

/** The block that SOPS adds; the recipient is made up, the MAC has the form of a real one. */
export function sopsBlock(key: Uint8Array): string {
  const mac = sopsValue('0'.repeat(128), 'mac', key);
  const recipient = `age1${'q'.repeat(58)}`;
  const wrapped = randomBytes(200).toString('base64').replace(/.{64}/g, '$&\n');
  const armored = `-----BEGIN AGE ENCRYPTED FILE-----\n${wrapped}\n-----END AGE ENCRYPTED FILE-----`;
  return [
    'sops:',
    '  age:',
    `    - recipient: ${recipient}`,
    '      enc: |',
    ...armored.split('\n').map((line) => `        ${line}`),
    '  lastmodified: "2026-11-01T08:00:00Z"',
    `  mac: ${mac}`,
    '  encrypted_regex: ^(data|stringData)$',
    '  version: 3.9.1',
    '',
  ].join('\n');
}

/** A Secret manifest; what is in `encrypted` becomes ciphertext, what is in `plain` stays readable. */
export function sopsSecret(
  name: string,
  encrypted: Readonly<Record<string, string>>,
  plain: Readonly<Record<string, string>> = {},
): string {
  const key = randomBytes(32);
  const values = [
    ...Object.entries(encrypted).map(([at, text]) => {
      return `  ${at}: ${sopsValue(text, `stringData:${at}`, key)}`;
    }),
    ...Object.entries(plain).map(([at, text]) => `  ${at}: ${text}`),
  ];
  const head = `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ${name}\nstringData:\n`;
  return `${head}${values.join('\n')}\n${sopsBlock(key)}`;
}
