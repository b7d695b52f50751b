import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseDocuments } from '../../src/document/documents.ts';
import type { Json } from '../../src/domain/json.ts';

const LIMITS = {
  maxBytes: 10_000,
  maxDocuments: 10,
  maxDepth: 20,
  maxNodes: 1_000,
  maxTextLength: 10_000,
  maxAliases: 10,
};

function read(text: string): readonly Json[] | 'refused' {
  const parsed = parseDocuments(new TextEncoder().encode(text), LIMITS);
  return parsed.ok ? parsed.value.documents.map(({ value }) => value) : 'refused';
}

/** What a reviewer's tool sees: a plain YAML 1.2 reader. */
const naive = (text: string): unknown => parse(text, { logLevel: 'silent' });

describe('a scalar that two readers see differently', () => {
  it.each([
    ['a file mode', 'defaultMode: 0644', { defaultMode: 644 }, { defaultMode: 420 }],
    ['a switch', 'hostNetwork: on', { hostNetwork: 'on' }, { hostNetwork: true }],
    ['a switch as key', 'y: 1', { y: 1 }, { true: 1 }],
    ['a number with underscores', 'replicas: 1_0', { replicas: '1_0' }, { replicas: 10 }],
    ['binary digits', 'runAsUser: 0b0', { runAsUser: '0b0' }, { runAsUser: 0 }],
    [
      'a merge',
      'a: &a {privileged: true}\nb: {<<: *a}',
      { a: { privileged: true }, b: { '<<': { privileged: true } } },
      { a: { privileged: true }, b: { privileged: true } },
    ],
    [
      'a merge below its key',
      'a: &a {x: 1}\nb: {x: 2, <<: *a}',
      { a: { x: 1 }, b: { x: 2, '<<': { x: 1 } } },
      { a: { x: 1 }, b: { x: 1 } },
    ],
  ])('%s, the naive reader is wrong and gitward reads as kubectl', (_what, text, wrong, right) => {
    expect(naive(text)).toEqual(wrong);
    expect(read(text)).toEqual([right]);
  });

  it.each([
    [
      'content behind a line break that only kubectl sees',
      '# ok\u2028privileged: true\na: 1\n',
      { a: 1 },
    ],
    ['content behind a next-line character', 'a: 1 # ok\u0085b: 2\n', { a: 1 }],
    ['content behind a lone CR', '# ok\rb: 2\na: 1\n', { a: 1 }],
    ['a colon that is part of a key', '{p:, q: 1}\n', { p: null, q: 1 }],
    ['a folded empty line', 'a: "x\\\n\n  y"\n', { a: 'x y' }],
    ['an integer that a double changes', 'a: 9007199254740993\n', { a: 9007199254740992 }],
    ['a key that reaches the prototype', 'a: 1\n__proto__: {b: 2}\n', { a: 1 }],
  ])('%s, the naive reader takes it and gitward refuses', (_what, text, wrong) => {
    const seen = naive(text);
    expect(JSON.parse(JSON.stringify({ ...(typeof seen === 'object' ? seen : {}) }))).toMatchObject(
      wrong,
    );
    expect(read(text)).toBe('refused');
  });

  it('one key in two spellings, the naive reader keeps both and gitward refuses', () => {
    const text = 'y: 1\n"true": 2\n';
    expect(naive(text)).toEqual({ y: 1, true: 2 });
    expect(read(text)).toBe('refused');
  });
});
