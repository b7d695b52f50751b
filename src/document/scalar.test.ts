import { describe, expect, it } from 'vitest';
import { NULLS, SCALARS } from '../../test/real/kubectl-yaml.table.ts';
import { ambiguity } from './dialect.ts';
import { keyText } from './key.ts';
import { resolveScalar } from './scalar.ts';

describe('resolveScalar', () => {
  it.each(SCALARS)('%s, the value that kubectl reads', (text, value) => {
    const scalar = resolveScalar(text);
    expect('value' in scalar && scalar.value === value).toBe(true);
  });

  it.each(NULLS)('%j, null', (text) => {
    expect(resolveScalar(text)).toEqual({ kind: 'null' });
  });

  it.each(['.inf', '+.Inf', '-.INF', '.nan', '.NaN'])('%s, not a finite number', (text) => {
    expect(resolveScalar(text)).toEqual({ kind: 'unusable', why: 'not a finite number' });
  });

  it.each([
    '9007199254740992',
    '-9007199254740992',
    '18446744073709551616',
    '0x20000000000000',
    '0o400000000000000000',
    `0b1${'0'.repeat(53)}`,
    '0777777777777777777777777',
    '09007199254740993',
    '9'.repeat(100_000),
  ])('an integer like %.30s, beyond 2^53', (text) => {
    expect(resolveScalar(text)).toEqual({ kind: 'unusable', why: 'an integer beyond 2^53' });
  });
});

describe('keyText', () => {
  it.each(SCALARS)('%s, the key that kubectl writes', (text, _value, key) => {
    expect(keyText(resolveScalar(text))).toBe(key);
  });

  it.each([
    ['null', undefined],
    ['.inf', undefined],
    ['1e300', undefined],
    ['9007199254740992', undefined],
  ])('%s, no key', (text, key) => {
    expect(keyText(resolveScalar(text))).toBe(key);
  });
});

describe('ambiguity', () => {
  it.each(['yes', 'n', 'Off', '0644', '1_000', '0b1', '0X1f', '-0x1', '1e400', '12:30'])(
    '%s, other readers differ',
    (text) => {
      expect(ambiguity(text, resolveScalar(text))).toBeTypeOf('string');
    },
  );

  it.each(['2020-01-01', '2020-01-01T00:00:00Z', '-1:30'])('%s, YAML 1.1 differs', (text) => {
    expect(ambiguity(text, resolveScalar(text))).toBeTypeOf('string');
  });

  it.each(['', '~', 'true', '1', '-0', '0x1f', '0o17', '1.5', '1e3', 'web', '1.2.3', '10Gi', '=x'])(
    '%j, all agree',
    (text) => {
      expect(ambiguity(text, resolveScalar(text))).toBeUndefined();
    },
  );
});
