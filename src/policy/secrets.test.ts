import { describe, expect, it } from 'vitest';
import {
  ANCHOR,
  approvalBy,
  goodBy,
  ONE,
  reasonsOf,
  TWO,
  verdictOn,
} from '../../test/support/verdict.ts';
import type { Oid } from '../domain/oid.ts';
import type { Evidence, LeakEvidence, LocatedLeak } from './evidence.ts';
import type { Judgement } from './judgement.ts';
import { leakRule } from './secrets.ts';

const NAME = 'ab'.repeat(16);

const leakIn = (commit: Oid, fingerprint = NAME): LocatedLeak => ({
  finding: {
    ...{ rule: 'a-rule', severity: 'high', path: 'a.txt', line: 3, endLine: 3, fingerprint },
    hint: '40 characters',
  },
  ...{ commit, author: 'Ada <ada@example.com>', at: 0, inTip: true },
});

const NONE: LeakEvidence = {
  ...{ leaks: [], carried: [], gaps: [], hushed: [], warnings: [] },
  ...{ ignored: 0, commits: 2, blobs: 2, digest: 'd' },
};

const SECRETS: Judgement['secrets'] = {
  ...{ mode: 'Block', inlineAllow: 'Ignore', configPath: '.gitleaks.toml' },
};

const judged = (
  leaks: Partial<LeakEvidence> | undefined,
  evidence: Partial<Evidence> = {},
  mode: Judgement['secrets']['mode'] = 'Block',
): readonly string[] => {
  const found = leaks === undefined ? {} : { leaks: { ...NONE, ...leaks } };
  return reasonsOf(verdictOn({ ...evidence, ...found }, { secrets: { ...SECRETS, mode } }));
};

const leak = { leaks: [leakIn(ONE)] };
const gap = { gaps: [{ gap: { why: 'budget', line: 0 }, path: 'a', commit: TWO }] } as const;
const lifted = (by: string, more: Parameters<typeof approvalBy>[1] = {}): Partial<Evidence> => ({
  approvals: [approvalBy(goodBy(by), { commit: ONE, rule: leakRule(NAME), ...more })],
});

/** Only the head is signed, by Ada. */
const unsigned = (by: string): readonly string[] => {
  const signatures = new Map([[TWO, goodBy('Ada')]]);
  const evidence = { ...lifted(by), signatures, leaks: { ...NONE, ...leak } };
  const verify = { signatures: 'Head', bindIdentity: 'None', forge: 'Deny' } as const;
  return reasonsOf(verdictOn(evidence, { verify, secrets: SECRETS }));
};

describe('clean', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['nothing found, accepted', judged({}), []],
    ['not scanned, never a yes', judged(undefined), ['ScanIncomplete']],
    ['a leak, refused', judged(leak), ['SecretLeakFound']],
    ['a gap, refused', judged(gap), ['ScanIncomplete']],
    ['both, both told', judged({ ...leak, ...gap }), ['SecretLeakFound', 'ScanIncomplete']],
    ['carried on from before, accepted', judged({ carried: [leakIn(ONE)] }), []],
    ['only reported, accepted', judged({ ...leak, ...gap }, {}, 'Report'), []],
    ['off and not scanned, accepted', judged(undefined, {}, 'Off'), []],
    ['approved by another, accepted', judged(leak, lifted('Bob')), []],
    ['approved by its signer, refused', judged(leak, lifted('Ada')), ['SecretLeakFound']],
    [
      'approved by its signer, spelled otherwise, refused',
      judged(leak, lifted(' ADA ')),
      ['SecretLeakFound'],
    ],
    [
      'unsigned, approved by the signer of the head it came with, refused',
      unsigned('Ada'),
      ['SecretLeakFound'],
    ],
    ['unsigned, approved by another, accepted', unsigned('Bob'), []],
    [
      'approved with a later commit of the range, accepted',
      judged(leak, lifted('Bob', { commit: TWO })),
      [],
    ],
    [
      'brought after what was approved, refused',
      judged({ leaks: [leakIn(TWO)] }, lifted('Bob')),
      ['SecretLeakFound'],
    ],
    [
      'approved before the range, refused',
      judged(leak, lifted('Bob', { commit: ANCHOR })),
      ['SecretLeakFound'],
    ],
    ['approval lapsed, refused', judged(leak, lifted('Bob', { expires: 1 })), ['SecretLeakFound']],
    [
      'approved for another ref, refused',
      judged(leak, lifted('Bob', { ref: 'refs/heads/x' })),
      ['SecretLeakFound'],
    ],
    [
      'approved as a review, refused',
      judged(leak, lifted('Bob', { rule: 'review' })),
      ['SecretLeakFound'],
    ],
    [
      'another leak beside the approved one, refused for that',
      judged({ leaks: [leakIn(ONE), leakIn(ONE, 'cd'.repeat(16))] }, lifted('Bob')),
      ['SecretLeakFound'],
    ],
    ['a gap is approved by nobody, refused', judged(gap, lifted('Bob')), ['ScanIncomplete']],
    [
      'a bad signature besides, only that is told',
      judged(leak, { signatures: new Map([[ONE, goodBy('Ada')]]) }),
      ['SignatureInvalid'],
    ],
  ])('%s', (_name, reasons, expected) => expect(reasons).toStrictEqual(expected));
});
