import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePushed, parseReceived, parseUpdate } from './updates.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const ZERO = '0'.repeat(40);
const main = 'refs/heads/main';

describe('what git tells a hook', () => {
  it.each([
    ['nothing, no ref', '', []],
    ['a new ref', `${ZERO} ${A} ${main}\n`, [{ ref: main, next: A }]],
    ['a moved ref', `${A} ${B} ${main}\n`, [{ ref: main, old: A, next: B }]],
    ['a ref that goes', `${A} ${ZERO} ${main}\n`, [{ ref: main, old: A }]],
    [
      'two of them, the last line without end',
      `${ZERO} ${A} ${main}\n${A} ${B} refs/tags/ü`,
      [
        { ref: main, next: A },
        { ref: 'refs/tags/ü', old: A, next: B },
      ],
    ],
  ])('pre-receive, %s', (_, text, value) => {
    expect(parseReceived(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['a line of something else', 'hello\n'],
    ['upper-case digits', `${A.toUpperCase()} ${B} ${main}\n`],
    ['an oid cut off', `${A.slice(1)} ${B} ${main}\n`],
    ['no ref', `${A} ${B} \n`],
    ['a blank in a ref', `${A} ${B} refs/heads/a b\n`],
    ['an empty line', `\n${A} ${B} ${main}\n`],
    ['oids of SHA-256', `${'c'.repeat(64)} ${'d'.repeat(64)} ${main}\n`],
    ['too many refs', `${A} ${B} ${main}\n`.repeat(50_001)],
  ])('pre-receive, %s refused', (_, text) => {
    expect(parseReceived(text).ok).toBe(false);
  });

  it.each([
    ['a branch', `${main} ${A} ${main} ${ZERO}\n`, [{ ref: main, next: A }]],
    [
      'a revision with blanks',
      `HEAD^{/fix it} ${A} ${main} ${B}\n`,
      [{ ref: main, old: B, next: A }],
    ],
    ['a deletion', `(delete) ${ZERO} ${main} ${A}\n`, [{ ref: main, old: A }]],
  ])('pre-push, %s', (_, text, value) => {
    expect(parsePushed(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['three arguments, one update', [main, A, B], true],
    ['two arguments, refused', [main, A], false],
    ['four arguments, refused', [main, A, B, B], false],
    ['a line end in the ref, refused', [`x\n${A} ${B} y`, A, B], false],
  ])('update, %s', (_, args, ok) => {
    expect(parseUpdate(args).ok).toBe(ok);
  });

  it('any text, refs that were in it or a refusal of one line', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => {
        const read = parseReceived(text);
        if (read.ok) return read.value.every(({ ref }) => text.includes(ref));
        return !read.stop.includes('\n');
      }),
    );
  });
});
