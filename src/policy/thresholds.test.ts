import { describe, expect, it } from 'vitest';
import {
  ONE,
  TWO,
  approvalBy,
  goodBy,
  goodByForge,
  reasonsOf,
  verdictOn,
} from '../../test/support/verdict.ts';
import type { Oid } from '../domain/oid.ts';
import type { Evidence } from './evidence.ts';
import type { Judgement } from './judgement.ts';

const RULE = { name: 'prod', paths: ['deploy/prod/**'], roles: ['release'], threshold: 2 };
const ADA = goodBy('Ada', { roles: ['release'] });
const BOB = goodBy('Bob', { roles: ['release'] });
const EVE = goodBy('Eve', { roles: ['dev'] });

/** ONE changes nothing of interest; TWO changes what is given. */
function judge(
  changed: readonly string[],
  evidence: Partial<Evidence> = {},
  judgement: Partial<Judgement> = {},
): readonly string[] {
  const changes = new Map<Oid, readonly string[]>([
    [ONE, ['README.md']],
    [TWO, changed],
  ]);
  const signatures = new Map([
    [ONE, ADA],
    [TWO, ADA],
  ]);
  const verify = { signatures: 'EveryCommit', bindIdentity: 'None', forge: 'Deny' } as const;
  const rules = { verify: { ...verify, rules: [RULE] }, ...judgement };
  return reasonsOf(verdictOn({ changes, signatures, ...evidence }, rules));
}

const prod = ['deploy/prod/web.yaml'];
const overlay = {
  target: 'prod',
  paths: new Set(['base/web.yaml', 'deploy/prod/kustomization.yaml']),
};
const approved = (...approvals: Evidence['approvals']): Partial<Evidence> => ({ approvals });

describe('thresholds', () => {
  it.each<[string, readonly string[]]>([
    ['nothing under the rule, accepted', judge(['docs/a.md'])],
    ['a sibling directory of a like name, accepted', judge(['deploy/production/web.yaml'])],
    ['two people, accepted', judge(prod, approved(approvalBy(BOB)))],
    [
      'approved by two others of a signer without the role, accepted',
      judge(prod, {
        signatures: new Map([
          [ONE, ADA],
          [TWO, EVE],
        ]),
        ...approved(approvalBy(ADA), approvalBy(BOB)),
      }),
    ],
    ['base outside the read-set, accepted', judge(['base/web.yaml'])],
    [
      'base read by a render that reads nothing of the rule, accepted',
      judge(['base/web.yaml'], {
        readSets: [{ target: 'dev', paths: new Set(['base/web.yaml', 'deploy/dev/k.yaml']) }],
      }),
    ],
  ])('%s', (_name, reasons) => expect(reasons).toEqual([]));

  it.each<[string, readonly string[]]>([
    ['one person', judge(prod)],
    ['a rename out of the rule', judge(['old/web.yaml', ...prod])],
    ['base that the overlay reads', judge(['base/web.yaml'], { readSets: [overlay] })],
    ['the signer approves as well', judge(prod, approved(approvalBy(ADA)))],
    [
      'the signer approves with a key of another SignerSet and spelling',
      judge(
        prod,
        approved(approvalBy({ ...ADA, signer: { ...ADA.signer, signerSet: 'b', name: 'ADA' } })),
      ),
    ],
    [
      'one person approves with two keys',
      judge(prod, {
        signatures: new Map([
          [ONE, EVE],
          [TWO, EVE],
        ]),
        ...approved(
          approvalBy(BOB),
          approvalBy({ ...BOB, signer: { ...BOB.signer, fingerprint: 'other' } }),
        ),
      }),
    ],
    ['approved without the role', judge(prod, approved(approvalBy(EVE)))],
    [
      'approved by a forge',
      judge(prod, approved(approvalBy({ ...goodByForge(), roles: ['release'] }))),
    ],
    [
      'approved with a bad signature',
      judge(prod, approved(approvalBy({ kind: 'bad', reason: 'KeyRevoked', detail: 'x' }))),
    ],
    ['approved for another rule', judge(prod, approved(approvalBy(BOB, { rule: 'review' })))],
    [
      'approved for another branch',
      judge(prod, approved(approvalBy(BOB, { ref: 'refs/heads/dev' }))),
    ],
    [
      'approved for another repository',
      judge(prod, approved(approvalBy(BOB, { repository: 'git.example.com/b' }))),
    ],
    ['an approval that has lapsed', judge(prod, approved(approvalBy(BOB, { expires: 0 })))],
    ['an approval of an earlier commit', judge(prod, approved(approvalBy(BOB, { commit: ONE })))],
    ['a commit whose changes were not looked at', judge(prod, { changes: new Map() }).slice(0, 1)],
  ])('%s, ThresholdNotMet', (_name, reasons) => expect(reasons).toEqual(['ThresholdNotMet']));

  it('an approval of the tip, covers the commits below it', () => {
    const changes = new Map([
      [ONE, prod],
      [TWO, prod],
    ]);
    expect(judge([], { changes })).toEqual(['ThresholdNotMet', 'ThresholdNotMet']);
    expect(judge([], { changes, ...approved(approvalBy(BOB)) })).toEqual([]);
    expect(judge([], { changes, ...approved(approvalBy(BOB, { commit: ONE })) })).toEqual([
      'ThresholdNotMet',
    ]);
  });
});

describe('a commit that a forge signed, under a rule for any person', () => {
  it('does not count for the forge, only for those who approved it', () => {
    const rules = [{ name: 'prod', paths: ['deploy/prod/**'], threshold: 1 }];
    const verify = { signatures: 'None', bindIdentity: 'None', forge: 'Deny', rules } as const;
    const signatures = new Map([[TWO, goodByForge()]]);
    const alone = judge(prod, { signatures }, { verify });
    const approvals = [approvalBy(BOB)];
    expect([alone, judge(prod, { signatures, approvals }, { verify })]).toEqual([
      ['ThresholdNotMet'],
      [],
    ]);
  });
});
