import { describe, expect, it } from 'vitest';
import { PatchReader } from './patch.ts';

const COMMIT = 'c'.repeat(40);
const [OLD, NEW] = ['a'.repeat(40), 'b'.repeat(40)];

function read(text: string, size = text.length): unknown {
  const told: unknown[] = [];
  const reader = new PatchReader({
    wants: ({ path }) => path !== 'unwanted',
    take: ({ commit, path, oid, isNew }, { bytes, firstLine }) => {
      told.push([commit === COMMIT, path, oid === NEW, isNew, firstLine, bytes.toString()]);
    },
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  reader.end();
  return told;
}

const fileAt = (path: string): string =>
  `diff --git a/x b/x\nindex ${OLD}..${NEW} 100644\n--- a/x\n+++ ${path}\n`;
const FILE = fileAt('b/x');

describe('PatchReader', () => {
  it.each<[string, string, unknown]>([
    [
      'a hunk, its added lines',
      `${FILE}@@ -1,2 +4,2 @@ f\n-a\n-b\n+c\n+d\n`,
      [[true, 'x', true, false, 4, 'c\nd\n']],
    ],
    [
      'two hunks, apart',
      `${FILE}@@ -1 +1 @@\n-a\n+b\n@@ -9,0 +9 @@\n+c\n`,
      [
        [true, 'x', true, false, 1, 'b\n'],
        [true, 'x', true, false, 9, 'c\n'],
      ],
    ],
    [
      'lines that look like headers, content',
      `${FILE}@@ -1 +1,2 @@\n--- a\n+++ b/y\n+@@ -1 +1 @@\n`,
      [[true, 'x', true, false, 1, '++ b/y\n@@ -1 +1 @@\n']],
    ],
    [
      'no newline at the end, none',
      `${FILE}@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n`,
      [[true, 'x', true, false, 1, 'b']],
    ],
    [
      'a newline where there was none',
      `${FILE}@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n`,
      [[true, 'x', true, false, 1, 'a\n']],
    ],
    [
      'a new file',
      `diff --git a/x b/x\nnew file mode 100644\nindex ${OLD}..${NEW}\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\r\n`,
      [[true, 'x', true, true, 1, 'a\r\n']],
    ],
    ['a file that goes, nothing', `${fileAt('/dev/null')}@@ -1 +0,0 @@\n-a\n`, []],
    ['a file that nobody wants, nothing', `${fileAt('b/unwanted')}@@ -0,0 +1 @@\n+a\n`, []],
    [
      'a binary file, nothing',
      `diff --git a/x b/x\nindex ${OLD}..${NEW}\nBinary files a/x and b/x differ\n`,
      [],
    ],
    [
      'a name with a blank',
      `${fileAt('b/a b\t')}@@ -0,0 +1 @@\n+a\n`,
      [[true, 'a b', true, false, 1, 'a\n']],
    ],
    [
      'a name in quotes',
      `${fileAt(String.raw`"b/a\"\303\244\t"`)}@@ -0,0 +1 @@\n+a\n`,
      [[true, 'a"ä\t', true, false, 1, 'a\n']],
    ],
  ])('%s', (...[, text, outcome]) => {
    for (const size of [text.length + 41, 9, 1]) {
      expect(read(`${COMMIT}\n${text}`, size)).toEqual(outcome);
    }
  });
});
