import { describe, expect, it } from 'vitest';
import type { GuardedRepoStatus, LeakItem } from '../../api/guardedrepo.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { parseRepoStatus } from './parse-status.ts';

const ITEM: LeakItem = {
  ...{ rule: 'a-rule', severity: 'high', place: 'a.txt:3', commit: 'a'.repeat(40) },
  ...{ author: 'Ada <ada@example.com>', fingerprint: 'ab'.repeat(16), standing: 'Existing' },
  ...{ inTip: true, firstSeen: '2026-01-01T00:00:00Z', lastSeen: '2026-01-02T00:00:00Z' },
};
const STATUS: GuardedRepoStatus = {
  ...{ observedGeneration: 1, conditions: [], driftCount: 0, targets: [] },
  secrets: {
    ...{ open: 1, new: 0, existing: 1, rejected: 0, items: [ITEM] },
    history: { state: 'Complete', commits: 3 },
  },
};

const plain = (status: unknown): Json => JSON.parse(JSON.stringify(status)) as Json; // JSON by definition.
const bent = (changes: JsonObject): Json =>
  plain({ ...STATUS, secrets: { ...STATUS.secrets, ...changes } });

describe('parseRepoStatus', () => {
  it('a status with leaks, as it was written', () => {
    expect(parseRepoStatus(plain(STATUS))).toStrictEqual(STATUS);
  });

  it.each<[string, Json]>([
    ['a count as text', bent({ open: '1' })],
    ['no history', bent({ history: null })],
    ['a history without state', bent({ history: { commits: 3 } })],
    ['a list', plain({ ...STATUS, secrets: [] })],
  ])('leaks that somebody bent: %s, left out', (_name, status) => {
    const { secrets: _none, ...rest } = STATUS;
    expect(parseRepoStatus(status)).toStrictEqual(rest);
  });

  it('one leak that somebody bent, left out alone', () => {
    const items = [plain({ ...ITEM, inTip: 'yes' }), plain(ITEM)];
    expect(parseRepoStatus(bent({ items }))).toStrictEqual(STATUS);
  });
});
