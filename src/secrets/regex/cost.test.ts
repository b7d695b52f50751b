import { describe, expect, it } from 'vitest';
import { stepsOf } from './cost.ts';
import { parseRegex } from './parse.ts';

const WINDOW = 1000;

/** The power of the window that the bound grows with; Infinity for what may grow exponentially. */
function degreeOf(source: string): number {
  const parsed = parseRegex(source);
  if (!parsed.ok) throw new Error(parsed.stop.text);
  const [near, far] = [WINDOW, 100 * WINDOW].map((window) => stepsOf(parsed.value.root, window));
  if (near === undefined || far === undefined || far === Infinity) return Infinity;
  return Math.round(Math.log(far / near) / Math.log(100));
}

describe('stepsOf', () => {
  it.each([
    ['literals and counts', 'tok_[0-9a-z]{36}', 0],
    [
      'bounded runs that overlap',
      'key[ \\w.-]{0,20}[\\s"]{0,3}=[\\s"]{0,5}([0-9a-z]{32})["\\s]',
      0,
    ],
    ['one open run', 'a[0-9a-z]+!', 1],
    ['a run that only its end can follow', '[a-z]+:[0-9]+;[a-z]+', 1],
    ['a run and a literal within its set', '"[^"]*kk"', 1],
    ['labels and dots', '(?:[a-z0-9-]+\\.)+x', 1],
    ['quoted text with escapes', '"(?:\\\\.|[^"\\\\])*"', 1],
    ['a path', '(?:/[\\w.-]+)*/etc', 1],
    ['pairs in a row', '(?:\\w+=\\w+;)*end', 1],
    ['a loop at the end, which success ends', 'a(?:/[\\w.-]+)*', 2],
    ['a loop up to the end of text', '^(?:/[\\w.-]+)*$', 1],
    ['a run up to a quote or the end of text', '=[a-z0-9]*(?:"|$)', 1],
    ['two open runs of any byte', 'a.*b.*c', 2],
    ['spaces next to spaces', 'a\\s+[ \\t]*b', 2],
    ['a loop that ends anywhere, then a run', '(?:[a-z]+\\.)+[a-z]+:', 2],
    ['three open runs of any byte', 'a.*b.*c.*d', 3],
    ['a run that is repeated', '(?:a+)+b', Infinity],
    ['a run within a star', '(?:\\w*)*b', Infinity],
    ['branches that overlap', '(?:a|ab|b)*c', Infinity],
    ['an optional end within a loop', '(?:\\w+\\s?)*:', Infinity],
    ['lines of any byte', '(?:.*\\s)*x', Infinity],
  ])('%s', (_, source, degree) => {
    expect(degreeOf(source)).toBe(degree);
  });
});
