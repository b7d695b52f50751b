import { describe, expect, it } from 'vitest';
import { base64, letters, told } from '../../../test/support/secrets/structure.ts';

const word = letters(12, 'word');

const manifest = (kind: string, rest: string, version = 'v1'): string =>
  `apiVersion: ${version}\nkind: ${kind}\n${rest}`;

type Row = readonly [name: string, path: string, text: string, findings: readonly string[]];

const VALUES: readonly Row[] = [
  [
    'env from a Secret and by reference, clean',
    'a.yaml',
    manifest(
      'Pod',
      'spec:\n  containers:\n  - env:\n    - name: DB_PASSWORD\n      valueFrom: {secretKeyRef: {name: db, key: password}}\n    - {name: API_TOKEN, value: $(OTHER)}\n    - {name: TOKEN_URL, value: "https://example.com/token"}\n    - {name: PASSWORD_FILE, value: /run/password}\n',
    ),
    [],
  ],
  [
    'arguments, told',
    'a.yaml',
    manifest(
      'Pod',
      `spec:\n  containers:\n  - args:\n    - --user=app\n    - --password=${word}\n    - --api-token\n    - ${word}1\n    - --token=$(TOKEN)\n    - --token-ttl=300\n`,
    ),
    ['argument-secret-value@7', 'argument-secret-value@9'],
  ],
  [
    'ConfigMap keys, told',
    'a.yaml',
    manifest(
      'ConfigMap',
      `data:\n  DB_HOST: db.example.com\n  DB_PASSWORD: ${word}\n  passwordPolicy: strict-and-long\n  DB_URL: postgres://app:${word}@db/app\n`,
    ),
    ['configmap-secret-value@5', 'manifest-url-credentials@7'],
  ],
  [
    'HelmRelease values, told',
    'a.yaml',
    manifest(
      'HelmRelease',
      `spec:\n  values:\n    auth:\n      rootPassword: ${word}\n      existingSecret: db-credentials\n      passwordKey: mysql-password\n`,
      'helm.toolkit.fluxcd.io/v2',
    ),
    ['helm-secret-value@6'],
  ],
  [
    'values in a text of an Application, told',
    'a.yaml',
    manifest(
      'Application',
      `spec:\n  source:\n    helm:\n      values: |\n        a: b\n        adminPassword: ${word}\n      parameters:\n      - name: db.password\n        value: ${word}2\n`,
      'argoproj.io/v1alpha1',
    ),
    ['helm-secret-value@8', 'helm-secret-value@11'],
  ],
  [
    'values.yaml, dummies clean',
    'charts/a/values.yaml',
    'auth:\n  password: ""\n  adminPassword: changeme\n  existingSecret: my-secret\n  tokenTTL: 3600s\n  usePassword: true\n',
    [],
  ],
  [
    'values of an environment, told',
    'a/values-prod.yaml',
    `db:\n  password: ${word}\n`,
    ['helm-secret-value@2'],
  ],
  [
    'a custom resource, told',
    'a.yaml',
    manifest(
      'Database',
      `spec:\n  password: ${word}\n  passwordSecretRef: {name: db}\n`,
      'example.com/v1',
    ),
    ['manifest-secret-value@4'],
  ],
  [
    'a CustomResourceDefinition, clean',
    'a.yaml',
    manifest('CustomResourceDefinition', `spec:\n  password: ${word}\n`, 'apiextensions.k8s.io/v1'),
    [],
  ],
  [
    'an address in OCIRepository without a password, clean',
    'a.yaml',
    manifest('OCIRepository', 'spec:\n  url: oci://ghcr.io/a/b\n', 'source.toolkit.fluxcd.io/v1'),
    [],
  ],
  [
    'an address with placeholders, clean',
    'a.yaml',
    manifest(
      'GitRepository',
      'spec:\n  url: https://${USER}:${PASSWORD}@git.example.com\n',
      'source.toolkit.fluxcd.io/v1',
    ),
    [],
  ],
  [
    'configMapGenerator literals, told by name',
    'kustomization.yaml',
    `configMapGenerator:\n- name: a\n  literals:\n  - HOST=db.example.com\n  - PASSWORD=${word}\n`,
    ['configmap-secret-value@5'],
  ],
  [
    'files and envs of a secretGenerator, clean',
    'kustomization.yaml',
    'secretGenerator:\n- name: a\n  envs: [a.env]\n  files: [b.key]\n  literals: ["c=${C}"]\n',
    [],
  ],
  [
    'kubeconfig, all credentials',
    'kubeconfig',
    manifest(
      'Config',
      `clusters: []\nusers:\n- name: a\n  user:\n    password: ${word}\n    auth-provider:\n      name: oidc\n      config:\n        client-secret: ${word}3\n        refresh-token: ${word}4\n- name: b\n  user:\n    exec:\n      command: login\n      env:\n      - {name: LOGIN_TOKEN, value: ${word}5}\n`,
    ),
    [
      'kubeconfig-credential@7',
      'kubeconfig-credential@11',
      'kubeconfig-credential@12',
      'env-secret-value@18',
    ],
  ],
  [
    'a Docker configuration, told',
    '.docker/config.json',
    JSON.stringify({ auths: { 'ghcr.io': { auth: base64(`bot:${word}`) } } }),
    ['docker-config-credential@1'],
  ],
  [
    'a Docker configuration with a helper, clean',
    '.docker/config.json',
    '{"auths": {"ghcr.io": {}}, "credsStore": "desktop"}',
    [],
  ],
  [
    'a Terraform state, what is sensitive',
    'terraform.tfstate',
    JSON.stringify(
      {
        version: 4,
        terraform_version: '1.5.0',
        outputs: {
          a: { value: word, sensitive: true, type: 'string' },
          b: { value: 'public', type: 'string' },
        },
        resources: [
          {
            type: 'x',
            instances: [
              {
                attributes: { id: 'i-1', conn: `${word}6`, password: `${word}7` },
                sensitive_attributes: [[{ type: 'get_attr', value: 'conn' }]],
              },
            ],
          },
        ],
      },
      null,
      1,
    ),
    ['terraform-state-secret@6', 'terraform-state-secret@22', 'terraform-state-secret@23'],
  ],
  [
    'JSON of something else, clean',
    'package.json',
    `{"name": "x", "password": "${word}", "tokens": ["a"]}`,
    [],
  ],
];

describe('values whose names say what they are', () => {
  it.each(VALUES)('%s', (_name, path, text, findings) => {
    expect(told(path, text)).toEqual(findings);
  });
});
