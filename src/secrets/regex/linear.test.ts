import { describe, expect, it } from 'vitest';
import { linearRegex } from './linear.ts';
import type { LinearMatch } from './linear.ts';

type Given = Readonly<{ source: string; text: string; from?: number }>;

function search({ source, text, from = 0 }: Given): LinearMatch | undefined {
  const result = linearRegex(source);
  if (!result.ok) throw new Error(result.stop.text);
  return result.value.exec(text, from);
}

describe('linearRegex', () => {
  it.each<readonly [string, Given, LinearMatch | undefined]>([
    [
      'the first match from a place',
      { source: 'a(b)?', text: 'ab ab', from: 1 },
      { start: 3, end: 5, groups: ['b'] },
    ],
    [
      'a group that took no part',
      { source: '(a)|(b)', text: 'b' },
      { start: 0, end: 1, groups: [undefined, 'b'] },
    ],
    [
      'a group of an earlier turn, kept',
      { source: '(?:(a)|b)*', text: 'ab' },
      { start: 0, end: 2, groups: ['a'] },
    ],
    [
      'an edge that sees what stands before',
      { source: '\\bb', text: 'ab b', from: 1 },
      { start: 3, end: 4, groups: [] },
    ],
    ['the start of text, which is never behind', { source: '^b', text: 'ab', from: 1 }, undefined],
    [
      'an empty match at the end',
      { source: '$', text: 'ab', from: 2 },
      { start: 2, end: 2, groups: [] },
    ],
    ['beyond the end', { source: 'a*', text: 'ab', from: 3 }, undefined],
    ['bytes above ASCII', { source: '[^a]+', text: 'a\x80\xff' }, { start: 1, end: 3, groups: [] }],
    [
      'a folded letter, ASCII only',
      { source: '(?i)[\\xb5k]', text: '\xb5K' },
      { start: 1, end: 2, groups: [] },
    ],
  ])('%s', (_, given, outcome) => {
    expect(search(given)).toEqual(outcome);
  });
});
