import { describe, expect, it } from 'vitest';
import { withoutLineEnds } from './placed.ts';
import { parsePositions } from './positions.ts';

const LIMITS = { maxDepth: 10, maxNodes: 100 };

describe('parsePositions', () => {
  it('a map, keys and values with their offsets', () => {
    expect(parsePositions('a: 1\nb: "x"\n', LIMITS)).toEqual({
      ok: true,
      value: [
        {
          kind: 'map',
          start: 0,
          entries: [
            {
              key: 'a',
              start: 0,
              value: { kind: 'text', value: '1', style: 'plain', start: 3, end: 4 },
              isAlias: false,
            },
            {
              key: 'b',
              start: 5,
              value: { kind: 'text', value: 'x', style: 'quoted', start: 8, end: 11 },
              isAlias: false,
            },
          ],
        },
      ],
    });
  });

  it('an alias, the node of its anchor', () => {
    const parsed = parsePositions('a: &x {b: 1}\nc: *x\n', LIMITS);
    const [root] = parsed.ok ? parsed.value : [];
    const entries = root?.kind === 'map' ? root.entries : [];
    expect(entries.map(({ isAlias }) => isAlias)).toEqual([false, true]);
    expect(entries[0]?.value).toBe(entries[1]?.value);
  });

  it.each([
    ['keys twice', 'a: 1\na: 2\n'],
    ['a key written with ?', '? a\n: b\n'],
    ['a directive', '%YAML 1.1\n---\na: b\n'],
    ['a tag', 'a: !x b\n'],
    ['an alias without an anchor', 'a: *x\n'],
    ['nothing', ''],
  ])('%s, read', (_name, text) => {
    expect(parsePositions(text, LIMITS)).toMatchObject({ ok: true });
  });

  it.each([
    ['an open bracket', 'a: [\n', 'invalid'],
    ['a quote without an end', 'a: "x\n', 'invalid'],
    ['lists in lists', `a: ${'['.repeat(50)}`, 'limit'],
    ['many values', `a: [${'1,'.repeat(500)}]`, 'limit'],
  ])('%s, refused', (_name, text, stop) => {
    expect(parsePositions(text, LIMITS)).toEqual({ ok: false, stop });
  });
});

describe('withoutLineEnds', () => {
  it.each([
    ['a\n\n', 'a'],
    ['\r\n', ''],
    ['a\nb', 'a\nb'],
  ])('%j, %j', (text, rest) => {
    expect(withoutLineEnds(text)).toBe(rest);
  });
});
