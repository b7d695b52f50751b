import { describe, expect, it } from 'vitest';
import { entropyOf, entropyOfRunes } from './entropy.ts';

const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

describe('entropy', () => {
  it.each([
    ['nothing', '', 0, 0],
    ['one letter over and over', 'aaaaaaaa', 0, 0],
    ['two letters', 'abababab', 1, 1],
    ['sixteen digits', '0123456789abcdef', 4, 4],
    // Two characters of two bytes each: twice 1/4 · log2 4, where their bytes have three values.
    ['beyond ASCII', utf8('éü'), 1.5, 1],
  ])('%s, bits a byte and as gitleaks counts', (_name, text, bytes, runes) => {
    expect(entropyOf(text)).toBeCloseTo(bytes, 10);
    expect(entropyOfRunes(text)).toBeCloseTo(runes, 10);
  });
});
