import { describe, expect, it } from 'vitest';
import { oid } from '../../test/support/verdict.ts';
import { MAX_TAGS, withTag } from './ledger.ts';
import type { AcceptedTag } from './ledger.ts';

const tag = (name: string, digit = 'a'): AcceptedTag => ({ name, oid: oid(digit) });

describe('withTag', () => {
  it.each<[string, readonly AcceptedTag[] | undefined, AcceptedTag | undefined, readonly string[]]>(
    [
      ['no tag', [tag('v1')], undefined, ['v1']],
      ['the first', undefined, tag('v1'), ['v1']],
      ['another, the newest last', [tag('v1')], tag('v2'), ['v1', 'v2']],
      ['a known one, once and last', [tag('v1'), tag('v2')], tag('v1'), ['v2', 'v1']],
    ],
  )('%s', (_name, known, added, expected) => {
    expect(withTag(known, added).map(({ name }) => name)).toEqual(expected);
  });

  it('one too many, the oldest forgotten', () => {
    const known = Array.from({ length: MAX_TAGS }, (_, i) => tag(`v${i}`));
    const names = withTag(known, tag('new')).map(({ name }) => name);
    expect([names.length, names[0], names.at(-1)]).toEqual([MAX_TAGS, 'v1', 'new']);
  });
});
