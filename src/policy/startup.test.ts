import { describe, expect, it } from 'vitest';
import { parseOid } from '../domain/oid.ts';
import type { Oid } from '../domain/oid.ts';
import { repoKey } from '../domain/repo-key.ts';
import type { LedgerEntry } from './ledger.ts';
import { ruleStores } from './startup.ts';
import type { Stores } from './startup.ts';

function oid(digit: string): Oid {
  const found = parseOid(digit.repeat(40));
  if (found === undefined) throw new Error(digit);
  return found;
}

const [LEDGER, OTHER] = [oid('a'), oid('b')] as const;
const source = { url: 'https://git.example.com/a.git', ref: 'refs/heads/main' };
const entry: LedgerEntry = {
  schema: 2,
  repo: repoKey('payments', 'shop'),
  source,
  anchor: {
    oid: LEDGER,
    revision: `main@sha1:${LEDGER}`,
    acceptedAt: 0,
    trustDigest: 't',
    policyDigest: 'p',
  },
};
const none: Stores = {
  ledger: undefined,
  status: undefined,
  statusIsAncestor: false,
  source,
  startAt: undefined,
};
const onLedger = { kind: 'anchor', oid: LEDGER, sourceChanged: false } as const;

describe('ruleStores, the start-up table of DESIGN §6', () => {
  it.each<[string, Partial<Stores>, object]>([
    [
      'both agree, the ledger stands',
      { ledger: entry, status: LEDGER },
      { kind: 'ledger', entry, footing: onLedger, missingStatus: false },
    ],
    [
      'status behind, the ledger leads and status is repaired',
      { ledger: entry, status: OTHER, statusIsAncestor: true },
      { kind: 'ledger', entry, footing: onLedger, missingStatus: false },
    ],
    [
      'status lost, restored from the ledger and said so',
      { ledger: entry },
      { kind: 'ledger', entry, footing: onLedger, missingStatus: true },
    ],
    [
      'ledger lost, status must prove itself',
      { status: OTHER },
      { kind: 'status', oid: OTHER, footing: { kind: 'anchor', oid: OTHER, sourceChanged: false } },
    ],
    ['both lost, from the root', {}, { kind: 'bootstrap', footing: { kind: 'root' } }],
    [
      'both lost with startAt, from there',
      { startAt: OTHER },
      { kind: 'bootstrap', footing: { kind: 'startAt', oid: OTHER } },
    ],
    [
      'ledger and startAt, the ledger leads',
      { ledger: entry, status: LEDGER, startAt: OTHER },
      { kind: 'ledger', entry, footing: onLedger, missingStatus: false },
    ],
    [
      'changed branch, told to the verdict',
      { ledger: entry, status: LEDGER, source: { ...source, ref: 'refs/heads/next' } },
      {
        kind: 'ledger',
        entry,
        footing: { ...onLedger, sourceChanged: true },
        missingStatus: false,
      },
    ],
  ])('%s', (_name, given, expected) => {
    expect(ruleStores({ ...none, ...given })).toEqual(expected);
  });

  it('status ahead of or beside the ledger, AnchorConflict', () => {
    const ruling = ruleStores({ ...none, ledger: entry, status: OTHER });
    expect(ruling.kind === 'conflict' && ruling.stop.reason).toBe('AnchorConflict');
  });
});
