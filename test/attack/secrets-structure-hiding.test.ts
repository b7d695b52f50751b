import { describe, expect, it } from 'vitest';
import { base64, letters, sealedValue, told } from '../support/secrets/structure.ts';

const PASSWORD = letters(14, 'hidden');
const DATA = base64(PASSWORD);

/** What scanners do with one regex: a Secret is `kind: Secret` with `data:` soon after it. */
function naive(text: string): boolean {
  return /kind: *["']?Secret\b["']?[^]{0,200}?\bdata: *\n +\S+: *["']?[A-Za-z0-9+/]{10,}/.test(
    text,
  );
}

const utf16 = (text: string, order: 'le' | 'be'): Buffer => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};

const plain = `apiVersion: v1\nkind: Secret\ndata:\n  password: ${DATA}\n`;
const others = 'kind: Namespace\napiVersion: v1\nmetadata: {name: a}\n---\n'.repeat(200);
const escaped = 'S\\x65cret';
const applied = JSON.stringify(
  JSON.stringify({ apiVersion: 'v1', kind: 'Secret', data: { p: DATA } }),
);

const HIDDEN: readonly (readonly [name: string, text: string, line: number])[] = [
  [
    'in a List',
    `apiVersion: v1\nkind: List\nitems:\n- kind: Secret\n  apiVersion: v1\n  metadata: {name: a}\n  stringData:\n    p: ${PASSWORD}\n`,
    8,
  ],
  [
    'in a SecretList that does not name its items',
    `apiVersion: v1\nkind: SecretList\nitems:\n- data:\n    p: ${DATA}\n`,
    5,
  ],
  [
    'in a List in a List',
    `kind: List\napiVersion: v1\nitems:\n- kind: List\n  items:\n  - {apiVersion: v1, kind: Secret, data: {p: ${DATA}}}\n`,
    6,
  ],
  [
    'as JSON on one line',
    JSON.stringify({ data: { p: DATA }, kind: 'Secret', apiVersion: 'v1' }),
    1,
  ],
  [
    'in an annotation',
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: ${applied}\n`,
    5,
  ],
  [
    'in a ConfigMap, as a file',
    `apiVersion: v1\nkind: ConfigMap\ndata:\n  a.yaml: |\n    apiVersion: v1\n    kind: Secret\n    data:\n      p: ${DATA}\n`,
    8,
  ],
  [
    'in a patch of a kustomization',
    `patches:\n- patch: |-\n    apiVersion: v1\n    kind: Secret\n    stringData:\n      p: ${PASSWORD}\n`,
    6,
  ],
  ['behind an alias', `x: &v ${DATA}\napiVersion: v1\nkind: Secret\ndata:\n  p: *v\n`, 1],
  ['behind the alias of a map', `x: &v\n  p: ${DATA}\napiVersion: v1\nkind: Secret\ndata: *v\n`, 2],
  ['behind a merge key', `x: &v\n  data: {p: ${DATA}}\n<<: *v\napiVersion: v1\nkind: Secret\n`, 2],
  [
    'behind a merge key in data',
    `x: &v\n  p: ${DATA}\napiVersion: v1\nkind: Secret\ndata:\n  <<: *v\n`,
    2,
  ],
  ['after 200 other documents', `${others}${plain}`, 804],
  [
    'with data before kind',
    `data:\n  p: ${DATA}\nmetadata: {name: a}\nkind: Secret\napiVersion: v1\n`,
    2,
  ],
  ['with CRLF', plain.replaceAll('\n', '\r\n'), 4],
  ['with CR alone', plain.replaceAll('\n', '\r'), 4],
  ['with CR alone but once', `# a\n${plain.replaceAll('\n', '\r')}`, 5],
  ['with NEL', plain.replaceAll('\n', '\u0085'), 4],
  ['with LS', plain.replaceAll('\n', '\u2028'), 4],
  ['with a byte order mark', `\ufeff${plain}`, 4],
  ['with kind twice', `kind: ConfigMap\n${plain}`, 5],
  ['with data twice', `${plain}data: {}\n`, 4],
  ['with an escape in its kind', `apiVersion: v1\nkind: "${escaped}"\ndata:\n  p: ${DATA}\n`, 4],
  ['with a kind over two lines', `apiVersion: v1\nkind: "Sec\\\n  ret"\ndata:\n  p: ${DATA}\n`, 5],
  ['with a kind in base64', `apiVersion: v1\nkind: !!binary U2VjcmV0\ndata:\n  p: ${DATA}\n`, 4],
  ['with tags', `apiVersion: v1\nkind: !!str Secret\ndata: !!map\n  p: !!str ${DATA}\n`, 4],
  ['with quoted keys', `"apiVersion": v1\n'kind': 'Secret'\n"data":\n  "p": '${DATA}'\n`, 4],
  ['with a key written with ?', `apiVersion: v1\n? kind\n: Secret\ndata:\n  p: ${DATA}\n`, 5],
  ['with a value on the next line', `apiVersion: v1\nkind: Secret\ndata:\n  p:\n    ${DATA}\n`, 4],
  [
    'with a value in a block',
    `apiVersion: v1\nkind: Secret\ndata:\n  p: >-\n    ${DATA.slice(0, 8)}\n    ${DATA.slice(8)}\n`,
    4,
  ],
  [
    'with a value in a wide block',
    `apiVersion: v1\nkind: Secret\nstringData:\n  p: |2-\n    ${PASSWORD}\n`,
    4,
  ],
  ['with an indented document', `  apiVersion: v1\n  kind: Secret\n  data:\n    p: ${DATA}\n`, 4],
  ['with a directive', `%YAML 1.1\n---\n${plain}`, 6],
  [
    'with comments everywhere',
    `# a\napiVersion: v1 # b\nkind: Secret # c\n# d\ndata: # e\n  # f\n  p: ${DATA} # g\n`,
    7,
  ],
  ['with data nested in data', `apiVersion: v1\nkind: Secret\ndata:\n  a:\n    b: ${DATA}\n`, 5],
  ['with data as a list', `apiVersion: v1\nkind: Secret\ndata:\n- ${DATA}\n`, 4],
  ['after a broken document', `a: [\n---\n${plain}`, 6],
  [
    'with a line that is no YAML',
    `apiVersion: v1\nkind: Secret\n}}}} @@@\ndata:\n  p: ${DATA}\n`,
    5,
  ],
  ['with tabs', `apiVersion: v1\nkind: Secret\ndata:\n\tp: ${DATA}\n`, 4],
  [
    'with a dedent that fits nothing',
    `apiVersion: v1\nkind: Secret\ndata:\n    a: ""\n  p: ${DATA}\n`,
    5,
  ],
  [
    'in braces of a template',
    `{{- if .Values.on }}\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}\n{{- with .Values.x }}\n  labels: {{ toYaml . | nindent 4 }}\n{{- end }}\ndata:\n  p: ${DATA}\n{{- end }}\n`,
    10,
  ],
  [
    'as the default of a template',
    `apiVersion: v1\nkind: Secret\nstringData:\n  p: {{ .Values.p | default "${PASSWORD}" }}\n`,
    4,
  ],
  ['in a template of several lines', `{{- /*\n  comment: with colon\n*/ -}}\n${plain}`, 7],
  ['beside a template', `apiVersion: v1\nkind: Secret\nstringData:\n  p: ${PASSWORD}{{ "" }}\n`, 4],
];

describe('a Secret that hides', () => {
  it('naive control: a regex sees the plain one, and almost none of the hidden ones', () => {
    expect(naive(plain)).toBe(true);
    const seen = HIDDEN.filter(([, text]) => naive(text));
    expect(seen.length).toBeLessThan(HIDDEN.length / 3);
  });

  it.each(HIDDEN)('%s, found at its line', (_name, text, line) => {
    expect(told('a.yaml', text)).toContain(`kubernetes-secret-value@${line}`);
  });

  it.each([
    ['UTF-16, little end first', utf16(plain, 'le')],
    ['UTF-16, big end first', utf16(plain, 'be')],
    ['UTF-16 without a mark', utf16(plain, 'le').subarray(2)],
  ])('%s, found at its line', (_name, bytes) => {
    expect(told('a.yaml', bytes)).toEqual(['kubernetes-secret-value@4']);
  });

  it.each(['secret.txt', 'secret', 'README.pdf', 'package.lock'])(
    'a manifest called %s, found',
    (path) => {
      expect(told(path, plain)).toEqual(['kubernetes-secret-value@4']);
    },
  );
});

describe('what is no Secret', () => {
  const other = (kind: string, version = 'v1'): string =>
    `apiVersion: ${version}\nkind: ${kind}\ndata:\n  colour: ${DATA}\n`;

  it.each([
    ['kind in lower case, which no API takes', other('secret')],
    ['a kind of another API group', other('Secret', 'example.com/v1')],
    ['a ConfigMap', other('ConfigMap')],
    ['a longer kind', other('SecretStore')],
  ])('%s, not told as one', (_name, text) => {
    expect(told('a.yaml', text)).toEqual([]);
  });
});

describe('plain text in a SealedSecret', () => {
  const sealed = (value: string, template = ''): string =>
    `apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData:\n    p: ${value}\n${template}`;
  const disguised = Buffer.concat([Buffer.from([2, 0]), Buffer.from(letters(64, 'in'))]);

  it('naive control: a scanner that trusts the kind sees nothing', () => {
    const trusting = (text: string): boolean => !text.includes('kind: SealedSecret');
    expect(trusting(sealed(PASSWORD))).toBe(false);
  });

  it.each([
    ['a password', sealed(PASSWORD)],
    ['a password in base64', sealed(DATA)],
    ['a long text in base64', sealed(base64(letters(600, 'long')))],
    ['a text behind the right length', sealed(base64(disguised))],
  ])('%s, told', (_name, text) => {
    expect(told('a.yaml', text)).toEqual(['sealed-secret-plaintext@5']);
  });

  it('a literal in its template, told', () => {
    const template = `  template:\n    stringData:\n      password: ${PASSWORD}\n`;
    expect(told('a.yaml', sealed(sealedValue('a'), template))).toEqual([
      'kubernetes-secret-value@8',
    ]);
  });

  it('ciphertext, clean', () => {
    expect(told('a.yaml', sealed(sealedValue('a')))).toEqual([]);
  });

  it('ciphertext cut short as in documentation, clean', () => {
    expect(told('a.yaml', sealed(`${sealedValue('a').slice(0, 60)}...`))).toEqual([]);
  });
});
