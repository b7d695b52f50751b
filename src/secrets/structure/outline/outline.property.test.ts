import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlacedNode } from '../../../document/placed.ts';
import { parsePositions } from '../../../document/positions.ts';
import { outlines } from './outline.ts';

const LIMITS = { maxDepth: 30, maxNodes: 5_000 };

/** Values alone, with keys in order. */
function valueOf(node: PlacedNode): unknown {
  if (node.kind === 'text') return node.value;
  if (node.kind === 'list') return node.items.map(valueOf);
  return node.entries.map(({ key, value }) => [key, valueOf(value)]);
}

const readAll = (text: string): readonly ReturnType<typeof describeOne>[] =>
  [...outlines(text, LIMITS)].map(describeOne);

const describeOne = (one: ReturnType<typeof outlines> extends Generator<infer T> ? T : never) => ({
  isSure: one.isSure,
  start: one.start,
  end: one.end,
  values: one.roots.map(valueOf),
});

const PIECES =
  'a: |- |  |[|]|{|}|,|"|\'|&a |*a|<<: |# |#|!!str |\\|b|x y|:|%|{{ .V }}|c: d|"e": f|- g|h:';
const BREAKS = [
  '\n',
  '\n  ',
  '\n    ',
  '\r\n',
  '\n---\n',
  '\n...\n',
  '|\n  x\n',
  '>-\n    y\n',
  '\t',
];

const yamlTexts = fc
  .array(fc.constantFrom(...PIECES.split('|').concat(BREAKS)), { maxLength: 40 })
  .map((pieces) => pieces.join(''));

const scalars = fc.constantFrom(
  'x',
  'two words',
  '"q: {"',
  "'it''s'",
  '""',
  '12',
  'true',
  '~',
  'a:b',
  'a#b',
  '-x',
  'http://h/p?q=1#f',
  '|-\n{i}  one\n{i}  two',
  '>-\n{i}  one\n{i}  two',
  '[a, b: c, "d"]',
  '{a: b, "c": [1, {e: f}]}',
  'folded\n{i}  over lines',
);
type Tree = string | readonly (readonly [string, Tree])[] | readonly { item: Tree }[];
const keys = fc.constantFrom('a', 'b-c', '"d e"', "'f'", 'g.h/i', '12');

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    scalars,
    fc.array(fc.tuple(keys, tie('tree')), { minLength: 1, maxLength: 4 }),
    fc.array(fc.record({ item: tie('tree') }), { minLength: 1, maxLength: 3 }),
  ),
}));

/** Block style at an indentation; lists in maps at the map's own column or deeper. */
function render(node: Tree, indent: string, isFlat: boolean): string {
  if (typeof node === 'string') return ` ${node.replaceAll('{i}', indent)}\n`;
  const lines = node.map((child) => {
    if ('item' in child) {
      const text = render(child.item, `${indent}  `, isFlat);
      return `${indent}-${text.startsWith('\n') ? ` ${text.slice(1).trimStart()}` : text}`;
    }
    const [key, value] = child;
    const isList = typeof value !== 'string' && value.some((one) => 'item' in one);
    return `${indent}${key}:${render(value, isList && isFlat ? indent : `${indent}  `, isFlat)}`;
  });
  return `\n${lines.join('')}`;
}

describe('outlines', () => {
  it('any bytes, an answer within the limits', () => {
    const bounded = fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = Buffer.from(bytes).toString('latin1');
      return readAll(text).every(({ start, end }) => start <= end && end <= text.length);
    });
    expect(fc.check(bounded, { numRuns: 400 })).toMatchObject({ failed: false });
  });

  it('any text of YAML characters, where it is sure, what the library reads', () => {
    const equal = fc.property(yamlTexts, (text) => {
      const differ = readAll(text).filter(({ isSure, start, end, values }) => {
        const parsed = parsePositions(text.slice(start, end), LIMITS);
        // What the library refuses no Kubernetes tool reads; it is read here all the same.
        if (!isSure || !parsed.ok) return false;
        return JSON.stringify(values) !== JSON.stringify(parsed.value.map(valueOf));
      });
      expect(differ).toEqual([]);
    });
    expect(fc.check(equal, { numRuns: 2_000 })).toMatchObject({
      failed: false,
      counterexample: null,
    });
  });

  it.each(['[x y\n:b]', '[x\n:b, c]', '{a: x\n:b}'])(
    'a colon that begins the next line in brackets (%j), not sure',
    (text) => {
      expect(readAll(text).map(({ isSure }) => isSure)).toEqual([false]);
    },
  );

  it('any tree in block style, sure, and what the library reads', () => {
    const equal = fc.property(tree, fc.boolean(), (given, isFlat) => {
      fc.pre(typeof given !== 'string');
      const text = render(given, '', isFlat).slice(1);
      const [read] = readAll(text);
      const parsed = parsePositions(text, LIMITS);
      fc.pre(parsed.ok);
      expect(read).toMatchObject({ isSure: true, values: parsed.value.map(valueOf) });
    });
    expect(fc.check(equal, { numRuns: 400 })).toMatchObject({
      failed: false,
      counterexample: null,
    });
  });
});
