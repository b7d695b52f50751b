import { describe, expect, it } from 'vitest';
import { tokenFor } from '../../test/support/leaks.ts';
import { placeOfBug } from './bug.ts';

const SECRET = tokenFor('bug');

function thrown(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('placeOfBug', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'JSON that quotes its input, kind and place',
      thrown(() => JSON.parse(`${SECRET} x`) as unknown),
      /^SyntaxError at bug\.test\.ts:\d+:\d+/,
    ],
    [
      'a message that looks like frames, only the real ones',
      new Error(`x\n    at f (/${SECRET}.ts:1:1)`),
      /^Error at bug\.test\.ts:\d+:\d+/,
    ],
    ['a name from outside, none', Object.assign(new Error('x'), { name: SECRET }), /^Error at /],
    ['no stack, the kind', Object.assign(new RangeError(SECRET), { stack: '' }), /^RangeError$/],
    ['no error, said so', SECRET, /^something that is no error$/],
  ])('%s', (_name, error, expected) => {
    const told = placeOfBug(error);
    expect(told).toMatch(expected);
    expect(told).not.toContain(SECRET.slice(4, 12));
  });
});
