import { describe, expect, it } from 'vitest';
import { fileScanner } from '../../src/secrets/index.ts';
import { base64, githubToken, letters, pem, scanFile } from '../support/secrets/structure.ts';

const PASSWORD = letters(14, 'hidden');
const DATA = base64(PASSWORD);
const TOKEN = githubToken();
const TAIL = TOKEN.slice(1);
const VALUE = 'kubernetes-secret-value';
const FORMAT = 'github-personal-token';

const rules = (path: string, text: string): readonly string[] =>
  scanFile(path, text).findings.map(({ rule, line }) => `${rule}@${line}`);

/** What scanners do: look for the form in the bytes, and for a Secret by its kind. */
const naive = (text: string): boolean =>
  /ghp_[0-9A-Za-z]{36}/.test(text) || /^kind: Secret$[^]{0,200}^(?:data|stringData):$/m.test(text);

type Case = readonly [name: string, path: string, text: string, told: string];

const config = (data: string): string => `apiVersion: v1\nkind: ConfigMap\n${data}`;
const inline = (target: string, patch: string): string =>
  `patches:\n- target: {${target}}\n  patch: |-\n${patch.replace(/^/gm, '    ')}\n`;
const operation = (path: string, value: string): string =>
  `- op: add\n  path: ${path}\n  value: ${value}`;

const WRITTEN_BY_PATCH: readonly Case[] = [
  ['a JSON patch', 'p.yaml', operation('/stringData/conf', PASSWORD), `${VALUE}@3`],
  ['a JSON patch of base64', 'p.yaml', operation('/data/conf', DATA), `${VALUE}@3`],
  [
    'a JSON patch of all data, in JSON',
    'patch.json',
    JSON.stringify([{ op: 'add', path: '/stringData', value: { conf: PASSWORD } }]),
    `${VALUE}@1`,
  ],
  ['a JSON patch in a file of any name', 'p', operation('/stringData/a', PASSWORD), `${VALUE}@3`],
  ['an escaped pointer', 'p.yaml', operation('/stringData/a~1b', PASSWORD), `${VALUE}@3`],
  [
    'a JSON patch of a kustomization',
    'kustomization.yaml',
    inline('kind: Secret', operation('/data/conf', letters(10, 'x'))),
    `${VALUE}@6`,
  ],
  [
    'a target by regex',
    'kustomization.yaml',
    inline('kind: Secr.*', operation('/data/conf', letters(10, 'x'))),
    `${VALUE}@6`,
  ],
  [
    'a merge under a kind that does not count',
    'kustomization.yaml',
    inline('kind: Secret', `kind: Any\nmetadata: {name: any}\ndata:\n  a: ${DATA}`),
    `${VALUE}@7`,
  ],
  [
    'a patch of a Flux Kustomization',
    'ks.yaml',
    `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n${inline(
      'kind: Secret',
      operation('/stringData/conf', PASSWORD),
    ).replace(/^(?=.)/gm, '  ')}`,
    `${VALUE}@9`,
  ],
  [
    'a merge that names no kind',
    'patch.yaml',
    `metadata:\n  name: db\nstringData:\n  foo: ${PASSWORD}\n`,
    `${VALUE}@4`,
  ],
  [
    'a merge of base64 that names no kind',
    'patch.yaml',
    `metadata:\n  name: db\ndata:\n  foo: ${DATA}\n`,
    `${VALUE}@4`,
  ],
  [
    'a field that a name gives away',
    'p.yaml',
    operation('/spec/values/dbPassword', PASSWORD),
    'manifest-secret-value@3',
  ],
];

const NAMED_OTHERWISE: readonly Case[] = [
  ['an empty group', 's.yaml', `apiVersion: /v1\nkind: Secret\ndata: {p: ${DATA}}\n`, `${VALUE}@3`],
  [
    'a version that is none',
    's.yaml',
    `apiVersion: v1beta1\nkind: Secret\ndata: {p: ${DATA}}\n`,
    `${VALUE}@3`,
  ],
  [
    'a version that is filled in',
    's.yaml',
    `apiVersion: \${V}\nkind: Secret\ndata: {p: ${DATA}}\n`,
    `${VALUE}@3`,
  ],
  [
    'a kind that is filled in',
    's.yaml',
    `apiVersion: v1\nkind: \${K}\nmetadata: {name: a}\ndata: {p: ${DATA}}\n`,
    `${VALUE}@4`,
  ],
  [
    'a kind that a template writes',
    's.yaml',
    `apiVersion: v1\nkind: {{ "Secret" }}\ndata:\n  p: ${DATA}\n`,
    `${VALUE}@4`,
  ],
];

const secret = (value: string, field = 'stringData'): string =>
  `apiVersion: v1\nkind: Secret\n${field}:\n  p: ${value}\n`;

