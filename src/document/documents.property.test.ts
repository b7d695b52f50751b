import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocuments } from './documents.ts';
import type { DocumentLimits } from './limits.ts';

const LIMITS: DocumentLimits = {
  maxBytes: 100_000,
  maxDocuments: 10,
  maxDepth: 20,
  maxNodes: 1_000,
  maxTextLength: 10_000,
  maxAliases: 20,
};

const PIECES =
  'a: |- |  |[|]|{|}|,|"|\'|>|&a |*a|<<: |? |#|!|!!str |\\|yes|0x1|:|%|é|__proto__: |1: |~';
const BREAKS = ['\n', '\n  ', '\r\n', '---\n', '...\n', '|\n  x\n', '\t', '\u2028'];

const yamlTexts = fc
  .array(fc.constantFrom(...PIECES.split('|').concat(BREAKS)), { maxLength: 40 })
  .map((pieces) => pieces.join(''));

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('parseDocuments', () => {
  it('any bytes, an answer that can be cloned', () => {
    const answers = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const answer = parseDocuments(bytes, LIMITS);
      expect(structuredClone(answer)).toEqual(answer);
    });
    expect(fc.check(answers, { numRuns: 500 }).failed).toBe(false);
  });

  it('any text of YAML characters, an answer within the limits', () => {
    const bounded = fc.property(yamlTexts, (text) => {
      const answer = parseDocuments(bytesOf(text), LIMITS);
      return JSON.stringify(answer).length < 100_000;
    });
    expect(fc.check(bounded, { numRuns: 2_000 }).failed).toBe(false);
  });

  it('any JSON object with numbers that a double holds, the value that JSON.parse reads', () => {
    const objects = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })).map((value) => {
      return JSON.stringify(value).replaceAll(/-?\d{16,}/g, '1');
    });
    const equal = fc.property(objects, (text) => {
      fc.pre(!text.includes('"__proto__"'));
      const answer = parseDocuments(bytesOf(text), LIMITS);
      expect(answer).toMatchObject({
        ok: true,
        value: { documents: [{ value: JSON.parse(text) }] },
      });
    });
    expect(fc.check(equal, { numRuns: 300 })).toMatchObject({
      failed: false,
      counterexample: null,
    });
  });
});
