import { expect, it } from 'vitest';
import { Memo } from './memo.ts';

it('ten thousand answers, some kept and the last one among them', () => {
  const memo = new Memo<number>();
  for (let at = 0; at < 10_000; at += 1) expect(memo.keep(`${at}`, at)).toBe(at);
  const kept = Array.from({ length: 10_000 }, (_, at) => memo.get(`${at}`)).filter(
    Number.isInteger,
  );
  expect(kept.length).toBeLessThanOrEqual(256);
  expect(memo.get('9999')).toBe(9_999);
});
