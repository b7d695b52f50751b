import { describe, expect, it } from 'vitest';
import { ONE, TWO } from '../../test/support/verdict.ts';
import { MAX_OPEN_LEAKS, NO_LEAKS, recordOf, withOpen, withSettled } from './leak-state.ts';
import type { LeakRecord, LeakStanding } from './leak-state.ts';
import type { LocatedLeak } from './evidence.ts';

const nameOf = (n: number): string => n.toString(16).padStart(32, '0');
const leak = (n: number, severity: 'critical' | 'low' = 'low'): LocatedLeak => ({
  finding: {
    ...{ rule: 'a-rule', severity, path: `${n}.txt`, line: 1, endLine: 1 },
    ...{ fingerprint: nameOf(n), hint: '40 characters' },
  },
  ...{ commit: ONE, author: 'Ada <ada@example.com>', at: 0, inTip: true },
});
const record = (n: number, standing: LeakStanding, at = 1): LeakRecord =>
  recordOf(leak(n), { standing, at });

describe('withOpen', () => {
  it('the same leak again, once, with when it was seen first and last', () => {
    const once = withOpen(NO_LEAKS, [record(1, 'Existing', 1)]);
    const [found, ...more] = withOpen(once, [record(1, 'New', 5)]).open;
    expect([found, more]).toStrictEqual([{ ...record(1, 'Existing', 1), lastSeen: 5 }, []]);
  });

  it('refused before and live now, no longer only refused; the other way round, as it was', () => {
    const standings = (first: LeakStanding, then: LeakStanding): unknown =>
      withOpen(withOpen(NO_LEAKS, [record(1, first)]), [record(1, then)]).open[0]?.standing;
    expect(standings('Rejected', 'Existing')).toBe('Existing');
    expect(standings('Existing', 'Rejected')).toBe('Existing');
  });

  it('more than there is room for, the worst kept, refused ones go first, the rest counted once', () => {
    const many = Array.from({ length: MAX_OPEN_LEAKS }, (_, n) => record(n, 'Rejected'));
    const worse = [
      recordOf(leak(900, 'critical'), { standing: 'Existing', at: 1 }),
      record(901, 'New'),
    ];
    const state = withOpen(withOpen(NO_LEAKS, many), worse);
    expect([state.open.length, state.dropped]).toStrictEqual([MAX_OPEN_LEAKS, 2]);
    expect(state.open.slice(0, 2).map((one) => one.fingerprint)).toStrictEqual(
      [900, 901].map(nameOf),
    );
    expect(withOpen(state, worse).dropped).toBe(2);
  });

  it('answered for, closed and not opened again', () => {
    const open = withOpen(NO_LEAKS, [record(1, 'Existing'), record(2, 'Existing')]);
    const state = withSettled(open, [{ fingerprint: nameOf(1), by: 'bob', at: 2 }]);
    expect(withOpen(state, [record(1, 'New')]).open.map((one) => one.fingerprint)).toStrictEqual([
      nameOf(2),
    ]);
  });
});

describe('recordOf', () => {
  it('long and odd texts, bounded, printable and well-formed', () => {
    const odd = `${'d/'.repeat(200)}\u202e\n😀`;
    const long = { ...leak(1), commit: TWO, author: '😀'.repeat(99) };
    const found = recordOf(
      { ...long, finding: { ...long.finding, path: odd } },
      {
        ...{ standing: 'New', at: 1 },
        signerOf: () => 's'.repeat(500),
      },
    );
    expect([found.path.length, found.author.length, found.signer?.length]).toStrictEqual([
      160, 100, 100,
    ]);
    expect(found.path.endsWith('d/ 😀')).toBe(true);
    const cut = recordOf({ ...leak(1), author: `${'a'.repeat(99)}😀` }, { standing: 'New', at: 1 });
    expect(cut.author).toBe(`${'a'.repeat(99)}�`);
  });
});
