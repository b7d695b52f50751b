import { describe, expect, it } from 'vitest';
import {
  ANCHOR,
  approvalBy,
  commitOf,
  goodBy,
  goodByForge,
  NOW,
  oid,
  ONE,
  reasonsOf,
  TWO,
  verdictOn,
} from '../../test/support/verdict.ts';
import type { ApprovalEvidence, Evidence } from './evidence.ts';
import type { Footing, VerifyRules } from './judgement.ts';
import { rewriteRule } from './rewrite.ts';

const FORK = oid('8');
const RULE = { rule: rewriteRule(ANCHOR) };
const history: Evidence['history'] = {
  ...{ tip: TWO, base: FORK, end: { kind: 'base' } },
  commits: [commitOf(TWO, ONE), commitOf(ONE, FORK)],
};
const by = (name: string, more: Partial<ApprovalEvidence['statement']> = {}): ApprovalEvidence =>
  approvalBy(goodBy(name), { ...RULE, ...more });

/** TWO does not contain the anchor; these approvals are there. */
function judge(
  approvals: readonly ApprovalEvidence[],
  evidence: Partial<Evidence> = {},
  footing: Footing = { kind: 'anchor', oid: ANCHOR, sourceChanged: false },
  rules: VerifyRules['rules'] = [],
): readonly string[] {
  const given: Partial<Evidence> = { history, relation: 'rewritten', approvals, ...evidence };
  const verify = { signatures: 'EveryCommit', bindIdentity: 'None', forge: 'Deny', rules } as const;
  return reasonsOf(verdictOn(given, { footing, verify }));
}

const both = [by('Bob'), by('Carol')];

describe('a rewritten history', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['approved by two', judge(both), []],
    ['approved by three', judge([...both, by('Dan')]), []],
    ['approved by the signer and another', judge([by('Ada'), by('Bob')]), []],
    ['not approved', judge([]), ['HistoryRewritten']],
    ['approved by one', judge([by('Bob')]), ['HistoryRewritten']],
    ['by one in two spellings', judge([by('Bob'), by('ＢＯＢ')]), ['HistoryRewritten']],
    ['by one with a blank behind', judge([by('Bob'), by('Bob ')]), ['HistoryRewritten']],
    ['by one with two blanks', judge([by('Bob B'), by('Bob  B')]), ['HistoryRewritten']],
    ['by one with a sign nobody sees', judge([by('Bob'), by('B\u{fe0f}ob')]), ['HistoryRewritten']],
    ['by one with a filler', judge([by('Bob'), by('Bob\u{3164}')]), ['HistoryRewritten']],
    [
      'by one and a forge',
      judge([by('Bob'), approvalBy(goodByForge(), RULE)]),
      ['HistoryRewritten'],
    ],
    [
      'by one and a bad signature',
      judge([by('Bob'), approvalBy({ kind: 'bad', reason: 'KeyRevoked', detail: '' }, RULE)]),
      ['HistoryRewritten'],
    ],
    [
      'an approval that ends now',
      judge([by('Bob'), by('Carol', { expires: NOW })]),
      ['HistoryRewritten'],
    ],
    [
      'an approval of a commit below the head',
      judge([by('Bob'), by('Carol', { commit: ONE })]),
      ['HistoryRewritten'],
    ],
    [
      'an approval for another anchor',
      judge([by('Bob'), by('Carol', { rule: rewriteRule(FORK) })]),
      ['HistoryRewritten'],
    ],
    [
      'an approval for another branch',
      judge([by('Bob'), by('Carol', { ref: 'refs/heads/dev' })]),
      ['HistoryRewritten'],
    ],
    [
      'an approval for another repository',
      judge([by('Bob'), by('Carol', { repository: 'git.example.com/b' })]),
      ['HistoryRewritten'],
    ],
    [
      'approved for what startAt pins',
      judge(both, {}, { kind: 'startAt', oid: ANCHOR }),
      ['HistoryRewritten'],
    ],
    [
      'approved by one, the source changed',
      judge([by('Bob')], {}, { kind: 'anchor', oid: ANCHOR, sourceChanged: true }),
      ['SourceChanged'],
    ],
    [
      'approved by two, not found to be one',
      judge(both, { relation: 'elsewhere' }),
      ['HistoryRewritten'],
    ],
    [
      'approved by two, its signatures are judged',
      judge(both, { signatures: new Map() }),
      ['SignatureInvalid', 'SignatureInvalid'],
    ],
    [
      'approved by two, with a merge in it',
      judge(both, {
        history: { ...history, end: { kind: 'merge', oid: ONE, parents: [FORK, TWO] } },
      }),
      ['HistoryNotLinear'],
    ],
  ])('%s', (_name, reasons, expected) => expect(reasons).toEqual(expected));
});

describe('a head that does not descend', () => {
  const changed: Footing = { kind: 'anchor', oid: ANCHOR, sourceChanged: true };
  const pinned: Footing = { kind: 'startAt', oid: ANCHOR };
  const merge = { ...history, end: { kind: 'merge', oid: ONE, parents: [FORK, TWO] } } as const;
  it.each<[string, readonly string[], string]>([
    ['before the anchor', judge([], { relation: 'older' }), 'RevisionRolledBack'],
    ['beside the anchor', judge([], { relation: 'elsewhere' }), 'HistoryRewritten'],
    [
      'before the anchor, the source changed',
      judge([], { relation: 'older' }, changed),
      'SourceChanged',
    ],
    ['beside startAt', judge([], { relation: 'elsewhere' }, pinned), 'HistoryRewritten'],
    ['behind a merge', judge([], { relation: 'elsewhere', history: merge }), 'HistoryNotLinear'],
    [
      'before the anchor, behind a merge',
      judge([], { relation: 'older', history: merge }),
      'RevisionRolledBack',
    ],
  ])('%s, %s', (_name, reasons, expected) => expect(reasons).toEqual([expected]));
});

describe('a rewritten history under path rules', () => {
  const prod = { name: 'prod', paths: ['deploy/prod/**'], roles: ['release'], threshold: 2 };
  const changes = new Map([
    [ONE, ['README.md']],
    [TWO, ['README.md']],
  ]);
  const released = (name: string): ApprovalEvidence =>
    approvalBy(goodBy(name, { roles: ['release'] }), RULE);
  it.each<[string, readonly ApprovalEvidence[], readonly string[]]>([
    ['approved by two without the role', both, ['HistoryRewritten']],
    ['approved by one with the role', [released('Bob'), by('Carol')], ['HistoryRewritten']],
    ['approved by two with the role', [released('Bob'), released('Carol')], []],
  ])('%s, judged by what the rule asks', (_name, approvals, expected) => {
    expect(judge(approvals, { changes }, undefined, [prod])).toEqual(expected);
  });
});
