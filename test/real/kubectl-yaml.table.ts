import type { Json } from '../../src/domain/json.ts';

/** How unquoted scalars are read, as a value and as a key: text, value, key; recorded from kubectl. */
export const SCALARS: readonly (readonly [text: string, value: Json, key: string])[] = [
  ['true', true, 'true'],
  ['False', false, 'false'],
  ['yes', true, 'true'],
  ['No', false, 'false'],
  ['on', true, 'true'],
  ['OFF', false, 'false'],
  ['y', true, 'true'],
  ['N', false, 'false'],
  ['yEs', 'yEs', 'yEs'],
  ['0', 0, '0'],
  ['-0', 0, '0'],
  ['-0.0', 0, '-0'],
  ['+1', 1, '1'],
  ['0644', 420, '420'],
  ['-0644', -420, '-420'],
  ['0o644', 420, '420'],
  ['08', 8, '8'],
  ['0x1F', 31, '31'],
  ['0X1f', 31, '31'],
  ['+0x10', 16, '16'],
  ['0x', '0x', '0x'],
  ['0b101', 5, '5'],
  ['-0b101', -5, '-5'],
  ['0b+1', 1, '1'],
  ['0b2', '0b2', '0b2'],
  ['1_000', 1000, '1000'],
  ['1__0_', 10, '10'],
  ['_1', '_1', '_1'],
  ['0_7', 7, '7'],
  ['9007199254740991', 9007199254740991, '9007199254740991'],
  ['-9007199254740991', -9007199254740991, '-9007199254740991'],
  ['1.5', 1.5, '1.5'],
  ['1.', 1, '1'],
  ['.5', 0.5, '0.5'],
  ['+.5', 0.5, '0.5'],
  ['.1_0', 0.1, '0.1'],
  ['._5', '._5', '._5'],
  ['1_0.5', 10.5, '10.5'],
  ['1e3', 1000, '1000'],
  ['1E-7', 1e-7, '1e-07'],
  ['1e21', 1e21, '1e+21'],
  ['1234567.5', 1234567.5, '1.2345675e+06'],
  ['0.1234567890123', 0.1234567890123, '0.12345679'],
  ['1e400', '1e400', '1e400'],
  ['1e-400', 0, '0'],
  ['1e3.5', '1e3.5', '1e3.5'],
  ['0x1p3', '0x1p3', '0x1p3'],
  ['inf', 'inf', 'inf'],
  ['nan', 'nan', 'nan'],
  ['.', '.', '.'],
  ['=', '=', '='],
  ['12:30', '12:30', '12:30'],
  ['2020-01-01', '2020-01-01', '2020-01-01'],
  ['2020-01-01T10:00:00Z', '2020-01-01T10:00:00Z', '2020-01-01T10:00:00Z'],
  ['1.2.3', '1.2.3', '1.2.3'],
  ['10Gi', '10Gi', '10Gi'],
  ['100m', '100m', '100m'],
  ['nULL', 'nULL', 'nULL'],
  ['é', 'é', 'é'],
];

/** Scalars that are values only: kubectl has no null keys. */
export const NULLS: readonly string[] = ['', '~', 'null', 'Null', 'NULL'];

/** The apiVersion and kind that kubectl wants in every object; no row is about them. */
export const HEAD = { apiVersion: 'test.gitward.dev/v1', kind: 'Sample' };

