import { describe, expect, it } from 'vitest';
import {
  base64,
  githubToken,
  letters,
  pem,
  scanFile,
  sealedValue,
  sopsBlock,
  sopsValue,
  told,
} from '../../../test/support/secrets/structure.ts';

const secret = (fields: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n${fields}`;

const auths = (auth: string): string =>
  JSON.stringify({ auths: { 'registry.example.com': { auth: base64(auth) } } });

const lastApplied = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db' },
  data: { password: base64(letters(12, 'applied')) },
});

const hunter = ['hunter', 2].join('');
const rsaKey = ['RSA', 'PRIVATE', 'KEY'].join(' ');
const word = ['p', 'w'].join('');

type Row = readonly [name: string, path: string, text: string, findings: readonly string[]];

const ROWS: readonly Row[] = [
  [
    'Secret data, plain base64, a leak',
    'db.yaml',
    secret(`data:\n  password: ${base64(letters(14, 'a'))}\n`),
    ['kubernetes-secret-value@6'],
  ],
  [
    'Secret data, base64 of a token, the token by name',
    'db.yaml',
    secret(`data:\n  token: ${base64(githubToken())}\n`),
    ['github-personal-token@6'],
  ],
  [
    'Secret stringData, password and DSN, leaks',
    'db.yaml',
    secret(
      `stringData:\n  password: ${hunter}\n  dsn: postgres://app:${letters(9, 'dsn')}@db/app\n`,
    ),
    ['kubernetes-secret-value@6', 'kubernetes-secret-value@7'],
  ],
  [
    'SOPS-encrypted Secret, clean',
    'db.yaml',
    `${secret(`data:\n  password: ${sopsValue('p')}\n`)}${sopsBlock()}`,
    [],
  ],
  [
    'SealedSecret encryptedData, clean',
    'db.yaml',
    `apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: db\nspec:\n  encryptedData:\n    password: ${sealedValue('s')}\n  template:\n    metadata:\n      name: db\n`,
    [],
  ],
  [
    'ExternalSecret, clean',
    'db.yaml',
    'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: db\nspec:\n  secretStoreRef: {name: vault}\n  target: {name: db}\n  data:\n    - secretKey: password\n      remoteRef: {key: secret/data/db, property: password}\n',
    [],
  ],
  [
    '.dockerconfigjson, nested base64 auth, the token by name',
    'pull.yaml',
    secret(
      `type: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: ${base64(auths(`bot:${githubToken()}`))}\n`,
    ),
    ['github-personal-token@7'],
  ],
  [
    'kubeconfig, client key in base64, a leak',
    'clusters/admin.yaml',
    `apiVersion: v1\nkind: Config\nusers:\n  - name: admin\n    user:\n      client-key-data: ${base64(pem(rsaKey))}\n      client-certificate-data: ${base64(pem('CERTIFICATE'))}\n`,
    ['kubeconfig-credential@6'],
  ],
  [
    'kubeconfig, token, a leak',
    'config.yaml',
    `apiVersion: v1\nkind: Config\nusers:\n  - name: admin\n    user:\n      token: ${letters(40, 'jwt')}\n`,
    ['kubeconfig-credential@6'],
  ],
  [
    'kustomize secretGenerator literal, a leak',
    'kustomization.yaml',
    `secretGenerator:\n  - name: db\n    literals:\n      - username=app\n      - password=${letters(10, 'lit')}\n`,
    ['kustomize-secret-literal@4', 'kustomize-secret-literal@5'],
  ],
  [
    'env DB_PASSWORD with a value, a leak',
    'app.yaml',
    `apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          env:\n            - name: DB_PASSWORD\n              value: ${letters(10, 'env')}\n`,
    ['env-secret-value@10'],
  ],
  [
    'Secret as JSON, a leak',
    'db.json',
    JSON.stringify(
      { apiVersion: 'v1', kind: 'Secret', data: { password: base64(letters(9, 'j')) } },
      null,
      2,
    ),
    ['kubernetes-secret-value@5'],
  ],
  [
    'Secret in a last-applied annotation, a leak',
    'cm.yaml',
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      ${lastApplied}\n`,
    ['kubernetes-secret-value@6'],
  ],
  [
    'data of four long values before kind, leaks',
    'db.yaml',
    `data:\n${[1, 2, 3, 4].map((n) => `  k${n}: ${base64(letters(120, `k${n}`))}\n`).join('')}kind: Secret\napiVersion: v1\n`,
    [2, 3, 4, 5].map((line) => `kubernetes-secret-value@${line}`),
  ],
  [
    'Helm values rootPassword, a leak',
    'charts/db/values.yaml',
    'auth:\n  rootPassword: corr3ct-Horse\n',
    ['helm-secret-value@2'],
  ],
  [
    'Secret with long labels before data, a leak',
    'db.yaml',
    `apiVersion: v1\nkind: Secret\nmetadata:\n  labels:\n${Array.from({ length: 30 }, (_, n) => `    example.com/label-${n}: ${'value-'.repeat(8)}${n}\n`).join('')}data:\n  password: ${base64(letters(9, 'l'))}\n`,
    ['kubernetes-secret-value@36'],
  ],
  [
    'Secret data, base64 of a short word, a leak',
    'db.yaml',
    secret(`data:\n  password: ${base64(hunter)}\n`),
    ['kubernetes-secret-value@6'],
  ],
  [
    'placeholders ${VAR} and {{ .Values }}, clean',
    'db.yaml',
    secret(
      'stringData:\n  a: ${DB_PASSWORD}\n  b: "{{ .Values.password }}"\n  c: {{ .Values.token | quote }}\n  d: <password>\n  e: REPLACE_ME\n  f: ""\n',
    ),
    [],
  ],
  [
    'GitRepository url with a password, a leak',
    'source.yaml',
    `apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nspec:\n  url: https://bot:${word}@git.example.com/app.git\n`,
    ['manifest-url-credentials@4'],
  ],
];

describe('the table of what a scanner of GitOps files must know', () => {
  it.each(ROWS)('%s', (_name, path, text, findings) => {
    const found = scanFile(path, text);
    // Another rule may know more of what is there: a name is asked for only where a token has one.
    const lines = [...new Set(found.findings.map(({ line }) => line))];
    expect(lines).toEqual(findings.map((one) => Number(one.split('@')[1])));
    expect(found.gaps).toEqual([]);
    const named = findings.filter((one) => one.startsWith('github'));
    expect(found.findings.map(({ rule, line }) => `${rule}@${line}`)).toEqual(
      expect.arrayContaining(named),
    );
  });

  it.each(ROWS)('%s, by structure alone', (_name, path, text, findings) => {
    expect(told(path, text)).toEqual(findings);
  });

  it('a decoded token, how it was wrapped', () => {
    const [finding] = scanFile(
      'db.yaml',
      secret(`data:\n  token: ${base64(githubToken())}\n`),
    ).findings;
    expect(finding).toMatchObject({ within: 'data.token, base64', line: 6, endLine: 6 });
  });

  it('a nested token, how it was wrapped', () => {
    const text = secret(`data:\n  .dockerconfigjson: ${base64(auths(`bot:${githubToken()}`))}\n`);
    const [finding] = scanFile('pull.yaml', text).findings;
    expect(finding).toMatchObject({ within: 'data.[.dockerconfigjson], base64, base64' });
  });
});
