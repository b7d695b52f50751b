import { describe, expect, it } from 'vitest';
import { hurdleOf } from './hurdle.ts';
import { parseRegex } from './parse.ts';

/** A head, some lines of anything, a mark, and something costly behind it. */
const SOURCE = '\\bget\\b(?:.*|.*(?:\\n.*){1,2})\\s--as=(?:[a-z]*:[a-z]*)*';

function isOpen(text: string): boolean {
  const parsed = parseRegex(SOURCE);
  if (!parsed.ok) throw new Error(parsed.stop.text);
  return hurdleOf(parsed.value.root)(text, text.indexOf('get'));
}

describe('hurdleOf', () => {
  it.each([
    ['head and mark on one line, open', 'get it --as=a:b', true],
    ['as many lines as it reaches over, open', 'get\nit\n --as=a:b', true],
    ['a line more, closed', 'get\n\nit\n\n --as=a:b', false],
    ['no mark, closed', 'get it', false],
    ['a mark in front only, closed', ' --as=a get it', false],
    ['an edge that is none, closed', 'getit --as=a:b', false],
  ])('%s', (_, text, outcome) => {
    expect(isOpen(text)).toBe(outcome);
  });
});
