import { describe, expect, it } from 'vitest';
import { base64, letters, noise } from '../../../test/support/secrets/structure.ts';
import { isSealedValue, isSopsValue } from './ciphertext.ts';

const [iv, tag] = [base64(noise(32, 'iv')), base64(noise(16, 'tag'))];
const sops = (data: Uint8Array): string =>
  `ENC[AES256_GCM,data:${base64(data)},iv:${iv},tag:${tag},type:str]`;
const sealed = (rest: Uint8Array, cut = ''): string =>
  `${base64(Buffer.concat([Buffer.from([2, 0]), rest]))}${cut}`;
const hidden = Buffer.from(letters(30, 'hidden'));

describe('ciphertext', () => {
  it('a megabyte of it, still ciphertext, though runs of it are readable by chance', () => {
    const parts = Array.from({ length: 64 }, (_, index) => noise(16_384, `part ${index}`));
    expect(parts.every((part) => isSopsValue(sops(part)))).toBe(true);
    expect(isSopsValue(sops(Buffer.concat(parts.slice(0, 40))))).toBe(true);
  });

  it('a text between much noise, none', () => {
    expect(isSopsValue(sops(Buffer.concat([noise(4_096, 'a'), hidden, noise(4_096, 'b')])))).toBe(
      false,
    );
  });

  it.each([
    ['whole', sealed(noise(512 + 40, 'a')), true],
    ['of an empty value', sealed(noise(512 + 16, 'a')), true],
    ['cut, with dots', sealed(noise(60, 'a'), '...'), true],
    ['cut, without dots', sealed(noise(60, 'a')), false],
    ['with a text in it', sealed(Buffer.concat([hidden, noise(512, 'a')])), false],
  ])('a sealed value %s: %s', (_name, value, is) => {
    expect(isSealedValue(value)).toBe(is);
  });
});
