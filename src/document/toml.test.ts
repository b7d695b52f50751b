import fc from 'fast-check';
import { stringify } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { parseToml } from './toml.ts';

const LIMITS = { maxBytes: 100_000, maxDepth: 8, maxNodes: 1_000 };

function read(text: string | Uint8Array): unknown {
  const parsed = parseToml(typeof text === 'string' ? Buffer.from(text) : text, LIMITS);
  if (!parsed.ok) return [parsed.stop.line, parsed.stop.column];
  // Without the missing prototypes, so that whole values compare.
  return JSON.parse(JSON.stringify(parsed.value));
}

describe('parseToml', () => {
  it.each<[string, string | Uint8Array, unknown]>([
    ['nothing, an empty table', '', {}],
    ['a byte order mark, skipped', '\ufeffa = 1', { a: 1 }],
    [
      'tables, lists and dotted keys',
      'a.b = [1]\n[[c]]\nd = true',
      { a: { b: [1] }, c: [{ d: true }] },
    ],
    ['a literal of many lines', "r = '''(?i)\\b\nx'''", { r: '(?i)\\b\nx' }],
    ['a date, its text', 'd = 1979-05-27', { d: '1979-05-27' }],
    [
      'a time with an offset, its text',
      'd = 1979-05-27T07:32:00Z',
      { d: '1979-05-27T07:32:00.000Z' },
    ],
    ['inf, refused', 'a = inf', [0, 0]],
    ['nan, refused', 'a = nan', [0, 0]],
    ['an integer beyond 2^53, refused at its place', 'b = 1\na = 9007199254740993', [2, 5]],
    ['a key twice, refused at its place', 'a = 1\na = 2', [2, 1]],
    ['an open string, refused at its place', 'a = "x', [1, 5]],
    ['a NUL in a key, refused', 'a\u0000b = 1', [1, 1]],
    ['__proto__ as a key, refused', '__proto__ = {x = 1}', [1, 1]],
    ['__proto__ as a table, refused', '[a.__proto__]\nx = 1', [1, 2]],
    ['constructor inline, refused', 'a = { constructor.prototype.x = 1 }', [1, 7]],
    ['no UTF-8, refused', Uint8Array.of(0x61, 0x3d, 0xff), [0, 0]],
    ['one byte too many, refused', '#'.repeat(LIMITS.maxBytes + 1), [0, 0]],
    ['nested as deep as allowed', `a = ${'['.repeat(7)}${']'.repeat(7)}`, { a: [[[[[[[]]]]]]] }],
    ['nested too deep, refused', `a = ${'['.repeat(8)}${']'.repeat(8)}`, [0, 0]],
    ['nested beyond the parser, refused', `a = ${'['.repeat(90_000)}`, [1, 13]],
    ['keys dotted too deep, refused', `${'a.'.repeat(40_000)}a = 1`, [0, 0]],
    ['too many values, refused', `a = [${'1,'.repeat(2_000)}]`, [0, 0]],
  ])('%s', (_, text, outcome) => {
    expect(read(text)).toEqual(outcome);
  });

  it('a fault, none of the text of the file', () => {
    const parsed = parseToml(Buffer.from('password = "hunter-two" x'), LIMITS);
    expect(JSON.stringify(parsed)).not.toContain('hunter');
  });

  it('any bytes, a value or a fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(typeof parseToml(bytes, LIMITS).ok).toBe('boolean');
      }),
    );
  });

  it('any text that looks like TOML, a value or a fault', () => {
    const piece = fc.constantFrom(
      '[',
      ']',
      '[[',
      ']]',
      '{',
      '}',
      '=',
      '.',
      ',',
      '"',
      "'",
      "'''",
      '\n',
      'a',
      '1',
      '-',
      ':',
      '#',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        expect(typeof parseToml(Buffer.from(pieces.join('')), LIMITS).ok).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });

  it('what was written, read back', () => {
    const key = fc.stringMatching(/^[a-z]{1,6}$/);
    const leaf = fc.oneof(fc.string(), fc.boolean(), fc.integer());
    const value = fc.oneof(
      leaf,
      fc.array(leaf, { maxLength: 4 }),
      fc.dictionary(key, leaf, { maxKeys: 4 }),
    );
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 5 }), (table) => {
        const text = stringify(table);
        const plain: unknown = JSON.parse(JSON.stringify(table));
        expect(read(text)).toEqual(plain);
      }),
    );
  });
});
