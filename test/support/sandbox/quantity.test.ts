import { describe, expect, it } from 'vitest';
import { canonicalQuantity } from './quantity.ts';

describe('quantities are spelled as the API server does', () => {
  it.each([
    ['1000m', '1'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['0.5', '500m'],
    ['1500', '1500'],
    ['1e3', '1e3'],
    ['0.1Ki', '102400m'],
    ['-1000m', '-1'],
    ['0Mi', '0'],
    ['1n', '1n'],
    ['0.1n', '1n'],
    ['100000k', '100M'],
    ['one', undefined],
    ['1 Gi', undefined],
  ])('%s, %s', (text, expected) => {
    expect(canonicalQuantity(text)).toBe(expected);
  });
});
