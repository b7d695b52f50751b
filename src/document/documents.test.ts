import { describe, expect, it } from 'vitest';
import { BAD_FILES, fileOf, FILES, HEAD, REFUSED } from '../../test/real/kubectl-yaml.table.ts';
import { isJsonObject } from '../domain/json.ts';
import { MAX_WARNINGS_PER_FILE, parseDocuments } from './documents.ts';
import type { DocumentFault, ParsedFile } from './documents.ts';
import type { DocumentLimits } from './limits.ts';

const LIMITS: DocumentLimits = {
  maxBytes: 10_000,
  maxDocuments: 10,
  maxDepth: 20,
  maxNodes: 1_000,
  maxTextLength: 10_000,
  maxAliases: 20,
};

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(text: string, limits: Partial<DocumentLimits> = {}): ParsedFile {
  const parsed = parseDocuments(bytesOf(text), { ...LIMITS, ...limits });
  if (!parsed.ok) throw new Error(parsed.stop.text);
  return parsed.value;
}

function refuse(file: string | Uint8Array, limits: Partial<DocumentLimits> = {}): DocumentFault {
  const bytes = typeof file === 'string' ? bytesOf(file) : file;
  const parsed = parseDocuments(bytes, { ...LIMITS, ...limits });
  if (parsed.ok) throw new Error('accepted');
  return parsed.stop;
}

const placeOf = ({ kind, document, line, column }: DocumentFault): string =>
  `${kind} ${document}:${line}:${column}`;

describe('parseDocuments', () => {
  it.each(FILES)('%s, as kubectl reads it', (_what, row, documents) => {
    const expected = documents.map((fields) => (isJsonObject(fields) ? { ...HEAD, ...fields } : 0));
    expect(read(fileOf(row)).documents.map(({ value }) => value)).toEqual(expected);
  });

  it.each([...REFUSED, ...BAD_FILES])('%s, invalid', (_what, row) => {
    expect(refuse(fileOf(row)).kind).toBe('invalid');
  });

  it.each([
    ['UTF-16', Uint8Array.of(0xff, 0xfe, 0x61, 0), 'invalid 1:1:1'],
    ['UTF-16, the other way round', Uint8Array.of(0xfe, 0xff, 0, 0x61), 'invalid 1:1:1'],
    ['a byte that is no UTF-8', Uint8Array.of(0x61, 0x3a, 0x0a, 0xc3, 0x28), 'invalid 1:2:1'],
    ['half a surrogate pair', 'a: "\\ud800"\n', 'invalid 1:1:4'],
    ['a duplicate key in the second document', 'a: 1\n---\nb: 1\nb: 2\n', 'invalid 2:4:1'],
    ['a fault after a comment', '# a\n---\n# b\n\na: {b\n', 'invalid 1:6:1'],
    ['text after a separator', 'a: 1\n--- b\n', 'invalid 1:2:1'],
    ['a root that is text', 'hello\n', 'invalid 1:1:1'],
    ['an escaped quote at the end of a cut quote', "a: 'it''\nb: x'\n", 'invalid 1:1:4'],
    ['an empty line after an escaped break', 'a: "x\\\n\n  y"\n', 'invalid 1:1:4'],
    ['a JSON fault in the second line', '{"a": 1,\n "a": 2}', 'invalid 1:2:2'],
  ])('%s, invalid at its place', (_what, file, place) => {
    expect(placeOf(refuse(file))).toBe(place);
  });

  it.each([
    ['bytes', 'a: 1234\n', { maxBytes: 7 }, 'limit 1:1:1'],
    ['documents', 'a: 1\n---\na: 2\n---\na: 3\n', { maxDocuments: 2 }, 'limit 1:5:1'],
    ['documents of JSON', '{"a":1}\n{"a":2}\n', { maxDocuments: 1 }, 'limit 2:2:1'],
    ['depth', 'a: {b: {c: 1}}\n', { maxDepth: 2 }, 'limit 1:1:12'],
    ['depth of a block', 'a:\n  b:\n    - c: 1\n', { maxDepth: 3 }, 'limit 1:3:10'],
    ['depth of JSON', '{"a":[[1]]}', { maxDepth: 2 }, 'limit 1:1:7'],
    ['depth by aliases', 'a: &a [1]\nb: &b [*a]\nc: [*b]\n', { maxDepth: 3 }, 'limit 1:3:5'],
    ['nodes', '[a, b, c]', { maxNodes: 3 }, 'limit 1:1:8'],
    ['nodes by aliases', 'a: &a [1, 2]\nb: [*a, *a]\n', { maxNodes: 10 }, 'limit 1:2:9'],
    ['tokens', '\n'.repeat(60), { maxNodes: 10 }, 'limit 1:51:1'],
    ['text by aliases', 'a: &a xxxx\nb: [*a, *a]\n', { maxTextLength: 12 }, 'limit 1:2:9'],
    ['aliases', 'a: &a 1\nb: [*a, *a]\n', { maxAliases: 1 }, 'limit 1:2:9'],
  ])('too many %s, a limit at its place', (_what, file, limits, place) => {
    expect(placeOf(refuse(file, limits))).toBe(place);
  });

  it('a key called __proto__ or constructor, never reaches a prototype', () => {
    expect(refuse('__proto__: {polluted: 1}\n').kind).toBe('invalid');
    const [first] = read('constructor: 1\ntoString: 2\nhasOwnProperty: 3\n').documents;
    expect(Object.entries(first?.value ?? {})).toEqual([
      ['constructor', 1],
      ['toString', 2],
      ['hasOwnProperty', 3],
    ]);
    expect('polluted' in {}).toBe(false);
  });

  it('ambiguous scalars, a warning at the place of each', () => {
    const { warnings } = read('a: 1\n---\nmode: 0644\n"on": "yes"\non2: {y: no}\n');
    expect(warnings.map(({ document, line, column }) => [document, line, column])).toEqual([
      [2, 3, 7],
      [2, 5, 7],
      [2, 5, 10],
    ]);
  });

  it('a merge below a key, a comment on a separator, a warning each', () => {
    expect(read('a: &a {x: 1}\nb: {x: 2, <<: *a}\n').warnings).toHaveLength(1);
    expect(read('a: 1\n--- # b\nb: 1\n').warnings).toHaveLength(1);
  });

  it('many ambiguous scalars, the first warnings only', () => {
    const file = 'v:\n' + '- yes\n'.repeat(MAX_WARNINGS_PER_FILE + 20);
    expect(read(file).warnings).toHaveLength(MAX_WARNINGS_PER_FILE);
  });

  it('documents, numbered without the empty ones and with their first line', () => {
    const { documents } = read('# a\n---\n\na: 1\n---\n---\n# c\nb: 1\n');
    expect(documents.map(({ document, line }) => [document, line])).toEqual([
      [1, 4],
      [2, 8],
    ]);
  });
});
