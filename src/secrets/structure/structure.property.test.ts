import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64, letters } from '../../../test/support/secrets/structure.ts';
import { scanStructure } from './structure.ts';

const silent = { scan: () => ({ hits: [], gaps: [] }) };

type Layout = Readonly<{
  style: 'block' | 'flow' | 'json' | 'pretty' | 'list';
  isEncoded: boolean;
  order: readonly number[];
  quote: '' | '"' | "'";
  newline: '\n' | '\r\n';
  before: number;
  comments: boolean;
  seed: number;
}>;

const layouts: fc.Arbitrary<Layout> = fc.record({
  style: fc.constantFrom('block', 'flow', 'json', 'pretty', 'list'),
  isEncoded: fc.boolean(),
  order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
  quote: fc.constantFrom('', '"', "'"),
  newline: fc.constantFrom('\n', '\r\n'),
  before: fc.nat(5),
  comments: fc.boolean(),
  seed: fc.nat(),
});

const MARK = 'needle';

/** A Secret in some layout. The line of its key is the one that holds `needle`. */
function render(layout: Layout): string {
  const { style, isEncoded, order, quote, newline, before, comments, seed } = layout;
  const plain = letters(16, String(seed));
  const value = isEncoded ? base64(plain) : plain;
  const field = isEncoded ? 'data' : 'stringData';
  const object = [
    ['apiVersion', 'v1'],
    ['kind', 'Secret'],
    ['metadata', { name: 'db', labels: { app: 'db' } }],
    [field, { [MARK]: value }],
  ] as const;
  const ordered = order.flatMap((index) => object.slice(index, index + 1));
  const json = Object.fromEntries(ordered);
  const q = (text: string): string => `${quote}${text}${quote}`;
  const comment = comments ? ' # a comment' : '';
  const lines: Readonly<Record<string, string>> = {
    apiVersion: `${q('apiVersion')}: ${q('v1')}${comment}`,
    kind: `kind: ${q('Secret')}${comment}`,
    metadata: `metadata:${comment}\n  name: db\n  labels: {app: db}`,
    [field]: `${field}:${comment}\n\n    ${q(MARK)}:   ${q(value)}${comment}`,
  };
  const block = ordered.map(([key]) => lines[key] ?? '').join('\n');
  const text = {
    block,
    flow: `{${ordered.map(([key]) => `${key}: ${JSON.stringify(json[key])}`).join(', ')}}`,
    json: JSON.stringify(json),
    pretty: JSON.stringify(json, null, '\t'),
    list: `apiVersion: v1\nkind: List\nitems:\n- ${block.replaceAll('\n', '\n  ')}`,
  }[style];
  const others = style === 'json' || style === 'pretty' ? '' : 'a: b\n---\n'.repeat(before);
  return `${others}${text}\n`.replaceAll('\n', newline);
}

describe('scanStructure', () => {
  it('a Secret in any layout, found once, at the line of its key', () => {
    const found = fc.property(layouts, (layout) => {
      const text = render(layout);
      const line = text.split('\n').findIndex((one) => one.includes(MARK)) + 1;
      const ground = { text: silent, sops: [] };
      const { hits, gaps } = scanStructure(Buffer.from(text), { path: 'a.yaml' }, ground);
      expect(gaps).toEqual([]);
      expect(hits).toMatchObject([{ rule: 'kubernetes-secret-value', line }]);
      expect(hits).toHaveLength(1);
    });
    expect(fc.check(found, { numRuns: 200 })).toMatchObject({
      failed: false,
      counterexample: null,
    });
  });

  it('any bytes under any name, an answer that can be cloned', () => {
    const names = fc.constantFrom(
      'a.yaml',
      'a.json',
      'terraform.tfstate',
      'a.env',
      'kubeconfig',
      'x',
    );
    const words = fc.constantFrom(
      'kind: Secret\n',
      'data:\n',
      ' a: b\n',
      '{{',
      '}}',
      '{"',
      '"',
      '\n---\n',
      'sops:\n',
      'ENC[',
      ' - ',
      '&a ',
      '*a',
      '<<: ',
      '|\n',
      '\0',
      '\ufeff',
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(words, { maxLength: 40 }).map((all) => Buffer.from(all.join(''))),
    );
    const answers = fc.property(names, bytes, (path, content) => {
      const answer = scanStructure(content, { path }, { text: silent, sops: [] });
      expect(structuredClone(answer)).toEqual(answer);
    });
    expect(fc.check(answers, { numRuns: 600 })).toMatchObject({ failed: false });
  });
});
