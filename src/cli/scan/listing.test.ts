import { describe, expect, it } from 'vitest';
import { ListingReader } from './listing.ts';
import type { ListedCommit } from './listing.ts';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(40));
const NONE = '0'.repeat(40);

function read(text: string, withMessage: boolean, size = text.length): unknown {
  const told: ListedCommit[] = [];
  const reader = new ListingReader(withMessage, (commit) => told.push(commit));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  const isWhole = reader.end();
  const commits = told.map(({ oid, message, changes }) => [oid, message?.toString(), changes]);
  return [isWhole, commits];
}

const ADDED = `:000000 100644 ${NONE} ${B} A\0a file\0`;
const MERGED = `::100644 100644 120000 ${A} ${B} ${C} MM\0link\0`;
const LINKED = `:160000 160000 ${A} ${B} M\0module\0`;

describe('ListingReader', () => {
  it.each<[string, string, boolean, unknown]>([
    ['nothing, no commits', '', false, [true, []]],
    ['a commit without changes', `${A}\0`, false, [true, [[A, undefined, []]]]],
    [
      'changes of a blob and of a module',
      `${A}\0\n${ADDED}${LINKED}`,
      false,
      [
        true,
        [
          [
            A,
            undefined,
            [
              { oid: B, before: NONE, isBlob: true, status: 'A', path: 'a file' },
              { oid: B, before: A, isBlob: false, status: 'M', path: 'module' },
            ],
          ],
        ],
      ],
    ],
    [
      'what a merge changes, behind a NUL',
      `${A}\0message\0\0${MERGED}${B}\0\0`,
      true,
      [
        true,
        [
          [A, 'message', [{ oid: C, before: A, isBlob: true, status: 'MM', path: 'link' }]],
          [B, '', []],
        ],
      ],
    ],
    ['a message that looks like a change', `${A}\0:100644\0`, true, [true, [[A, ':100644', []]]]],
    [
      'cut off behind a change',
      `${A}\0\n:000000 100644 ${NONE} ${B} A\0`,
      false,
      [false, [[A, undefined, []]]],
    ],
  ])('%s', (...[, text, withMessage, outcome]) => {
    for (const size of [text.length || 1, 7, 1])
      expect(read(text, withMessage, size)).toEqual(outcome);
  });
});
