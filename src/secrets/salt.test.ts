import { describe, expect, it } from 'vitest';
import { parseSalt } from './salt.ts';

const GOOD = 'abcdefgh-ABCDEFGH_0123456789';

describe('parseSalt', () => {
  it.each<readonly [string, string, string | undefined]>([
    ['a line, the line', `${GOOD}\n`, GOOD],
    ['line ends and blanks behind it, left out', `${GOOD} \r\n\n`, GOOD],
    ['a blank in front, none', ` ${GOOD}\n`, undefined],
    ['two lines, none', `${GOOD}\n${GOOD}\n`, undefined],
    ['15 characters, none', 'a'.repeat(15), undefined],
    ['16 characters', 'a'.repeat(16), 'a'.repeat(16)],
    ['256 characters', 'a'.repeat(256), 'a'.repeat(256)],
    ['257 characters, none', 'a'.repeat(257), undefined],
    ['a letter beyond ASCII, none', `${GOOD}\u00e9`, undefined],
    ['nothing, none', '', undefined],
  ])('%s', (_name, text, expected) => {
    expect(parseSalt(Buffer.from(text))).toBe(expected);
  });
});