const EXCUSED: readonly Case[] = (
  [
    ['a default of envsubst', `\${x:=${PASSWORD}}`],
    ['another default of envsubst', `\${x:-${PASSWORD}}`],
    ['a literal in a template', `'{{ "${PASSWORD}" }}'`],
    ['a literal through a function', `'{{ \`${PASSWORD}\` | b64enc }}'`],
    ['a literal through printf', `{{ printf "%s" "${PASSWORD}" | b64enc | quote }}`],
    ['a literal behind a function', `{{ b64enc "${PASSWORD}" }}`],
    ['angle brackets', `<${PASSWORD}>`],
    ['double brackets', `((${PASSWORD}))`],
    ['a dollar', `$${PASSWORD}1`],
    ['a reference without a place', `vault:${PASSWORD}`],
    ['a scheme without a place', `ref+${PASSWORD}`],
    [
      'a certificate that is none',
      `|\n    -----BEGIN CERTIFICATE-----\n    x${PASSWORD}\n    -----END CERTIFICATE-----`,
    ],
  ] as const
).map(([name, value]) => [name, 's.yaml', secret(value), `${VALUE}@4`]);

const WRAPPED: readonly Case[] = [
  ['an escape', 'c.yaml', config(`data:\n  a: "\\x67${TAIL}"\n`), `${FORMAT}@4`],
  ['an escape in JSON', 'x.json', `{"x":"\\u0067${TAIL}"}`, `${FORMAT}@1`],
  [
    'an escape in a variable',
    'p.yaml',
    `kind: Pod\nspec:\n  containers:\n  - env:\n    - {name: X, value: "\\x67${TAIL}"}\n`,
    `${FORMAT}@5`,
  ],
  [
    'a line that goes on',
    'c.yaml',
    config(`data:\n  a: "${TOKEN.slice(0, 9)}\\\n    ${TOKEN.slice(9)}"\n`),
    `${FORMAT}@4`,
  ],
  ['a tag', 'c.yaml', config(`data:\n  a: !!binary ${base64(TOKEN)}\n`), `${FORMAT}@4`],
  ['binaryData', 'c.yaml', config(`binaryData:\n  a: ${base64(`t=${TOKEN}`)}\n`), `${FORMAT}@4`],
  ['base64 in data', 'c.yaml', config(`data:\n  a: ${base64(`t=${TOKEN}`)}\n`), `${FORMAT}@4`],
  [
    'a manifest in binaryData',
    'c.yaml',
    config(`binaryData:\n  a: ${base64(secret(PASSWORD))}\n`),
    `${VALUE}@4`,
  ],
];

const ALL = [...WRITTEN_BY_PATCH, ...NAMED_OTHERWISE, ...WRAPPED];

describe('a value in disguise', () => {
  it('naive control: the bytes and the kind show nothing', () => {
    expect(ALL.filter(([, , text]) => naive(text)).map(([name]) => name)).toEqual([]);
  });

  it.each(ALL)('%s, told', (_name, path, text, told) => {
    expect(rules(path, text)).toContain(told);
  });
});

describe('a value that poses as a placeholder', () => {
  /** What scanners do: braces, brackets and references are filled in later. */
  const trusting = (text: string): boolean =>
    /p: ['"]?(?:\$|\{\{|<|\(\(|vault:|ref\+)|BEGIN CERTIFICATE/.test(text);

  it('naive control: each of them looks like one', () => {
    expect(EXCUSED.every(([, , text]) => trusting(text))).toBe(true);
  });

  it.each(EXCUSED)('%s, told', (_name, path, text, told) => {
    expect(rules(path, text)).toContain(told);
  });

  it.each([
    ['a variable', '${DB_PASSWORD}'],
    ['a variable with a short default', '${MODE:=dev}'],
    ['a value of a chart', '{{ .Values.password | b64enc | quote }}'],
    ['a value looked up', '{{ index .Values "db-password" | b64enc }}'],
    ['a random value', '{{ randAlphaNum 20 | b64enc }}'],
    ['a named template', '{{ include "chart.password" . }}'],
    ['a note', '<your-password-here>'],
    ['a long note', '<the-password-of-the-database>'],
    ['a reference to vault', 'vault:secret/data/db#password'],
    ['a reference of vals', 'ref+vault://secret/db#/password'],
    ['a certificate', `|\n${pem('CERTIFICATE').replace(/^/gm, '    ')}`],
  ])('%s, clean', (_name, value) => {
    expect(rules('s.yaml', secret(value))).toEqual([]);
  });

  it.each([
    ['a patch of a Deployment', operation('/spec/replicas', '3')],
    ['a patch of a ConfigMap', operation('/data/colour', 'blue')],
    ['a patch of data that are words', operation('/data/colour', 'blueblue')],
    ['values with data', 'data:\n  colour: blueblue\n'],
    ['data without a kind', 'metadata: {name: a}\ndata:\n  colour: blueblue\n  size: "12"\n'],
  ])('%s, clean', (_name, text) => {
    expect(rules('p.yaml', text)).toEqual([]);
  });
});

describe('gitleaks:allow on a value of a structure', () => {
  const scan = (text: string, inlineAllow: boolean): readonly number[] =>
    fileScanner({ dialect: 'gitward', inlineAllow, salt: 's', sops: [] }, () => 0)
      .scan({ path: 's.yaml', bytes: Buffer.from(text) })
      .findings.map(({ line }) => line);
  const text = `${secret(`${PASSWORD} # gitleaks:allow`)}  q: |- # gitleaks:allow\n    ${PASSWORD}\n  r: ${PASSWORD}x\n`;

  it('not honoured, all are told', () => {
    expect(scan(text, false)).toEqual([4, 5, 7]);
  });

  it('honoured, the marked ones are silent: by the line of the value, and of its key', () => {
    expect(scan(text, true)).toEqual([7]);
  });
});
