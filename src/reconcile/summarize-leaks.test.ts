import { describe, expect, it } from 'vitest';
import { ONE, TWO } from '../../test/support/verdict.ts';
import type { LeakRecord, LeakState } from '../policy/ledger.ts';
import { MAX_LEAK_ITEMS, secretsDraft, secretsStatus } from './summarize-leaks.ts';
import type { LeakFacts } from './summarize-leaks.ts';

const LEAK: LeakRecord = {
  ...{ fingerprint: 'ab'.repeat(16), rule: 'a-rule', severity: 'high', path: 'a.txt', line: 3 },
  ...{ commit: ONE, author: 'Ada <ada@example.com>', signer: 'ada', inTip: true },
  ...{ firstSeen: 0, lastSeen: 1_000, standing: 'Rejected' },
};
const DONE: LeakState = {
  ...{ open: [], dropped: 0, key: 'ab'.repeat(32) },
  history: { digest: 'd', tip: TWO, state: 'Complete', commits: 7, findings: 1 },
};

const facts = (
  state: Partial<LeakState> | undefined,
  more: Partial<LeakFacts> = {},
): LeakFacts => ({
  ...{ state: state === undefined ? undefined : { ...DONE, ...state }, scanned: undefined },
  ...{ warnings: [], ...more },
});
const notCovered = { ...DONE, history: { ...DONE.history, state: 'NotCovered' } } as LeakState;

describe('secretsDraft', () => {
  it.each<[string, LeakFacts, string | undefined]>([
    ['all scanned and nothing open, nothing to say', facts({}), undefined],
    ['nothing known, pending', facts(undefined), 'Unknown Pending'],
    ['a scan under way, pending', facts({}, { scanned: 3 }), 'Unknown Pending'],
    ['a leak, told', facts({ open: [LEAK] }), 'False SecretLeakFound'],
    [
      'a leak while a scan is under way, told',
      facts({ open: [LEAK] }, { scanned: 3 }),
      'False SecretLeakFound',
    ],
    ['not covered, never green', facts(notCovered), 'Unknown ScanIncomplete'],
    ['a warning alone, still clean', facts({}, { warnings: ['x'] }), 'True Succeeded'],
  ])('%s', (_name, given, expected) => {
    const draft = secretsDraft('Block', given);
    expect(draft === undefined ? undefined : `${draft.status} ${draft.reason}`).toBe(expected);
  });

  it('Off, not scanned whatever is known', () => {
    expect(secretsDraft('Off', facts({ open: [LEAK] }))?.reason).toBe('NotScanned');
  });
});

describe('secretsStatus', () => {
  it('nothing scanned, nothing said', () => {
    expect(secretsStatus(facts(undefined))).toStrictEqual({});
    const { secrets: before } = secretsStatus(facts({ open: [LEAK] }));
    expect(secretsStatus(facts(undefined), before).secrets).toBe(before);
  });

  it('a leak, whole, and no word of the key', () => {
    const { secrets } = secretsStatus(facts({ open: [LEAK], dropped: 4 }));
    expect(secrets).toStrictEqual({
      ...{ open: 5, new: 0, existing: 0, rejected: 1 },
      items: [
        {
          ...{ rule: 'a-rule', severity: 'high', place: 'a.txt:3', commit: ONE },
          ...{ author: 'Ada <ada@example.com>', fingerprint: 'ab'.repeat(16) },
          ...{ standing: 'Rejected', inTip: true },
          ...{ firstSeen: '1970-01-01T00:00:00Z', lastSeen: '1970-01-01T00:00:01Z' },
        },
      ],
      history: { state: 'Complete', commits: 7 },
    });
  });

  it('many, the first of them; a scan under way, how far', () => {
    const open = Array.from({ length: 50 }, () => ({ ...LEAK, standing: 'Existing' as const }));
    const { secrets } = secretsStatus(facts({ open }, { scanned: 3 }));
    expect([secrets?.items.length, secrets?.open, secrets?.existing]).toStrictEqual([
      ...[MAX_LEAK_ITEMS, 50, 50],
    ]);
    expect(secrets?.history).toStrictEqual({ state: 'Scanning', commits: 3 });
  });
});
