import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteQueue } from './byte-queue.ts';

const MAX_LINE = 64;

function filled(...chunks: readonly string[]): ByteQueue {
  const queue = new ByteQueue();
  for (const chunk of chunks) queue.push(Buffer.from(chunk));
  return queue;
}

describe('byte queue', () => {
  it.each([
    ['a whole line', ['one\ntwo'], 'one'],
    ['a line in three pieces', ['o', 'n', 'e\ntwo'], 'one'],
    ['an empty line', ['\n'], ''],
    ['no end yet', ['one'], undefined],
    ['an end beyond the bound', ['x'.repeat(MAX_LINE), '\n'], undefined],
    ['nothing', [], undefined],
  ])('%s, %#', (_name, chunks, line) => {
    expect(filled(...chunks).takeLine(MAX_LINE)).toBe(line);
  });

  it('lines and blocks in any pieces, the same as from one', () => {
    const record = fc.record({
      line: fc.stringMatching(/^[a-z ]{0,40}$/),
      block: fc.uint8Array({ maxLength: 300 }),
    });
    const pieces = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), pieces, (records, sizes) => {
        const whole = Buffer.concat(
          records.flatMap(({ line, block }) => [Buffer.from(`${line}\n`), block]),
        );
        const queue = new ByteQueue();
        for (let at = 0, turn = 0; at < whole.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          queue.push(whole.subarray(at, at + size));
          at += size;
        }
        expect(queue.length).toBe(whole.length);
        for (const { line, block } of records) {
          expect(queue.takeLine(MAX_LINE)).toBe(line);
          expect(queue.take(block.length).equals(block)).toBe(true);
        }
        expect(queue.length).toBe(0);
      }),
    );
  });

  it('bytes taken, a copy', () => {
    const chunk = Buffer.from('abc');
    const queue = new ByteQueue();
    queue.push(chunk);
    const taken = queue.take(3);
    chunk.fill(0);
    expect(taken.toString()).toBe('abc');
  });
});