/** A row as a file: `@` becomes the head, and a YAML row without it gets the head as first lines. */
export function fileOf(row: string): string {
  const [apiVersion, kind] = [HEAD.apiVersion, HEAD.kind];
  const lines = `apiVersion: ${apiVersion}\nkind: ${kind}`;
  if (/^\s*\{/.test(row)) return row.replaceAll('@', JSON.stringify(HEAD).slice(1, -1));
  return row.includes('@') ? row.replaceAll('@', lines) : `${lines}\n${row}`;
}

/** Files that kubectl and gitward read alike: what it shows, the file, its documents. */
export const FILES: readonly (readonly [what: string, file: string, documents: readonly Json[]])[] =
  [
    ['a map in a list', 'a:\n- 1: b\n  c:\n  - d\n', [{ a: [{ '1': 'b', c: ['d'] }] }]],
    ['quotes', `a: "0644"\nb: 'yes'\n"y": "\\x41\\u00e9"\n`, [{ a: '0644', b: 'yes', y: 'Aé' }]],
    ['standard tags', 'a: !!str 12\nb: !!int "5"\nc: !!float 3\n', [{ a: '12', b: 5, c: 3 }]],
    [
      'a merge',
      'a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}\n',
      [{ a: { x: 1, true: 2 }, b: { x: 3, true: 2 } }],
    ],
    [
      'a merge of two',
      'a: &a {x: 1}\nb: &b {x: 2, z: 3}\nc: {<<: [*a, *b]}\n',
      [{ a: { x: 1 }, b: { x: 2, z: 3 }, c: { x: 1, z: 3 } }],
    ],
    ['a merge below its key', 'a: &a {x: 1}\nb: {x: 3, <<: *a}\n', [{ a: { x: 1 }, b: { x: 1 } }]],
    ['a quoted merge key', 'a: {"<<": 1}\n', [{ a: { '<<': 1 } }]],
    ['an anchor given twice', 'a: [&x 1, &x 2]\nb: *x\n', [{ a: [1, 2], b: 2 }]],
    [
      'block scalars',
      'a: |\n  x\n   y\n\nb: >-\n  x\n  y\n\n  z\nc: |+\n  x\n\n',
      [{ a: 'x\n y\n', b: 'x y\nz', c: 'x\n\n' }],
    ],
    ['line breaks of Windows', 'a: |\r\n  x\r\n  y\r\nb: 1\r\n', [{ a: 'x\ny\n', b: 1 }]],
    ['a plain scalar over lines', 'a: x\n  y\n\n  z\n', [{ a: 'x y\nz' }]],
    ['blanks without a last line end', 'a: |+\n  x\n  ', [{ a: 'x\n\n' }]],
    [
      'documents, some empty',
      '# a\n---\n@\na: 1\n---\n---\n# b\n--- \n@\nb: 2\n',
      [{ a: 1 }, { b: 2 }],
    ],
    ['a byte order mark', '\ufeff@\na: 1\n', [{ a: 1 }]],
    [
      'JSON',
      '{@, "a": [1.5, -2, 1e3, true, null, "\\u00e9\\/"]}',
      [{ a: [1.5, -2, 1000, true, null, 'é/'] }],
    ],
    ['JSON with words of YAML', '{@, "y": "yes", "a": "0644"}\n', [{ y: 'yes', a: '0644' }]],
    ['JSON, two in a file', '{@, "a": 1}\n{@, "b": 2}\n', [{ a: 1 }, { b: 2 }]],
  ];

/** Files that gitward refuses though kubectl reads them: a person must decide what is meant. */
export const REFUSED: readonly (readonly [what: string, file: string])[] = [
  ['2^53', 'a: 9007199254740992\n'],
  ['2^64 and more, a float to kubectl', 'a: 18446744073709551616\n'],
  ['an octal too long, a decimal float to kubectl', 'a: 0777777777777777777777777\n'],
  ['a hexadecimal too long, a string to kubectl', 'a: 0xFFFFFFFFFFFFFFFFFF\n'],
  ['an integer with a leading 0 that is no octal', 'a: 09007199254740993\n'],
  ['2^53 in JSON', '{@, "a": 9007199254740992}'],
  ['the same key twice', 'a: 1\na: 2\n'],
  ['the same key twice in JSON', '{@, "a": 1, "a": 2}'],
  ['1 and "1"', '1: a\n"1": b\n'],
  ['y and true', 'y: 1\ntrue: 2\n'],
  ['0x10 and 16', '0x10: 1\n16: 2\n'],
  ['floats that are one in 32 bits', '1.00000001: 1\n1.00000002: 2\n'],
  ['two merge keys', 'a: &a {x: 1}\nb: {<<: *a, <<: *a}\n'],
  ['__proto__', '__proto__: {x: 1}\n'],
  ['__proto__ in JSON', '{@, "__proto__": {"x": 1}}'],
  ['a tag of somebody', 'a: !secret x\n'],
  ['!!binary', 'a: !!binary aGk=\n'],
  ['!!set', 'a: !!set {b}\n'],
  ['a key with ?', '? a\n: 1\n'],
  ['an alias as key', 'a: &x b\n*x : 1\n'],
  ['text after the end of a document', 'a: 1\n...\nb: 2\n'],
  ['a line break that only YAML 1.1 sees', '# c\u2028a: 1\n'],
  ['a lone CR', 'a: 1\rb: 2\n'],
  ['a byte order mark inside', 'a: \ufeffx\n'],
  ['a colon before a comma in a flow map', 'a: {p:, q: 1}\n'],
  ['half a surrogate pair in JSON', '{@, "a": "\\ud800"}'],
];

/** Files that both refuse. */
export const BAD_FILES: readonly (readonly [what: string, file: string])[] = [
  ['.inf', 'a: .inf\n'],
  ['-.Inf', 'a: -.Inf\n'],
  ['.nan', 'a: .NaN\n'],
  ['a null key', '~: 1\n'],
  ['an empty key', ': 1\n'],
  ['a list as key', '[a]: b\n'],
  ['a merge of a scalar', 'a: {<<: 1}\n'],
  ['a tag that does not fit', 'a: !!int x\n'],
  ['an alias without its anchor', 'a: *x\n'],
  ['an alias inside its anchor', 'a: &x [*x]\n'],
  ['a tab as indentation', 'a:\n\tb: 1\n'],
  ['a map inside a line', 'a: b: c\n'],
  ['an open quote', 'a: "b\n'],
  ['a directive', '%YAML 1.1\n---\n@\na: 1\n'],
  ['a control character', 'a: \u0007\n'],
  ['a flow map as a file', '{a: 1}\n'],
  ['JSON and a separator', '{@, "a": 1}\n---\n{@, "b": 2}\n'],
  ['an open bracket in JSON', '{"a": [1'],
];
