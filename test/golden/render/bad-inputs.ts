/** What a file of a repository may hold: text, or bytes for what is no text. */
export type Content = string | Uint8Array;

/** A row: input and outcome, the files by path, the reason of the stop. */
export type BadInput = Readonly<{
  name: string;
  files: Readonly<Record<string, Content>>;
  reason: 'ManifestInvalid' | 'RenderLimitExceeded';
}>;

/** A value that no message may show. */
export const CANARY = 'c4n4ry-v4lu3';

const object = (fields: string, kind = 'ConfigMap', apiVersion = 'v1'): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\n${fields}`;
const named = (rest: string, kind = 'ConfigMap', apiVersion = 'v1'): string =>
  object(`metadata:\n  name: a\n${rest}`, kind, apiVersion);

const invalid = (name: string, file: Content, path = 'app/a.yaml'): BadInput => ({
  name,
  files: { [path]: file },
  reason: 'ManifestInvalid',
});
const over = (name: string, file: Content): BadInput => ({
  name,
  files: { 'app/a.yaml': file },
  reason: 'RenderLimitExceeded',
});

const laughs = Array.from(
  { length: 9 },
  (_, i) =>
    `a${i}: &a${i} [${
      i === 0
        ? 'ha'
        : Array(9)
            .fill(`*a${i - 1}`)
            .join(', ')
    }]\n`,
).join('');

const utf16 = new Uint8Array(Buffer.from(`\ufeff${named('')}`, 'utf16le'));

/** The YAML and manifest family of the corpus, less what only a cluster can tell. */
export const BAD_INPUTS: readonly BadInput[] = [
  over('laughs', laughs),
  over('depth 10,000 in flow', `a: ${'['.repeat(10_000)}`),
  over('depth 10,000 in blocks', '- '.repeat(10_000)),
  over('5 MB scalar', named(`data:\n  a: ${'x'.repeat(5 * 2 ** 20)}\n`)),
  over('100,000 documents', 'a: 1\n---\n'.repeat(100_000)),
  over('more than 1 MiB in one object', named(`data:\n  a: ${'x'.repeat(1.2 * 2 ** 20)}\n`)),
  invalid('duplicate keys', named(`data:\n  a: ${CANARY}\n  a: ${CANARY}\n`)),
  invalid('__proto__', named('__proto__: {x: 1}\n')),
  invalid('an anchor that holds itself', named('data: &a\n  b: *a\n')),
  invalid('a foreign tag', named(`data: !!js/function "${CANARY}"\n`)),
  invalid('tabs', `apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: ${CANARY}\n`),
  invalid('UTF-16', utf16),
  invalid('.inf', named('spec: .inf\n', 'Sample', 'test.dev/v1')),
  invalid('an integer beyond 2^53', named('spec: 9007199254740993\n', 'Sample', 'test.dev/v1')),
  invalid('no kind', 'apiVersion: v1\nmetadata: {name: a}\n'),
  invalid('no apiVersion', 'kind: ConfigMap\nmetadata: {name: a}\n'),
  invalid('a bad apiVersion', named('', 'ConfigMap', 'a/b/c')),
  invalid('a version in capitals', named('', 'ConfigMap', 'V1')),
  invalid('no metadata', object('')),
  invalid('a number as name', object('metadata: {name: 1}\n')),
  invalid('a name in capitals', object('metadata: {name: Web}\n')),
  invalid(
    'a role named ..',
    object('metadata: {name: ".."}\n', 'Role', 'rbac.authorization.k8s.io/v1'),
  ),
  invalid(
    'a role with a slash',
    object('metadata: {name: a/b}\n', 'Role', 'rbac.authorization.k8s.io/v1'),
  ),
  invalid('a namespace in capitals', object('metadata: {name: a, namespace: Prod}\n')),
  invalid('generateName', object('metadata: {generateName: a-}\n')),
  invalid('a list as document', '- a\n- b\n'),
  invalid('a text as document', `${CANARY}\n`),
  invalid('a null in a list kind', object('items: [null]\n', 'List')),
  invalid('an item without kind', object(`items:\n- metadata: {name: ${CANARY}}\n`, 'List')),
  invalid('a label that is no string', object('metadata: {name: a, labels: {a: yes}}\n')),
  invalid('an annotation that is no string', object('metadata: {name: a, annotations: {a: 1}}\n')),
  invalid('a ConfigMap with a number', named('data: {a: 1}\n')),
  invalid('ownerReferences', object('metadata: {name: a, ownerReferences: [{uid: x}]}\n')),
  invalid('a Secret, no base64', named(`data:\n  password: ${CANARY}\n`, 'Secret')),
  invalid('a Secret, base64 cut short', named('data:\n  password: c2VjcmV\n', 'Secret')),
  invalid('a Secret, base64 for URLs', named('data:\n  password: "_-8="\n', 'Secret')),
  invalid('a Secret, data is a list', named(`data: [${CANARY}]\n`, 'Secret')),
  invalid('a Secret, a number in stringData', named('stringData:\n  pin: 1234\n', 'Secret')),
  invalid('a Secret, an open quote', named(`stringData:\n  password: "${CANARY}\n`, 'Secret')),
  invalid(
    'a Secret, a foreign tag',
    named(`stringData:\n  password: !vault ${CANARY}\n`, 'Secret'),
  ),
  invalid('a Secret, a map inside a line', named(`stringData:\n  a: ${CANARY}: b\n`, 'Secret')),
  invalid('a Secret encrypted by SOPS', named('sops: {version: 3.8.1}\n', 'Secret')),
  invalid(
    'a Git LFS pointer',
    'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
  ),
  invalid('a kustomization', 'resources: [https://example.com/base]\n', 'app/kustomization.yaml'),
  invalid('a kustomization without extension', 'resources: []\n', 'app/Kustomization'),
  invalid('a Helm chart', 'name: web\n', 'app/Chart.yaml'),
  invalid('a Helm template', named('data:\n  a: {{ .Values.a }}\n')),
  invalid('a Helm condition', '{{- if .Values.on }}\napiVersion: v1\n{{- end }}\n'),
  invalid(
    'JSON with a comma too many',
    `{"kind": "Secret", "data": {"a": "${CANARY}",}}`,
    'app/a.json',
  ),
  {
    name: 'the same object in two files',
    files: { 'app/a.yaml': named(''), 'app/b/c.YML': `# second\n---\n${named('')}` },
    reason: 'ManifestInvalid',
  },
  {
    name: 'the same object in two versions',
    files: {
      'app/a.yaml': `${named('', 'Sample', 'test.dev/v1')}---\n${named('', 'Sample', 'test.dev/v2')}`,
    },
    reason: 'ManifestInvalid',
  },
];
