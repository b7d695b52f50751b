import { describe, expect, it } from 'vitest';
import { isForgeFingerprint } from './forges.ts';

describe('isForgeFingerprint', () => {
  it.each([
    ["GitHub's old key", '5DE3E0509C47EA3CF04A42D34AEE18F83AFDEB23', true],
    ["GitHub's key", '968479A1AFF927E37D1A566BB5690EEEBB952194', true],
    ['in lower case', '968479a1aff927e37d1a566bb5690eeebb952194', true],
    ['a key id alone', 'B5690EEEBB952194', false],
    ['another key with the same id', `${'0'.repeat(24)}B5690EEEBB952194`, false],
    ['nothing', '', false],
  ])('%s, %s', (_, fingerprint, expected) => {
    expect(isForgeFingerprint(fingerprint)).toBe(expected);
  });
});
