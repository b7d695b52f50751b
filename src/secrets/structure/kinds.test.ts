import { describe, expect, it } from 'vitest';
import {
  base64,
  githubToken,
  letters,
  pem,
  sealedValue,
  sopsBlock,
  sopsValue,
  told,
} from '../../../test/support/secrets/structure.ts';

const word = letters(12, 'word');
const rsaKey = ['RSA', 'PRIVATE', 'KEY'].join(' ');

const manifest = (kind: string, rest: string, version = 'v1'): string =>
  `apiVersion: ${version}\nkind: ${kind}\n${rest}`;

type Row = readonly [name: string, path: string, text: string, findings: readonly string[]];

const SECRETS: readonly Row[] = [
  [
    'certificates and public keys, clean',
    'a.yaml',
    manifest(
      'Secret',
      `data:\n  tls.crt: ${base64(pem('CERTIFICATE').repeat(2))}\n  ca.crt: ${base64(pem('CERTIFICATE'))}\n  k.pub: ${base64(pem('PUBLIC KEY'))}\n`,
    ),
    [],
  ],
  [
    'known hosts, clean',
    'a.yaml',
    manifest(
      'Secret',
      `stringData:\n  known_hosts: github.com ssh-ed25519 ${letters(68, 'host')}\n`,
    ),
    [],
  ],
  [
    'a private key under the name of a certificate, told',
    'a.yaml',
    manifest('Secret', `data:\n  tls.crt: ${base64(pem(rsaKey))}\n`),
    ['kubernetes-secret-value@4'],
  ],
  [
    'a password under the name of a certificate, told',
    'a.yaml',
    manifest('Secret', `data:\n  ca.crt: ${base64(word)}\n`),
    ['kubernetes-secret-value@4'],
  ],
  [
    'a certificate with a password below it, told',
    'a.yaml',
    manifest('Secret', `data:\n  ca.crt: ${base64(`${pem('CERTIFICATE')}${word}\n`)}\n`),
    ['kubernetes-secret-value@4'],
  ],
  [
    'the token of an account, its public parts clean',
    'a.yaml',
    manifest(
      'Secret',
      `type: kubernetes.io/service-account-token\ndata:\n  namespace: ${base64('default')}\n  ca.crt: ${base64(pem('CERTIFICATE'))}\n  token: ${base64(word)}\n`,
    ),
    ['kubernetes-secret-value@7'],
  ],
  [
    'changeme, told',
    'a.yaml',
    manifest('Secret', 'stringData:\n  p: changeme\n'),
    ['kubernetes-secret-value@4'],
  ],
  [
    'a placeholder in base64, clean',
    'a.yaml',
    manifest('Secret', `data:\n  p: ${base64('${PASSWORD}')}\n`),
    [],
  ],
  [
    'data that is no base64, told',
    'a.yaml',
    manifest('Secret', 'data:\n  p: not base64!\n'),
    ['kubernetes-secret-value@4'],
  ],
  [
    'a token in base64 in base64, by name',
    'a.yaml',
    manifest('Secret', `data:\n  p: ${base64(base64(githubToken()))}\n`),
    ['github-personal-token@4'],
  ],
  [
    'the key of sealed-secrets, critical',
    'a.yaml',
    manifest(
      'Secret',
      `metadata:\n  labels:\n    sealedsecrets.bitnami.com/sealed-secrets-key: active\ndata:\n  tls.crt: ${base64(pem('CERTIFICATE'))}\n  tls.key: ${base64(pem(rsaKey))}\n`,
    ),
    ['sealed-secrets-key@8'],
  ],
  [
    'a repository of Argo CD, its credentials alone',
    'a.yaml',
    manifest(
      'Secret',
      `metadata:\n  labels:\n    argocd.argoproj.io/secret-type: repository\nstringData:\n  type: git\n  url: https://git.example.com/a\n  sshPrivateKey: ${word}\n  githubAppPrivateKey: ${word}x\n`,
    ),
    ['kubernetes-secret-value@9', 'kubernetes-secret-value@10'],
  ],
  [
    'a SopsSecret, plain by half',
    'a.yaml',
    `${manifest('SopsSecret', `spec:\n  secretTemplates:\n    - name: a\n      stringData:\n        a: ${sopsValue('a')}\n        b: ${word}\n`, 'isindir.github.com/v1alpha3')}${sopsBlock('  encrypted_suffix: Templates\n')}`,
    ['sops-unencrypted-leaf@5', 'sops-unencrypted-leaf@8'],
  ],
  [
    'the template of an ExternalSecret, its literal told',
    'a.yaml',
    manifest(
      'ExternalSecret',
      `spec:\n  target:\n    template:\n      data:\n        type: git\n        url: https://git.example.com\n        token: "{{ .token }}"\n        password: ${word}\n`,
      'external-secrets.io/v1',
    ),
    ['kubernetes-secret-value@10'],
  ],
  ...['VaultStaticSecret', 'PushSecret', 'SecretProviderClass', 'ClusterSecretStore'].map(
    (kind): Row => [
      `${kind}, clean`,
      'a.yaml',
      manifest(
        kind,
        `spec:\n  password: {name: db, key: password}\n  secretKey: ${word}\n`,
        'x/v1',
      ),
      [],
    ],
  ),
  [
    'SealedSecret in a List, clean',
    'a.yaml',
    manifest(
      'List',
      `items:\n- kind: SealedSecret\n  spec:\n    encryptedData:\n      p: ${sealedValue('p')}\n`,
    ),
    [],
  ],
];

describe('Secrets and what stands for them', () => {
  it.each(SECRETS)('%s', (_name, path, text, findings) => {
    expect(told(path, text)).toEqual(findings);
  });
});
